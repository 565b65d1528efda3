#pragma once
// Internal to policy: the section `connections`: which transactions a member may call over its
// connection, and where responsibility for the line changes hands.

#include "policy/agreement.h"
#include "policy/yaml_map.h"

namespace musubi::policy {

void load_connection(YAML::Node const& node, Problems& problems, Agreement& agreement);

/// After all sections are read: gives members the transactions of their connections. A member has
/// them either there or in its own entry.
void settle_connections(Agreement& agreement, Problems& problems);

/// After the users are read: terms that contradict each other, or stand on nothing.
void check_connection_terms(Agreement const& agreement, Problems& problems);

}  // namespace musubi::policy
