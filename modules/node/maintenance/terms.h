#pragma once
// What agreement and configuration ask of maintenance: `technical.maintenance` of the agreement
// that came into force last, and maintenance.required. The stricter of both counts.

#include "core/config.h"
#include "platform/pg/pool.h"

#include <chrono>
#include <string>

namespace musubi::node {

struct MaintenanceTerms {
    bool required = false;  ///< commands that touch patients need an open window
    std::string clause;     ///< empty: the configuration alone
    std::chrono::seconds longest{24 * 3600};
};
/// The agreement is read from the database: its file may be anything. In a database without one
/// the configuration counts. kInvalidContent, kStorageUnavailable.
Result<MaintenanceTerms> maintenance_terms(core::Config const& config, pg::Pool& pool);

std::vector<core::ConfigKey> maintenance_config_keys();

}  // namespace musubi::node
