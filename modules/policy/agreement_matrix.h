#pragma once
// The section `rules` of the agreement file: the access matrix (see README.md for the keys).

#include "policy/agreement.h"
#include "policy/yaml_map.h"

namespace musubi::policy {

void load_rule(YAML::Node const& node, Problems& problems, Agreement& agreement);

/// Roles, members and purposes that rules refer to, and rules that could never count.
void check_matrix(Agreement const& agreement, Problems& problems);

/// "code^^scheme" each; `line` is told for any that is not.
void check_codes(std::vector<std::string> const& codes, std::string const& where, int line,
                 Problems& problems);

}  // namespace musubi::policy
