#pragma once
// The tables of roots. Internal to atna; one statement, one round trip per function. What stands
// there is not trusted: a document that is no root is kInvalidContent.

#include "atna/roots_record.h"
#include "platform/pg/pool.h"

namespace musubi::atna::store {

Result<bool> try_root_lock(pg::Tx& tx);
Result<std::optional<SignedRoot>> newest_root(pg::Tx& tx);
void queue_root(pg::Tx& tx, SignedRoot const& root);
/// In order; behind number `after`.
Result<std::vector<SignedRoot>> roots_after(pg::ReadTx& tx, std::int64_t after, int limit);
/// The one that covers a record, if it is covered yet.
Result<std::optional<SignedRoot>> root_over(pg::ReadTx& tx, std::int64_t seq);
Result<std::vector<SignedRoot>> unstamped_roots(pg::ReadTx& tx, int limit);
void queue_stamp(pg::Tx& tx, std::int64_t number, ByteView stamp);

}  // namespace musubi::atna::store
