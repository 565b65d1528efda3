#include "registry/numbering.h"

#include "platform/base/text.h"

namespace musubi::registry {
namespace {

class Numberer {
public:
    Numberer(NumberedSubmission& out, IdSource& ids) : out_(out), ids_(ids) {}

    void take(domain::RegistryObject& object, ObjectKind kind, Numbered& into) {
        into.kind = kind;
        into.said = object.id;
        into.key = ids_.key();
        auto const submitted = uuid_of(object.id);
        into.uuid = submitted ? *submitted : ids_.uuid();
        object.id = into.uuid.to_urn();
        object.lid = object.id;
        object.version = "1";
        object.home.reset();  // what we emit is configured, not submitted (ITI TF-3 4.2.3.2.12)
        // The first of two equal ids keeps the name: validation refuses the message anyway.
        if (!into.said.empty()) names_.emplace(into.said, object.id);
        out_.by_urn.emplace(object.id, &into);
    }

    std::string resolve(std::string const& reference) const {
        auto const known = names_.find(reference);
        if (known != names_.end()) return known->second;
        auto const uuid = uuid_of(reference);
        if (!uuid) return reference;
        return uuid->to_urn();
    }

private:
    NumberedSubmission& out_;
    IdSource& ids_;
    std::map<std::string, std::string> names_;
};

template <class List>
void take_all(Numberer& numberer, List& objects, ObjectKind kind, std::vector<Numbered>& into) {
    into.resize(objects.size());
    for (std::size_t i = 0; i < objects.size(); ++i) numberer.take(objects[i], kind, into[i]);
}

}  // namespace

std::optional<Uuid> uuid_of(std::string_view id) {
    constexpr std::string_view kPrefix = "urn:uuid:";
    if (id.substr(0, kPrefix.size()) != kPrefix) return std::nullopt;
    auto parsed = Uuid::parse(id);
    if (!parsed) return std::nullopt;
    return *parsed;
}

Numbered const* NumberedSubmission::find(std::string_view urn) const {
    auto const found = by_urn.find(urn);
    return found == by_urn.end() ? nullptr : found->second;
}

std::unique_ptr<NumberedSubmission> number(domain::Submission submission, IdSource& ids) {
    auto out = std::make_unique<NumberedSubmission>();
    out->submission = std::move(submission);
    domain::Submission& s = out->submission;
    Numberer numberer(*out, ids);
    if (!s.submission_sets.empty())
        numberer.take(s.submission_sets.front(), ObjectKind::kSet, out->set);
    take_all(numberer, s.entries, ObjectKind::kEntry, out->entries);
    take_all(numberer, s.folders, ObjectKind::kFolder, out->folders);
    take_all(numberer, s.associations, ObjectKind::kAssociation, out->associations);
    for (domain::Association& association : s.associations) {
        association.source = numberer.resolve(association.source);
        association.target = numberer.resolve(association.target);
    }
    return out;
}

}  // namespace musubi::registry
