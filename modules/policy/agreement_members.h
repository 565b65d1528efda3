#pragma once
// Internal to policy: the section `members`.

#include "policy/agreement.h"
#include "policy/yaml_map.h"

#include <filesystem>

namespace musubi::policy {

/// Certificate files are relative to `folder`.
void load_member(YAML::Node const& node, std::filesystem::path const& folder, Problems& problems,
                 Agreement& agreement);

/// Transactions and groups of them under `key`.
void load_transactions(YamlMap const& map, std::string_view key, std::string const& where,
                       Problems& problems, std::set<std::string, std::less<>>& out);

}  // namespace musubi::policy
