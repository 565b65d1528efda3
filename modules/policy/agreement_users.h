#pragma once
// Internal to policy: the section `authentication` of the agreement file: who vouches for users,
// and what their words mean here (see README.md for the keys).

#include "policy/agreement.h"
#include "policy/yaml_map.h"

#include <filesystem>

namespace musubi::policy {

/// After roles and members were read. Certificate files and vocabularies are relative to `folder`.
void load_users(YAML::Node const& node, std::filesystem::path const& folder, Problems& problems,
                Agreement& agreement);

}  // namespace musubi::policy
