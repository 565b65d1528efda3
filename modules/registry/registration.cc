#include "registry/registration.h"

#include "domain/issues.h"
#include "domain/reason.h"
#include "platform/base/text.h"

#include <algorithm>
#include <charconv>

namespace musubi::registry {
namespace {

using domain::Association;
using domain::AssociationType;
using domain::Availability;

/// RPLC, XFRM_RPLC and IsSnapshotOf point to what is registered already; the others may stay inside
/// the message.
bool needs_registered_target(AssociationType type) {
    return domain::is_replacement(type) || type == AssociationType::kIsSnapshotOf;
}

/// Sizes are numbers, however many zeros a sender puts in front.
bool is_size(std::string_view digits, std::int64_t size) {
    std::int64_t value = -1;
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size() && value == size;
}

class Decider {
public:
    Decider(NumberedSubmission const& numbered, State const& state, IdSource& ids)
        : n_(numbered), s_(numbered.submission), state_(state), ids_(ids) {}

    Result<Plan> decide() {
        if (s_.submission_sets.size() != 1) {
            return Error(Code::kInvalidContent,
                         std::vector<Issue>{{Severity::kError, Reason::kMetadata,
                                             "a submission holds exactly one SubmissionSet", ""}});
        }
        check_patients();
        check_uuids();
        check_unique_ids();
        for (std::size_t i = 0; i < s_.associations.size(); ++i) take_association(i);
        if (!issues_.empty()) return refusal();
        for (EntryAt const& descendant : state_.descendants) plan_.deprecate.insert(descendant);
        propagate_folders();
        if (!issues_.empty()) return refusal();
        return std::move(plan_);
    }

private:
    void refuse(Reason reason, std::string context) {
        issues_.push_back({Severity::kError, reason, std::move(context), ""});
    }

    Error refusal() {
        bool const state_only = std::all_of(issues_.begin(), issues_.end(), [](Issue const& issue) {
            return issue.reason == Reason::kDeprecatedDocument ||
                   issue.reason == Reason::kDuplicateUniqueIdInRegistry;
        });
        return Error(state_only ? Code::kConflict : Code::kInvalidContent, std::move(issues_));
    }

    void check_patients() {
        std::set<std::string> told;
        auto check = [&](domain::PackageCommon const& object) {
            if (!object.patient_id || told.contains(*object.patient_id)) return;
            auto const known = state_.patients.find(*object.patient_id);
            if (known != state_.patients.end() && known->second.survivor == known->second.key)
                return;
            told.insert(*object.patient_id);
            Issue const unknown = domain::unknown_patient(*object.patient_id);
            refuse(unknown.reason, unknown.context);
        };
        check(s_.set());
        for (auto const& entry : s_.entries) check(entry);
        for (auto const& folder : s_.folders) check(folder);
        if (!s_.set().patient_id) return;
        auto const known = state_.patients.find(*s_.set().patient_id);
        if (known != state_.patients.end()) plan_.patient_key = known->second.key;
    }

    void check_uuid(Numbered const& object) {
        if (state_.taken_uuids.contains(object.uuid)) {
            refuse(Reason::kMetadata, object.said + ": this entryUUID is registered already");
        }
    }
    void check_uuids() {
        check_uuid(n_.set);
        for (auto const* list : {&n_.entries, &n_.folders, &n_.associations}) {
            for (Numbered const& object : *list) check_uuid(object);
        }
    }

    void check_unique_ids() {
        check_package(s_.set(), "SubmissionSet");
        for (auto const& folder : s_.folders) check_package(folder, "Folder");
        for (std::size_t i = 0; i < s_.entries.size(); ++i) check_entry_unique_id(i);
    }
    void check_package(domain::PackageCommon const& package, std::string const& what) {
        if (!package.unique_id || !state_.unique_ids.contains(*package.unique_id)) return;
        refuse(Reason::kDuplicateUniqueIdInRegistry,
               what + ".uniqueId " + *package.unique_id + " is registered already");
    }
    void check_entry_unique_id(std::size_t index) {
        domain::DocumentEntry const& entry = s_.entries[index];
        if (!entry.unique_id) return;
        auto const known = state_.unique_ids.find(*entry.unique_id);
        if (known == state_.unique_ids.end()) return;
        KnownUniqueId const& first = known->second;
        if (first.kind != ObjectKind::kEntry) {
            refuse(Reason::kDuplicateUniqueIdInRegistry,
                   "DocumentEntry.uniqueId " + *entry.unique_id +
                       " is that of a registered SubmissionSet or Folder");
            return;
        }
        // Equal content is a second entry for one document, anything else another document (ITI
        // TF-3 4.2.3.2.26).
        bool const same_hash = entry.hash && equals_ignore_case(*entry.hash, first.hash);
        bool const same_size = entry.size && first.size && is_size(*entry.size, *first.size);
        if (!same_hash) {
            refuse(Reason::kNonIdenticalHash, "DocumentEntry.uniqueId " + *entry.unique_id +
                                                  " is registered with another hash");
        }
        if (!same_size) {
            refuse(Reason::kNonIdenticalSize, "DocumentEntry.uniqueId " + *entry.unique_id +
                                                  " is registered with another size");
        }
        if (same_hash && same_size) plan_.repeats.push_back(index);
    }

