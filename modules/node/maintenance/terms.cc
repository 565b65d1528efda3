#include "node/maintenance/terms.h"

#include "node/preservation/disposal_terms.h"
#include "policy/acceptance.h"

#include <algorithm>

namespace musubi::node {
namespace {

constexpr std::string_view kUndefinedTable = "42P01";
constexpr std::string_view kNoSchema = "3F000";

}  // namespace

std::vector<core::ConfigKey> maintenance_config_keys() {
    using enum core::ConfigType;
    return {
        {.key = "maintenance.required",
         .type = kBoolean,
         .default_value = "false",
         .doc = "operators' commands that touch patients work within a window for maintenance only "
                "(`musubi maintenance open`), also where the agreement does not ask for it"},
        {.key = "maintenance.longest",
         .type = kDurationMs,
         .default_value = "24h",
         .doc = "how long a window for maintenance may be open; the agreement may say less",
         .min = 60'000,
         .max = 604'800'000},
    };
}

Result<MaintenanceTerms> maintenance_terms(core::Config const& config, pg::Pool& pool) {
    MaintenanceTerms out;
    out.required = config.boolean("maintenance.required");
    out.longest = std::chrono::seconds(config.integer("maintenance.longest") / 1000);
    auto const chain = policy::stored_agreements(pool);
    if (!chain) {
        auto const state = pg::sqlstate(chain.error());
        if (state == kUndefinedTable || state == kNoSchema) return out;
        return chain.error();
    }
    if (chain->empty()) return out;
    auto const agreement =
        TRY(policy::parse_agreement(chain->back().canonical, "agreement in the database"));
    auto const* section = agreement->tree->at("technical.maintenance");
    if (!section) return out;
    out.clause = section->shown("clause");
    auto const* needed = section->find("window_required");
    out.required = out.required || (needed && needed->boolean);
    if (auto const longest = section->shown("longest"); !longest.empty()) {
        auto const span = TRY(end_of_term(WallTime{}, longest)) - WallTime{};
        out.longest = std::min(out.longest, std::chrono::duration_cast<std::chrono::seconds>(span));
    }
    return out;
}

}  // namespace musubi::node
