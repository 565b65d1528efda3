#pragma once
// The section `identity` of the agreement file: who is told whose identifiers, and what a question
// by demographics must bring (see README.md for the keys).

#include "policy/agreement.h"
#include "policy/yaml_map.h"

namespace musubi::policy {

void load_identity(YAML::Node const& node, Problems& problems, Agreement& agreement);

}  // namespace musubi::policy