    /// An end inside the message, or a registered object that the submitter may see; else nothing
    /// and an issue.
    std::optional<ObjectAt> resolve(std::string const& urn, std::string const& role,
                                    Numbered const& association) {
        if (Numbered const* own = n_.find(urn))
            return ObjectAt{own->kind, plan_.patient_key, own->key};
        if (KnownObject const* known = registered(urn))
            return ObjectAt{known->kind, known->patient_key, known->key};
        // A symbolic id that names nothing is a fault of form, which validation reports.
        if (uuid_of(urn)) {
            refuse(Reason::kUnresolvedReference, "Association " + association.said + ": " + role +
                                                     " " + urn + " is not registered");
        }
        return std::nullopt;
    }
    KnownObject const* registered(std::string const& urn) const {
        auto const uuid = uuid_of(urn);
        if (!uuid) return nullptr;
        auto const known = state_.references.find(*uuid);
        return known == state_.references.end() || !known->second.visible ? nullptr
                                                                          : &known->second;
    }

    void take_association(std::size_t index) {
        Association const& association = s_.associations[index];
        Numbered const& numbered = n_.associations[index];
        auto const source = resolve(association.source, "sourceObject", numbered);
        auto const target = resolve(association.target, "targetObject", numbered);
        if (!source || !target) return;
        if (domain::is_relationship(association.type())) {
            check_relationship(association, numbered, *source, *target);
        } else if (association.type() == AssociationType::kHasMember) {
            check_membership(association, numbered, *source, *target);
        }
        plan_.associations.push_back(
            {association, numbered.uuid, numbered.key, *source, *target, false});
    }

    void check_relationship(Association const& association, Numbered const& numbered,
                            ObjectAt const& source, ObjectAt const& target) {
        AssociationType const type = association.type();
        std::string const who = "Association " + numbered.said + ": ";
        if (source.kind != ObjectKind::kEntry || target.kind != ObjectKind::kEntry) {
            refuse(Reason::kMetadata, who + "a relationship joins two DocumentEntries");
            return;
        }
        KnownObject const* known = registered(association.target);
        if (!known || n_.find(association.target)) {
            if (needs_registered_target(type)) {
                refuse(Reason::kUnresolvedReference,
                       who + "targetObject is not a registered DocumentEntry");
            }
            return;
        }
        if (known->survivor != plan_.patient_key) {
            refuse(Reason::kPatientIdDoesNotMatch,
                   who + "targetObject belongs to another patient than " +
                       s_.set().patient_id.value_or("the submission"));
        }
        if (known->status != Availability::kApproved) {
            refuse(Reason::kDeprecatedDocument,
                   who + "targetObject " + association.target + " is deprecated");
        }
        if (type == AssociationType::kIsSnapshotOf &&
            known->entry_kind != domain::EntryKind::kOnDemand) {
            refuse(Reason::kMetadata, who + "IsSnapshotOf points to an On-Demand DocumentEntry");
        }
        if (!domain::is_replacement(type)) return;
        if (!known->own) {
            refuse(Reason::kMetadata, who + "targetObject " + association.target +
                                          " is another member's: only its publisher replaces it");
            return;
        }
        // One approved successor: the second replacement of one entry in one message loses.
        if (!plan_.deprecate.insert({known->patient_key, known->key}).second) {
            refuse(Reason::kDeprecatedDocument, who + "targetObject " + association.target +
                                                    " is replaced twice in this submission");
        }
        replacements_.emplace_back(*uuid_of(association.target), source);
    }

    void check_membership(Association const& association, Numbered const& numbered,
                          ObjectAt const& source, ObjectAt const& target) {
        std::string const who = "Association " + numbered.said + ": ";
        if (source.kind == ObjectKind::kSet) {
            check_set_membership(association, who, target);
            return;
        }
        if (source.kind != ObjectKind::kFolder || target.kind != ObjectKind::kEntry) {
            refuse(
                Reason::kMetadata,
                who + "HasMember leads from a SubmissionSet, or from a Folder to a DocumentEntry");
            return;
        }
        check_folder_end(association.source, who + "Folder ");
        KnownObject const* folder =
            n_.find(association.source) ? nullptr : registered(association.source);
        // What joins a folder decides who sees the folder: that is its publisher's to say.
        if (folder && !folder->own) {
            refuse(Reason::kMetadata, who + "Folder " + association.source +
                                          " is another member's: only its publisher adds to it");
        }
        check_folder_end(association.target, who + "DocumentEntry ");
        members_.emplace(source.key, target.key);
    }

