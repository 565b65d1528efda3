#include "xca/merge.h"

#include "codec/ebxml/names.h"
#include "codec/ebxml/write.h"
#include "domain/document_label.h"
#include "domain/reason.h"
#include "platform/base/text.h"
#include "platform/xml/subtree.h"

#include <algorithm>

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

template <class Object>
Object const* by_id(std::vector<Object> const& all, std::string const& id) {
    auto const found =
        std::find_if(all.begin(), all.end(), [&](Object const& one) { return one.id == id; });
    return found == all.end() ? nullptr : &*found;
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

Status QueryMerge::take(AskedOf const& asked, xml::Element response) {
    id_unknown_ = false;
    auto read = TRY(ebxml::read_query_response(response));
    take_errors(asked, read.response);
    if (read.response.status == ebxml::ResponseStatus::kFailure) return {};
    ++answered_;
    for (xml::Element element : response.first_child(ebxml::kRim, "RegistryObjectList").children())
        add(asked, element, read);
    return {};
}

/// XDSUnknownPatientId is no word of ITI-18 (ITI TF-3 table 4.2.4.1-2): who said only that has
/// nothing.
void QueryMerge::take_errors(AskedOf const& asked, ebxml::RegistryResponse const& response) {
    std::size_t errors = 0, unknown = 0, told = 0;
    for (ebxml::RegistryErrorRow const& row : response.errors) {
        bool const error = row.severity == Severity::kError;
        errors += error ? 1 : 0;
        if (row.error_code == "XDSUnknownPatientId") {
            unknown += error ? 1 : 0;
            id_unknown_ = true;
            continue;
        }
        if (told++ < kMostRows) rows.push_back(relayed(asked.community, row));
    }
    if (response.status != ebxml::ResponseStatus::kFailure) return;
    if (errors > 0 && errors == unknown) {
        ++answered_;
    } else if (errors == 0) {
        tell(asked.community, "XDSRegistryError", "failed without saying why");
    }
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

void QueryMerge::add(AskedOf const& asked, xml::Element element, ebxml::QueryResponse const& read) {
    if (element.namespace_uri() != ebxml::kRim) return;
    ForeignObject object;
    object.home = home_of(asked, element);
    object.id = attribute(element, "id");
    if (object.home.empty() || object.id.empty()) return;
    object.patient = asked.patient;
    std::optional<std::string> told_patient, unique_id;
    std::string_view const kind = element.local_name();
    if (kind == "ExtrinsicObject") {
        auto const* entry = by_id(read.objects.entries, object.id);
        if (!entry) return;
        object.is_entry = true;
        object.label = domain::label_of(*entry, asked.member);
        told_patient = entry->patient_id;
        unique_id = entry->unique_id;
    } else if (kind == "RegistryPackage") {
        if (auto const* set = by_id(read.objects.submission_sets, object.id)) {
            told_patient = set->patient_id;
            unique_id = set->unique_id;
        } else if (auto const* folder = by_id(read.objects.folders, object.id)) {
            told_patient = folder->patient_id;
            unique_id = folder->unique_id;
        } else {
            return;
        }
    } else if (kind == "Association") {
        object.source = attribute(element, "sourceObject");
        object.target = attribute(element, "targetObject");
    } else if (kind != "ObjectRef") {
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

int QueryMerge::hide(core::Permit const& permit, std::vector<ForeignObject>& objects) {
    if (permit.everything()) return 0;
    std::set<std::string> hidden;
    auto const is_hidden = [&](ForeignObject const& one) {
        if (one.patient.empty()) return true;
        domain::Scope const& scope = permit.scope_for(one.patient);
        if (one.is_entry) return !scope.allows(one.label, one.unique_id);
        return false;
    };
    for (ForeignObject const& one : objects) {
        if (is_hidden(one)) hidden.insert(one.id);
    }
    int const entries = static_cast<int>(std::count_if(
        objects.begin(), objects.end(),
        [&](ForeignObject const& one) { return one.is_entry && hidden.contains(one.id); }));
    std::erase_if(objects, [&](ForeignObject const& one) {
        return hidden.contains(one.id) || hidden.contains(one.source) ||
               hidden.contains(one.target);
    });
    return entries;
}

}  // namespace musubi::xca
