#pragma once
// Provided among the ports of a node that only reads: its database is a copy which another node's
// server writes (node.read_only). The pipeline answers whatever changes something busy, and modules
// begin no job that writes.

#include "core/ports.h"

namespace musubi::core {

struct ReadOnlyNode {};

inline bool is_read_only(Ports const& ports) { return ports.find<ReadOnlyNode>() != nullptr; }

}  // namespace musubi::core
