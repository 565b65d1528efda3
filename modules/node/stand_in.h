#pragma once
// A node that stands in for the one that writes (node.read_only): what it serves is as old as the
// copy of the database that it reads.

#include "core/module.h"

namespace musubi::node {

/// Degraded as long as it stands in: for people who look at health. Also sets the gauges
/// musubi_read_only and musubi_read_only_behind_seconds (-1: the database is no replica, or cannot
/// tell).
core::HealthReport stand_in_health(pg::Pool& pool);

}  // namespace musubi::node
