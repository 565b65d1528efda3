#pragma once
// Internal to atna: what a row of the trail tells those who look. Pure apart from the key ring.

#include "atna/archive.h"
#include "atna/chain.h"

namespace musubi::atna {

Result<FoundRecord> found_record(EntrySealer const& sealer, StoredRecord const& row);
/// As above; where it does not open, what the columns say, marked as damaged.
FoundRecord found_or_damaged(EntrySealer const& sealer, StoredRecord const& row);
/// As found_record(); the error names the record and who finds out more.
Result<FoundRecord> readable_record(EntrySealer const& sealer, StoredRecord const& row);

}  // namespace musubi::atna
