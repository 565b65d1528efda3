#include "atna/findings_progress.h"

#include "atna/findings_sql.h"

#include <algorithm>

namespace musubi::atna {
namespace {

constexpr auto kAtFirst = std::chrono::hours(48);
/// Records are sealed a little after their time; an hour that ended just now may still get some.
constexpr auto kLate = std::chrono::hours(3);
/// A statement has seconds, and somebody may want to stop in between.
constexpr auto kPiece = std::chrono::hours(24);
/// Nobody reviews what is older; and a clock that stood in another century asks for no more.
constexpr auto kOldest = std::chrono::hours(24 * 400);

}  // namespace

Result<ReviewRound> next_round(pg::Pool& pool, WallTime now) {
    ReviewRound out;
    auto since = now - kAtFirst;
    TRY(pool.read([&](pg::ReadTx& tx) -> Status {
        auto const rows = TRY(tx.exec(sql::kReviewProgress));
        out.newest = rows.front().int64(0);
        if (!rows.front().is_null(1)) since = rows.front().time(1) - kLate;
        if (!rows.front().is_null(2)) since = std::min(since, rows.front().time(2));
        return {};
    }));
    since = std::max(since, now - kOldest);
    for (auto from = since; from < now; from += kPiece)
        out.pieces.push_back({from, std::min<WallTime>(from + kPiece, now)});
    return out;
}

Status looked(pg::Pool& pool, WallTime until, std::int64_t newest) {
    return pool.run([&](pg::Tx& tx) -> Status {
        TRY(tx.exec(sql::kReviewed, pg::Params().timestamptz(until).int8(newest)));
        return {};
    });
}

}  // namespace musubi::atna
