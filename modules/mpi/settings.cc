#include "mpi/settings.h"

#include "mpi/match/weights.h"
#include "platform/base/ids.h"
#include "platform/base/text.h"

#include <algorithm>

namespace musubi::mpi {
namespace {

Error wrong(std::string const& key, std::string const& text, char const* expected) {
    return Error(Code::kInvalidContent, key + ": '" + text + "' " + expected);
}

/// OID[=NAMESPACE][;alias=WORD]...[;several]
Result<core::AssigningAuthority> read_authority(std::string const& entry) {
    core::AssigningAuthority out;
    auto const parts = split(entry, ';');
    auto const head = split(parts[0], '=');
    out.oid = trim(head[0]);
    if (!is_oid(out.oid) || head.size() > 2)
        return wrong("mpi.authorities", entry, "must begin with OID=NAMESPACE");
    if (head.size() == 2) out.namespace_id = trim(head[1]);
    for (std::size_t i = 1; i < parts.size(); ++i) {
        std::string_view const part = trim(parts[i]);
        if (part == "several") {
            out.several_ids = true;
        } else if (part.starts_with("alias=") && part.size() > 6) {
            out.aliases.emplace_back(part.substr(6));
        } else {
            return wrong("mpi.authorities", entry, "may go on with ;alias=WORD and ;several");
        }
    }
    return out;
}

}  // namespace

Result<StoreSettings> store_settings(core::Config const& config) {
    StoreSettings settings;
    settings.regional_authority = config.text("mpi.regional_authority");
    if (!is_oid(settings.regional_authority)) {
        return Error(Code::kInvalidContent, "mpi.regional_authority must be an OID");
    }
    for (std::string const& oid : config.list("mpi.direct_authorities")) {
        if (!is_oid(oid)) return wrong("mpi.direct_authorities", oid, "is not an OID");
        settings.direct_authorities.insert(oid);
    }
    for (std::string const& entry : config.list("mpi.namespaces")) {
        auto const parts = split(entry, '=');
        if (parts.size() != 2 || parts[0].empty() || !is_oid(parts[1]))
            return wrong("mpi.namespaces", entry, "must be NAMESPACE=OID");
        settings.namespaces[std::string(parts[0])] = parts[1];
    }
    for (std::string const& entry : config.list("mpi.authorities")) {
        auto authority = TRY(read_authority(entry));
        std::string const oid = authority.oid;
        if (!settings.authorities.emplace(oid, std::move(authority)).second)
            return wrong("mpi.authorities", oid, "stands there twice");
    }
    std::string const& update = config.text("mpi.unknown_update");
    if (update != "accept" && update != "refuse")
        return wrong("mpi.unknown_update", update, "must be accept or refuse");
    settings.unknown_update = update == "accept" ? UnknownUpdate::kAccept : UnknownUpdate::kRefuse;
    settings.max_person_records =
        static_cast<std::size_t>(config.integer("mpi.max_person_records"));
    settings.four_eyes = config.boolean("mpi.four_eyes");
    for (std::string const& entry : config.list("mpi.weights")) {
        auto const parts = split(entry, '=');
        if (parts.size() != 2) return wrong("mpi.weights", entry, "must be NAME=BITS");
        std::string const name(trim(parts[0]));
        if (name == "use_insurance")
            return wrong("mpi.weights", entry, "is decided by the agreement");
        if (!settings.weights.emplace(name, trim(parts[1])).second)
            return wrong("mpi.weights", name, "stands there twice");
    }
    TRY(match::weights_from(settings.weights));
    return settings;
}

std::vector<core::ConfigKey> store_config_keys() {
    using enum core::ConfigType;
    return {
        {.key = "mpi.regional_authority",
         .type = kText,
         .default_value = "",
         .doc = "OID under which regional patient ids are issued (the affinity domain's patient id "
                "authority)",
         .required = true},
        {.key = "mpi.direct_authorities",
         .type = kTextList,
         .default_value = "",
         .doc = "further authorities whose ids are taken as regional ids as they are"},
        {.key = "mpi.namespaces",
         .type = kTextList,
         .default_value = "",
         .doc = "NAMESPACE=OID for senders that name an assigning authority by namespace id only"},
        {.key = "mpi.authorities",
         .type = kTextList,
         .default_value = "",
         .doc = "assigning authorities of the region: OID=NAMESPACE, then any of ;alias=WORD (a "
                "further OID or namespace that senders use) and ;several (one person may hold "
                "several ids there)"},
        {.key = "mpi.unknown_update",
         .type = kText,
         .default_value = "accept",
         .doc = "an update (A08, A31) of an id that nobody fed before: accept or refuse"},
        {.key = "mpi.max_person_records",
         .type = kInteger,
         .default_value = "64",
         .doc = "more records are never linked to one person without people deciding it",
         .min = 2,
         .max = 1000},
        {.key = "mpi.four_eyes",
         .type = kBoolean,
         .default_value = "false",
         .doc = "a second operator must confirm what one decides about two records"},
        {.key = "mpi.weights",
         .type = kTextList,
         .default_value = "",
         .doc = "changes to what comparisons are worth in matching: NAME=BITS, such as link=20, "
                "review=10, given.4=3.5, household_cap=12 (names in modules/mpi/match/weights.h); "
                "measure first with musubi patient evaluate"},
    };
}

}  // namespace musubi::mpi
