#pragma once
// Internal to atna: what a row of the trail tells those who look. Pure apart from the key ring.

#include "atna/archive.h"
#include "atna/chain.h"

namespace musubi::atna {

Result<FoundRecord> found_record(EntrySealer const& sealer, StoredRecord const& row);

}  // namespace musubi::atna
