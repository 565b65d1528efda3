#include "xca/merge.h"

#include "codec/ebxml/names.h"
#include "codec/ebxml/write.h"
#include "domain/document_label.h"
#include "domain/reason.h"
#include "platform/base/text.h"
#include "platform/xml/subtree.h"

#include <algorithm>
#include <unordered_map>

namespace musubi::xca {
namespace {

constexpr std::size_t kMostRows = 100;  ///< that one community may add
constexpr std::size_t kMostText = 512;

bool is_code(std::string const& text) {
    return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    });
}

std::string cut(std::string text) {
    if (text.size() <= kMostText) return text;
    text.resize(kMostText);
    while (!text.empty() && !is_valid_utf8(text)) text.pop_back();
    return text;
}

std::string attribute(xml::Element element, std::string_view name) {
    return std::string(trim(element.attribute(name).value_or("")));
}

/// The first of each id.
template <class Object>
std::unordered_map<std::string_view, Object const*> by_id(std::vector<Object> const& all) {
    std::unordered_map<std::string_view, Object const*> out;
    for (Object const& one : all) out.emplace(one.id, &one);
    return out;
}
template <class Object>
Object const* find(std::unordered_map<std::string_view, Object const*> const& all,
                   std::string const& id) {
    auto const found = all.find(id);
    return found == all.end() ? nullptr : found->second;
}

std::string text_of(xml::Element element) {
    xml::PrefixInScope const scope[] = {
        {"rim", ebxml::kRim}, {"rs", ebxml::kRs}, {"query", ebxml::kQuery}};
    xml::Writer writer;
    xml::write_subtree(element, writer, scope);
    return writer.take();
}

}  // namespace

ebxml::RegistryErrorRow told_of(Community const& community, std::string_view code,
                                std::string const& text) {
    return {Severity::kError, std::string(code), community.name + ": " + text,
            community.homes.front()};
}

ebxml::RegistryErrorRow unavailable_row(Community const& community) {
    return {Severity::kError, "XDSUnavailableCommunity",
            "community " + community.title() + " does not answer", community.homes.front()};
}

ebxml::RegistryErrorRow relayed(Community const& community, ebxml::RegistryErrorRow row) {
    if (!is_code(row.error_code)) row.error_code = "XDSRegistryError";
    row.context = community.name + ": " + cut(std::move(row.context));
    auto const named = [&](std::string const& home) {
        return row.location.find(home) != std::string::npos;
    };
    // Its own place if it tells one; else we know who it was.
    bool const tells = std::any_of(community.homes.begin(), community.homes.end(), named);
    row.location = tells ? cut(std::move(row.location)) : community.homes.front();
    return row;
}

/// What an answer told, to be found by id.
struct QueryMerge::Told {
    explicit Told(ebxml::QueryResponse const& read)
        : entries(by_id(read.objects.entries)),
          sets(by_id(read.objects.submission_sets)),
          folders(by_id(read.objects.folders)) {}
    std::unordered_map<std::string_view, domain::DocumentEntry const*> entries;
    std::unordered_map<std::string_view, domain::SubmissionSet const*> sets;
    std::unordered_map<std::string_view, domain::Folder const*> folders;
};

Status QueryMerge::take(AskedOf const& asked, xml::Element response) {
    id_unknown_ = false;
    auto read = TRY(ebxml::read_query_response(response));
    told_ = take_errors(asked, read.response);
    if (read.response.status == ebxml::ResponseStatus::kFailure) return {};
    ++answered_;
    Told const told(read);
    for (xml::Element element : response.first_child(ebxml::kRim, "RegistryObjectList").children())
        add(asked, element, told);
    return {};
}

