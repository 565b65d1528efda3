#pragma once
// The hash chain over all records, and the anchor of its end outside the database.
//
//   hash(n) = SHA-256( hash(n-1) | seq u64 | length u64 | sealed | columns )      hash(0) = 32 zero
//   octets
//
// Who can write to the database could drop the newest rows or compute a new chain; the anchor file,
// authenticated with a key that is not in the database, tells how far the chain had come and what
// it ended with then. Pure apart from the anchor file. Thread-safe.

#include "atna/entry.h"

#include <filesystem>
#include <optional>

namespace musubi::atna {

struct Link {
    std::int64_t seq = 0;
    Bytes hash = Bytes(32, 0);
};

/// A row of atna.record.
struct StoredRecord {
    std::int64_t seq = 0;
    Uuid id;
    Columns columns;
    Bytes sealed;
    Bytes hash;
};

Bytes chain_hash(Link const& previous, std::int64_t seq, ByteView sealed, Columns const& columns);

/// Never fails the caller: an anchor that is behind is only less sharp.
void write_anchor(std::filesystem::path const& folder, vault::KeyRing const& keys, Link const& end);
/// Nothing when there is none yet; kStorageUnavailable when it is not genuine.
Result<std::optional<Link>> read_anchor(std::filesystem::path const& folder,
                                        vault::KeyRing const& keys);

}  // namespace musubi::atna