    void check_set_membership(Association const& association, std::string const& who,
                              ObjectAt const& target) {
        if (!n_.find(association.source)) {
            refuse(Reason::kMetadata, who + "a registered SubmissionSet gets no new members");
        } else if (!n_.find(association.target) && target.kind != ObjectKind::kEntry) {
            refuse(Reason::kMetadata,
                   who + "a SubmissionSet refers to registered DocumentEntries only");
        }
    }

    void check_folder_end(std::string const& urn, std::string const& who) {
        KnownObject const* known = n_.find(urn) ? nullptr : registered(urn);
        if (!known) return;
        if (known->survivor != plan_.patient_key) {
            refuse(Reason::kPatientIdDoesNotMatch,
                   who + urn + " belongs to another patient than " +
                       s_.set().patient_id.value_or("the submission"));
        }
        if (known->status != Availability::kApproved) {
            refuse(Reason::kDeprecatedDocument, who + urn + " is deprecated");
        }
    }

    /// The new version joins every approved folder of the old one, and the set tells of it (ITI
    /// TF-2 3.42.4.1.3.5).
    void propagate_folders() {
        for (auto const& [old, successor] : replacements_) {
            for (HoldingFolder const& folder : state_.folders) {
                if (folder.entry != old || members_.contains({folder.key, successor.key})) continue;
                if (folder.survivor != plan_.patient_key) {
                    refuse(Reason::kPatientIdDoesNotMatch,
                           "the replaced DocumentEntry " + old.to_urn() +
                               " is in a Folder of another patient");
                    continue;
                }
                // It may replace several that lie in one folder.
                members_.emplace(folder.key, successor.key);
                add_membership(folder, successor);
            }
        }
    }

    void add_membership(HoldingFolder const& folder, ObjectAt const& successor) {
        ObjectAt const folder_at{ObjectKind::kFolder, folder.patient_key, folder.key};
        PlannedAssociation const member =
            made(folder_at, folder.folder.to_urn(), successor, urn_of(successor));
        ObjectAt const member_at{ObjectKind::kAssociation, folder.patient_key, member.key};
        ObjectAt const set_at{ObjectKind::kSet, plan_.patient_key, n_.set.key};
        PlannedAssociation const told =
            made(set_at, n_.set.uuid.to_urn(), member_at, member.association.id);
        plan_.associations.push_back(member);
        plan_.associations.push_back(told);
    }

    PlannedAssociation made(ObjectAt const& source, std::string source_urn, ObjectAt const& target,
                            std::string target_urn) {
        PlannedAssociation planned;
        planned.uuid = ids_.uuid();
        planned.key = ids_.key();
        planned.source = source;
        planned.target = target;
        planned.propagated = true;
        planned.association.id = planned.uuid.to_urn();
        planned.association.lid = planned.association.id;
        planned.association.version = "1";
        planned.association.type_urn = std::string(domain::to_urn(AssociationType::kHasMember));
        planned.association.source = std::move(source_urn);
        planned.association.target = std::move(target_urn);
        return planned;
    }

    std::string urn_of(ObjectAt const& entry) const {
        for (Numbered const& numbered : n_.entries) {
            if (numbered.key == entry.key) return numbered.uuid.to_urn();
        }
        return {};
    }

    NumberedSubmission const& n_;
    domain::Submission const& s_;
    State const& state_;
    IdSource& ids_;
    Plan plan_;
    std::vector<Issue> issues_;
    std::vector<std::pair<Uuid, ObjectAt>> replacements_;
    std::set<std::pair<std::int64_t, std::int64_t>>
        members_;  ///< folder key, entry key: told by the message or made for it
};

std::vector<Uuid> targets(NumberedSubmission const& n, bool replaced_only) {
    std::set<Uuid> found;
    for (Association const& association : n.submission.associations) {
        if (replaced_only && !domain::is_replacement(association.type())) continue;
        for (std::string const* end : {&association.source, &association.target}) {
            if (n.find(*end) || (replaced_only && end == &association.source)) continue;
            if (auto const uuid = uuid_of(*end)) found.insert(*uuid);
        }
    }
    return {found.begin(), found.end()};
}

}  // namespace

std::vector<Uuid> referenced_uuids(NumberedSubmission const& n) { return targets(n, false); }
std::vector<Uuid> replaced_uuids(NumberedSubmission const& n) { return targets(n, true); }

Result<Plan> decide_registration(NumberedSubmission const& submission, State const& state,
                                 IdSource& ids) {
    return Decider(submission, state, ids).decide();
}

}  // namespace musubi::registry