/// XDSUnknownPatientId is no word of ITI-18 (ITI TF-3 table 4.2.4.1-2): who said only that has
/// nothing. What is an error comes before warnings, of which the last may find no room: without it
/// an answer that is not whole would look whole.
ebxml::ResponseStatus QueryMerge::take_errors(AskedOf const& asked,
                                              ebxml::RegistryResponse const& response) {
    using ebxml::ResponseStatus;
    std::size_t errors = 0, unknown = 0, told = 0;
    for (Severity const severity : {Severity::kError, Severity::kWarning}) {
        for (ebxml::RegistryErrorRow const& row : response.errors) {
            if (row.severity != severity) continue;
            bool const error = severity == Severity::kError;
            errors += error ? 1 : 0;
            if (row.error_code == "XDSUnknownPatientId") {
                unknown += error ? 1 : 0;
                id_unknown_ = true;
                continue;
            }
            if (told++ < kMostRows) rows.push_back(relayed(asked.community, row));
        }
    }
    if (errors > unknown) {
        return response.status == ResponseStatus::kFailure ? ResponseStatus::kFailure
                                                           : ResponseStatus::kPartialSuccess;
    }
    if (errors == 0 && response.status != ResponseStatus::kSuccess) {
        bool const failed = response.status == ResponseStatus::kFailure;
        tell(asked.community, "XDSRegistryError",
             failed ? "failed without saying why" : "left something out without saying what");
        return response.status;
    }
    if (response.status == ResponseStatus::kFailure) ++answered_;
    return ResponseStatus::kSuccess;
}

void QueryMerge::tell(Community const& community, std::string_view code, std::string text) {
    // A thousand objects with the same mistake are one thing to say.
    ebxml::RegistryErrorRow told = told_of(community, code, text);
    auto const same = [&](ebxml::RegistryErrorRow const& row) {
        return row.error_code == told.error_code && row.context == told.context;
    };
    if (std::none_of(rows.begin(), rows.end(), same)) rows.push_back(std::move(told));
}

/// Empty: the object is left out.
std::string QueryMerge::home_of(AskedOf const& asked, xml::Element element) {
    std::string const home = attribute(element, "home");
    std::string const kind(element.local_name().substr(0, 32));
    if (home.empty()) {
        bool const needed = kind != "Association";
        if (!needed || asked.community.repair_home) return asked.community.homes.front();
        tell(asked.community, "XDSMissingHomeCommunityId",
             "the responding gateway sent " + kind + " elements without home; left out");
        return {};
    }
    if (asked.community.serves(home)) return home;
    tell(asked.community, "XDSUnknownCommunity",
         "the responding gateway sent " + kind +
             " elements with the home of somebody else; left out");
    return {};
}

void QueryMerge::add(AskedOf const& asked, xml::Element element, Told const& told) {
    if (element.namespace_uri() != ebxml::kRim) return;
    ForeignObject object;
    object.home = home_of(asked, element);
    object.id = attribute(element, "id");
    if (object.home.empty() || object.id.empty()) return;
    object.patient = asked.patient;
    object.owner = asked.member;
    std::optional<std::string> told_patient, unique_id;
    std::string_view const kind = element.local_name();
    if (kind == "ExtrinsicObject") {
        auto const* entry = find(told.entries, object.id);
        if (!entry) return;
        object.is_entry = true;
        object.label = domain::label_of(*entry, asked.member);
        told_patient = entry->patient_id;
        unique_id = entry->unique_id;
    } else if (kind == "RegistryPackage") {
        if (auto const* set = find(told.sets, object.id)) {
            told_patient = set->patient_id;
            unique_id = set->unique_id;
        } else if (auto const* folder = find(told.folders, object.id)) {
            told_patient = folder->patient_id;
            unique_id = folder->unique_id;
        } else {
            return;
        }
        object.is_package = true;
    } else if (kind == "Association") {
        object.source = attribute(element, "sourceObject");
        object.target = attribute(element, "targetObject");
    } else if (kind == "ObjectRef") {
        object.is_reference = true;
    } else {
        return;
    }
    if (!asked.sent_as.empty() && told_patient && *told_patient != asked.sent_as) {
        tell(asked.community, "XDSRegistryError",
             "the responding gateway sent objects of another patient; left out");
        return;
    }
    if (!taken_.emplace(object.home, object.id).second) return;
    object.unique_id = unique_id.value_or("");
    if (object.patient.empty()) {
        if (auto const known = seen_.find(object.home, object.id)) object.patient = known->patient;
    } else {
        seen_.note(object.home, object.id, {object.patient, object.label});
        seen_.note(object.home, object.unique_id, {object.patient, object.label});
    }
    if (asked.wanted == domain::ReturnType::kObjectRef) {
        ebxml::append_object_ref(object.xml, object.id, object.home);
    } else {
        object.xml = text_of(element);
    }
    objects.push_back(std::move(object));
}

