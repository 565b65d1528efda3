#pragma once
// How far the log review has come: kept in the database, because a node that was stopped, or whose
// records were sealed or brought in late, must not leave hours that nobody ever looks at.
//
// Thread-safe; nodes that share a database share the row. Errors: those of the database.

#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "platform/pg/pool.h"

#include <vector>

namespace musubi::atna {

struct ReviewSpan {
    WallTime from{}, to{};
};

/// What is to be looked at now: adjoining pieces of at most a day, oldest first. Begins where the
/// last look ended, less `kLate`; earlier when the chain has taken in older records since.
struct ReviewRound {
    std::vector<ReviewSpan> pieces;
    std::int64_t newest = 0;  ///< last record of the chain before the look
};
Result<ReviewRound> next_round(pg::Pool& pool, WallTime now);

/// Everything that ended up to `until` was looked at. With `newest`: and every record up to there.
/// Never goes back.
Status looked(pg::Pool& pool, WallTime until, std::int64_t newest);

}  // namespace musubi::atna
