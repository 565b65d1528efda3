#pragma once
// Assertions that have served (table policy.assertion_seen). Executes SQL; nobody else does so for
// this table.

#include "domain/assertion.h"
#include "platform/pg/pool.h"

namespace musubi::policy::store {

/// True the first time, false for every later one: also after a restart, and on other nodes of the
/// same database. Removes a few that have expired on the way.
Result<bool> first_use(pg::Pool& pool, domain::UserAssertion const& assertion, WallTime now);
/// Whether it has served, as far as this database tells. Writes nothing.
Result<bool> was_used(pg::Pool& pool, domain::UserAssertion const& assertion);
/// Remembered beyond the end of the assertion, so that clocks that differ cannot open a gap.
inline constexpr std::chrono::minutes kKeptLonger{10};

}  // namespace musubi::policy::store
