#pragma once
// The audit tables. Internal to atna; one statement, one round trip per function unless said.

#include "atna/chain.h"
#include "atna/reconcile.h"
#include "atna/segment.h"
#include "platform/pg/pool.h"

#include <optional>
#include <set>

namespace musubi::atna::store {

void queue_pending(pg::Tx& tx, std::vector<SealedRecord> const& records);

Result<bool> try_sealer_lock(pg::Tx& tx);
Result<std::vector<SealedRecord>> pending(pg::Tx& tx, int limit);
Result<std::int64_t> pending_count(pg::ReadTx& tx);
void queue_delete_pending(pg::Tx& tx, std::vector<Uuid> const& ids);
/// Those of `ids` that are in the chain already.
Result<std::set<Uuid>> known(pg::Tx& tx, std::vector<Uuid> const& ids);
/// Those of `ids` that wait for the sealer.
Result<std::set<Uuid>> waiting(pg::Tx& tx, std::vector<Uuid> const& ids);
void queue_reconciliation(pg::Tx& tx, Reconciled const& done, ReconcileOrder const& order);
Result<Link> last(pg::Tx& tx);
/// Empty when there is no such record.
Result<Bytes> hash_at(pg::Tx& tx, std::int64_t seq);
/// All of them in one statement.
void queue_records(pg::Tx& tx, std::vector<StoredRecord> const& records);

Result<std::vector<StoredRecord>> page(pg::ReadTx& tx, std::int64_t after, int limit);
Result<std::vector<StoredRecord>> page(pg::Tx& tx, std::int64_t after, int limit);
Result<std::vector<Link>> hashes_after(pg::ReadTx& tx, std::int64_t after, int limit);

struct Filter {
    std::vector<std::string> patients;   ///< none, or both forms of one id
    std::vector<std::string> documents;  ///< none or one
    Bytes user_token;
    std::string organisation, transaction;
    int outcome = -1;
    WallTime from{}, to{};
    int limit = 100;
};
Result<std::vector<StoredRecord>> search(pg::ReadTx& tx, Filter const& filter);

/// In the order of time.
struct PeriodCursor {
    WallTime from{}, to{};   ///< [from, to); goes on with the time of the last one read
    std::int64_t after = 0;  ///< of records at `from`, those behind this number
    std::int64_t upto = INT64_MAX;
};
/// Records of exports and transfers that name documents.
Result<std::vector<StoredRecord>> disclosures(pg::ReadTx& tx, PeriodCursor const& at, int limit);

}  // namespace musubi::atna::store
