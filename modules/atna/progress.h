#pragma once
// How far the sealer has come in each journal segment, told to those who look beside a running
// node, so that they need not read again what is in the chain already. Only a hint: it counts when
// it is genuine (authenticated with a key outside the database), when the segment begins with the
// same record, and when the chain still holds what it held then.
//
// Thread-safe. Nothing here fails its caller: without a hint everything is read.

#include "atna/chain.h"

#include <map>

namespace musubi::atna {

/// Segment file to the offset up to which all of it is in the chain.
using SealedOffsets = std::map<std::filesystem::path, std::uint64_t>;

void write_progress(std::filesystem::path const& folder, vault::KeyRing const& keys,
                    Link const& end, SealedOffsets const& offsets);

struct Progress {
    Link end;  ///< the chain's when it was written: to be compared
    SealedOffsets offsets;
};
/// Empty when there is none that counts.
Progress read_progress(std::filesystem::path const& folder, vault::KeyRing const& keys);

}  // namespace musubi::atna
