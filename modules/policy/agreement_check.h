#pragma once
// Internal to policy: what no single line of the agreement can show. Pure.

#include "policy/agreement.h"
#include "policy/yaml_map.h"

namespace musubi::policy {

void check_agreement(Agreement const& agreement, Problems& problems);

}  // namespace musubi::policy