void QueryMerge::unavailable(Community const& community) {
    rows.push_back(unavailable_row(community));
}

void QueryMerge::local(std::string const& home, Error const* error, std::string_view trace) {
    if (!error) {
        ++answered_;
        return;
    }
    auto own = ebxml::error_rows(*error, ebxml::Actor::kRegistry, trace);
    auto const unknown = [](ebxml::RegistryErrorRow const& row) {
        return row.error_code == "XDSUnknownPatientId";
    };
    if (std::all_of(own.begin(), own.end(), unknown)) ++answered_;
    std::erase_if(own, unknown);
    for (ebxml::RegistryErrorRow& row : own) {
        row.location = home;
        rows.push_back(std::move(row));
    }
}

ebxml::ResponseStatus QueryMerge::status() const {
    bool const errors = std::any_of(
        rows.begin(), rows.end(), [](auto const& row) { return row.severity == Severity::kError; });
    if (!errors) return ebxml::ResponseStatus::kSuccess;
    return answered_ > 0 ? ebxml::ResponseStatus::kPartialSuccess : ebxml::ResponseStatus::kFailure;
}

namespace {

/// Whether there could be a document of this owner that the scope shows.
bool could_show(domain::Scope const& scope, std::string const& owner) {
    if (scope.everything || scope.emergency) return true;
    bool const some_word =
        std::any_of(scope.consent.words.begin(), scope.consent.words.end(), [&](auto const& word) {
            return word.open && (word.owner.empty() || word.owner == owner) &&
                   (!word.department.empty() || !word.code.empty() || !word.document.empty());
        });
    return std::any_of(scope.rules.begin(), scope.rules.end(), [&](domain::ScopeRule const& rule) {
        bool const of_owner =
            rule.owners.empty() ||
            std::find(rule.owners.begin(), rule.owners.end(), owner) != rule.owners.end();
        if (!of_owner || rule.effect == domain::Effect::kDeny) return false;
        if (rule.effect == domain::Effect::kPermit || some_word) return true;
        domain::Label label;
        label.owner = owner;
        if (!rule.class_codes.empty()) label.class_code = rule.class_codes.front();
        if (!rule.type_codes.empty()) label.type_code = rule.type_codes.front();
        return scope.consent.opens(label, "");
    });
}

}  // namespace

int QueryMerge::hide(core::Permit const& permit, std::vector<ForeignObject>& objects) {
    if (permit.everything()) return 0;
    return hide(
        [&](std::string const& patient) -> domain::Scope const& {
            return permit.scope_for(patient);
        },
        objects);
}

int QueryMerge::hide(ScopeOf const& scope_of, std::vector<ForeignObject>& objects) {
    std::set<std::string> entries, shown, hidden;
    for (ForeignObject const& one : objects) {
        if (!one.is_entry) continue;
        entries.insert(one.id);
        bool const shows =
            !one.patient.empty() && scope_of(one.patient).allows(one.label, one.unique_id);
        (shows ? shown : hidden).insert(one.id);
    }
    auto const entries_hidden = static_cast<int>(hidden.size());
    std::set<std::string> with_entries, with_shown;  // sets and folders
    for (ForeignObject const& one : objects) {
        if (entries.contains(one.target)) with_entries.insert(one.source);
        if (shown.contains(one.target)) with_shown.insert(one.source);
    }
    for (ForeignObject const& one : objects) {
        if (one.is_entry) continue;
        bool shows = !one.patient.empty() && !one.is_reference;
        if (shows && one.is_package) {
            shows = with_entries.contains(one.id) ? with_shown.contains(one.id)
                                                  : could_show(scope_of(one.patient), one.owner);
        }
        if (!shows) hidden.insert(one.id);
    }
    std::erase_if(objects, [&](ForeignObject const& one) {
        return hidden.contains(one.id) || hidden.contains(one.source) ||
               hidden.contains(one.target);
    });
    return entries_hidden;
}

}  // namespace musubi::xca
