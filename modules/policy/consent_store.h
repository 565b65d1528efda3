#pragma once
// The consent table. Internal to policy; one statement, one round trip per function unless said.

#include "platform/pg/pool.h"
#include "policy/consent.h"

namespace musubi::policy::store {

/// Queued: fails or succeeds with the transaction. The patient must be locked (is_dead()).
void append(pg::Tx& tx, Uuid const& id, ConsentChange const& change, bool granted, WallTime now);
/// Locks the patient: words about one patient are entered one after the other.
Result<bool> is_dead(pg::Tx& tx, std::string const& patient, WallTime now);
/// Queued: the survivor's consent is that of both ids, in the order in which it was spoken.
void merge(pg::Tx& tx, std::string const& subsumed, std::string const& surviving);
/// Queued: what a merge repeated for the survivor no longer counts for it.
void unmerge(pg::Tx& tx, std::string const& subsumed, std::string const& surviving);
/// Queued: words on these evidences no longer count.
void end(pg::Tx& tx, std::vector<std::string> const& evidences, WallTime now);
Result<std::vector<ConsentEntry>> history(pg::ReadTx& tx, std::string const& patient);
/// Positions of the words that count.
Result<std::set<std::int64_t>> counting(pg::ReadTx& tx, std::string const& patient);
/// Which of these words are there.
Result<std::set<Uuid>> known(pg::ReadTx& tx, std::vector<Uuid> const& ids);
/// The newest row of every scope of these patients that holds at `now`.
Result<std::vector<ConsentEntry>> state(pg::ReadTx& tx, std::vector<std::string> const& patients,
                                        WallTime now);

/// Queued: the member says that it treats the patient.
struct Treatment {
    std::string patient, member, basis, declared_by;
    WallTime until{};
};
void declare(pg::Tx& tx, Treatment const& treatment, WallTime now);
/// Of these patients, whom the member has said to treat.
Result<std::vector<std::string>> declared(pg::ReadTx& tx, std::vector<std::string> const& patients,
                                          std::string const& member, WallTime now);

}  // namespace musubi::policy::store
