#pragma once
// Internal to policy: the parts of the section `emergency` that officers set in motion: sealed
// accounts and the declaration of a disaster (see README.md for the keys).

#include "policy/agreement.h"
#include "policy/yaml_map.h"

#include <filesystem>

namespace musubi::policy {

/// A whole number from 1 to `highest`.
int load_number(YamlMap const& map, std::string_view key, int highest, Problems& problems);
domain::Confidentiality load_highest(YamlMap const& map, Problems& problems);

void load_officers(YAML::Node const& list, std::filesystem::path const& folder, Problems& problems,
                   EmergencyTerms& out);
void load_accounts(YAML::Node const& list, Problems& problems, EmergencyTerms& out);
void load_disaster(YAML::Node const& node, Problems& problems, DisasterTerms& out);
void check_accounts_and_disaster(Agreement const& agreement, Problems& problems);

}  // namespace musubi::policy
