#pragma once
// Audit texts made small before they are sealed: zstd, primed with the words that every audit
// message carries, so that what remains is little more than what is particular to the event. The
// primer is part of the record format: changing one octet of it makes older records unreadable.
//
// Thread-safe. Units: octets.

#include "platform/base/bytes.h"

namespace musubi::atna {

/// Appends the compressed form to `out`. kInternal when the library refuses (out of memory).
Status compress_onto(Bytes& out, ByteView plain);

/// kTooLarge when the plain form is beyond `max_size`, known before anything is written;
/// kStorageUnavailable when the octets are no compressed text of ours.
Result<Bytes> decompress(ByteView compressed, std::size_t max_size);

}  // namespace musubi::atna
