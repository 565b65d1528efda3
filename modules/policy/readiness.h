#pragma once
// What people still have to do: revisions and audits of the agreement whose day is over; about
// emergencies accesses and disasters that nobody has looked at in time, envelopes without a good
// seal. For the health report. Thread-safe.

#include "platform/pg/pool.h"
#include "policy/agreement.h"

namespace musubi::policy {

/// One sentence for each, "; " between them; empty: nothing. A declared disaster is told as well.
Result<std::string> open_matters(pg::Pool& pool, Agreement const& agreement, WallTime now);

}  // namespace musubi::policy
