#pragma once
// The consent table. Internal to policy; one statement, one round trip per function unless said.

#include "platform/pg/pool.h"
#include "policy/consent.h"

namespace musubi::policy::store {

/// Queued: fails or succeeds with the transaction.
Status append(pg::Tx& tx, Uuid const& id, ConsentChange const& change, bool granted, WallTime now);
/// Queued: the survivor's consent is that of both ids, in the order in which it was spoken.
void merge(pg::Tx& tx, std::string const& subsumed, std::string const& surviving);
/// Queued: what a merge repeated for the survivor no longer counts for it.
void unmerge(pg::Tx& tx, std::string const& subsumed, std::string const& surviving);
Result<std::vector<ConsentEntry>> history(pg::ReadTx& tx, std::string const& patient);
/// The newest row of every scope of these patients.
Result<std::vector<ConsentEntry>> state(pg::ReadTx& tx, std::vector<std::string> const& patients);

}  // namespace musubi::policy::store
