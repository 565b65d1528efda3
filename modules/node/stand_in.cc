#include "node/stand_in.h"

#include "platform/base/metrics.h"
#include "platform/pg/pool.h"

namespace musubi::node {
namespace {

/// What was replayed last, and how long ago; nothing of it outside a replica.
constexpr pg::Statement kReplayed{
    "node.replayed",
    "select pg_last_xact_replay_timestamp(), "
    "coalesce(extract(epoch from now() - pg_last_xact_replay_timestamp()), -1)::bigint "
    "where pg_is_in_recovery()"};

}  // namespace

core::HealthReport stand_in_health(pg::Pool& pool) {
    static auto& reads = gauge("musubi_read_only");
    static auto& behind = gauge("musubi_read_only_behind_seconds");
    reads.set(1);
    std::string text = "stands in for the node that writes: changes are answered busy";
    std::int64_t seconds = -1;
    auto const known = pool.read([&](pg::ReadTx& tx) -> Status {
        auto const rows = TRY(tx.exec(kReplayed));
        if (rows.empty()) {
            text += "; the database is no replica";
        } else if (!rows.front().is_null(0)) {
            text += "; the newest change known here is of " + to_rfc3339(rows.front().time(0));
            seconds = rows.front().int64(1);
        }
        return {};
    });
    if (!known) text += "; how old the data are cannot be told";
    behind.set(seconds);
    return {core::Health::kDegraded, std::move(text)};
}

}  // namespace musubi::node
