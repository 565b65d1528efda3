#pragma once
// Internal to atna: what search, verify and report do first.

#include "atna/archive.h"

namespace musubi::atna {

/// Puts everything that waits into the chain. Another sealer may be at work: what it has not
/// committed yet would be missing, so it is waited for, 5 s at most, then kBusy. A chain that does
/// not fit its anchor is left as it is, and looked at as it is.
Status bring_up_to_date(Archive const& archive, EntrySealer const& sealer);

}  // namespace musubi::atna
