#pragma once
// What was changed between two starts of a node: program, doors, settings. Digests of the last
// start lie beside the audit journal, authenticated with a key of the ring, so that they tell
// nothing and cannot be forged without it.

#include "node/lifecycle_records.h"
#include "platform/vault/key_ring.h"

#include <utility>
#include <vector>

namespace musubi::node {

/// Empty at the first start. A file that is not genuine counts as a change of security settings.
std::vector<std::pair<Changed, std::string>> changes_since_last_start(core::Config const& config,
                                                                      vault::KeyRing const& keys);
/// Never fails the start: at worst the same change is told again.
void remember_start(core::Config const& config, vault::KeyRing const& keys);

}  // namespace musubi::node
