#pragma once
// The section `emergency` of the agreement file (see README.md for the keys).

#include "policy/agreement.h"
#include "policy/yaml_map.h"

#include <filesystem>

namespace musubi::policy {

/// `folder`: certificate files are relative to it.
void load_emergency(YAML::Node const& node, std::filesystem::path const& folder, Problems& problems,
                    Agreement& agreement);
void check_emergency(Agreement const& agreement, Problems& problems);

}  // namespace musubi::policy
