#include "mpi/reindex.h"

#include "mpi/record_index.h"
#include "mpi/rows.h"
#include "mpi/sql.h"
#include "platform/base/fault.h"

#include <algorithm>

namespace musubi::mpi {
namespace {

Result<std::int64_t> done_to(pg::Tx& tx, std::int16_t version) {
    pg::Rows const rows = TRY(tx.exec(sql::kVersionDoneTo, pg::Params().int2(version)));
    if (rows.empty()) return Error(Code::kNotFound, "this version of tokens was never begun");
    return rows.front().int64(0);
}

}  // namespace

Result<Reindex::State> Reindex::state(pg::Tx& tx) const {
    State out;
    for (pg::Row const row : TRY(tx.exec(sql::kVersionStates))) {
        if (row.int16(1) == 1) out.filling = row.int16(0);
        if (row.int16(1) == 3 && row.int64(2) >= 0) out.over.push_back(row.int16(0));
        out.records = row.int64(3);
    }
    return out;
}

Result<std::int16_t> Reindex::begin(pg::Tx& tx) const {
    tx.queue(sql::kLockIndex, pg::Params().int8(sql::kIndexLock));
    State const now = TRY(state(tx));
    if (now.filling != 0) return now.filling;
    pg::Rows const rows = TRY(tx.exec(sql::kBeginVersion));
    return rows.front().int16(0);
}

Result<Reindex::Step> Reindex::fill(pg::Tx& tx, std::int16_t version, int records) const {
    tx.queue(sql::kLoadPlans, {});
    tx.queue(sql::kLockIndex, pg::Params().int8(sql::kIndexLock));
    std::int64_t const from = TRY(done_to(tx, version));
    auto const next =
        read_records(TRY(tx.exec(sql::kRecordsAfter, pg::Params().int8(from).int8(records))));
    Step step{next.size(), next.size() < static_cast<std::size_t>(records)};
    for (Record const& record : next) {
        if (!record.active() || record.sealed.empty()) continue;
        add_tokens(tx, record.key, tokens_of(context_, {version}, TRY(context_.open(record))));
    }
    if (!next.empty())
        tx.queue(sql::kSetVersionDoneTo, pg::Params().int2(version).int8(next.back().key), 1);
    TRY(FAULT("mpi.reindex_after_batch"));
    return step;
}

void Reindex::switch_over(pg::Tx& tx, std::int16_t version) const {
    tx.queue(sql::kLockIndex, pg::Params().int8(sql::kIndexLock));
    tx.queue(sql::kSwitchVersion, pg::Params().int2(version));
}

Result<Reindex::Step> Reindex::sweep(pg::Tx& tx, std::int16_t version, int records) const {
    tx.queue(sql::kLoadPlans, {});
    std::int64_t const from = TRY(done_to(tx, version));
    pg::Rows const rows = TRY(tx.exec(sql::kRecordsAfter, pg::Params().int8(from).int8(records)));
    std::vector<std::int64_t> keys;
    for (pg::Row const row : rows) keys.push_back(row.int64(1));
    bool const done = keys.size() < static_cast<std::size_t>(records);
    tx.queue(sql::kSweepBlocking, pg::Params().int8_array(keys).int2(version));
    tx.queue(sql::kSweepSearch, pg::Params().int8_array(keys).int2(version));
    tx.queue(sql::kSetVersionDoneTo, pg::Params().int2(version).int8(done ? -1 : keys.back()), 1);
    return Step{keys.size(), done};
}

}  // namespace musubi::mpi
