#pragma once
// What the database's refusals mean to us. Pure functions, thread-safe.
//
//   kBusy                no connection in time; lock not available; the request's deadline
//   (is_deadline_passed); serialisation failure or
//   deadlock (is_rerunnable) kConflict            unique, exclusion or foreign key violation
//   (violated_constraint), expected row count missed kStorageUnavailable  no connection, connection
//   lost, time-out, server short of disk or memory, shutting down;
//                        also an unknown outcome of COMMIT (is_commit_unknown)
//   kTooLarge            parameters beyond the limits
//   kInternal            anything else: a statement of ours is wrong
//
// `detail` reads "statement=NAME sqlstate=XXXXX [constraint=NAME]": the server's own text stays out
// because it may quote values, except for faults of the statement itself (class 42), which quote
// only our SQL.

#include "platform/base/error.h"

#include <string_view>

namespace musubi::pg {

/// Reasons from 0xFF00 upwards belong to the platform; the enumerators of domain/reason.h stay
/// below.
inline constexpr Reason kReasonCommitUnknown{0xFF01};
inline constexpr Reason kReasonRerunnable{0xFF02};
inline constexpr Reason kReasonRowCount{0xFF03};
inline constexpr Reason kReasonDeadline{0xFF04};

/// The connection was lost while COMMIT was under way: done or not done, only the data can tell.
/// Look the change up by its idempotency key; never repeat it blindly.
bool is_commit_unknown(Error const& error);
/// The whole transaction may be run again: nothing was done (SQLSTATE 40001, 40P01).
bool is_rerunnable(Error const& error);
/// A queued statement touched another number of rows than expected; nothing was done.
bool is_row_count_missed(Error const& error);
/// The request's time (platform/base/deadline.h) ended before the database had done its part;
/// nothing was done.
bool is_deadline_passed(Error const& error);
/// Empty when the error names none.
std::string_view violated_constraint(Error const& error);
std::string_view sqlstate(Error const& error);

/// One refusal as the server phrased it.
struct ServerError {
    std::string_view sqlstate;
    std::string_view constraint;
    std::string_view message;
};
Error to_error(std::string_view statement, ServerError const& refused);
Error deadline_error(std::string_view statement);

/// What a queued statement with an expected row count fails with on the server (see README).
inline constexpr std::string_view kRowCountMark = "musubi_expected_rows:";

}  // namespace musubi::pg
