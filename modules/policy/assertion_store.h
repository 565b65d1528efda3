#pragma once
// Assertions that have served (table policy.assertion_seen). Executes SQL; nobody else does so for
// this table.

#include "domain/assertion.h"
#include "platform/pg/pool.h"

namespace musubi::policy::store {

/// True the first time, false for every later one: also after a restart, and on other nodes of the
/// same database. Removes a few that have expired on the way.
Result<bool> first_use(pg::Pool& pool, domain::UserAssertion const& assertion, WallTime now);

}  // namespace musubi::policy::store
