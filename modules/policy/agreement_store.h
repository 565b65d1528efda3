#pragma once
// Internal to policy: the agreements that were in force, in the database. Rows are never changed.

#include "policy/acceptance.h"

namespace musubi::policy::store {

Result<std::vector<StoredAgreement>> agreements(pg::ReadTx& tx);
/// False: that version is there already.
Result<bool> append_agreement(pg::Tx& tx, Agreement const& agreement, Signatures const& signatures,
                              WallTime now);

}  // namespace musubi::policy::store
