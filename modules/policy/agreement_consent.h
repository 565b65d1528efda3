#pragma once
// The section `consent` of the agreement file (see README.md for the keys).

#include "policy/agreement.h"
#include "policy/yaml_map.h"

namespace musubi::policy {

void load_consent(YAML::Node const& node, Problems& problems, Agreement& agreement);
void check_consent(Agreement const& agreement, Problems& problems);

}  // namespace musubi::policy
