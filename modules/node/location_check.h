#pragma once
// Where what is stored stands (guideline control LO-1): each store has a tag, COUNTRY or
// COUNTRY/SITE, in the configuration (location.*), and the agreement says which countries and sites
// are allowed and which stores must have a tag. Pure.

#include "core/config.h"
#include "policy/agreement.h"

#include <string>
#include <vector>

namespace musubi::node {

std::vector<core::ConfigKey> location_config_keys();
/// Everything that is not as the agreement wants it; nothing: it is.
std::vector<std::string> location_faults(policy::Agreement const& agreement,
                                         core::Config const& config);
/// The same as one error, kConflict.
Status check_location(policy::Agreement const& agreement, core::Config const& config);

}  // namespace musubi::node
