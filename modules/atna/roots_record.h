#pragma once
// A root: what the node signs, hourly, over the newest part of the chain. It binds every record
// from `first` to `last` by the head of a Merkle tree, the chain before by the hash of the last
// record, and the roots before by the hash of the one before it. Who keeps a copy can tell later
// whether anything in that part was removed, altered or put elsewhere.
//
// The document is one canonical JSON object (RFC 8785): the very octets are signed. Pure,
// thread-safe.

#include "atna/merkle.h"
#include "platform/base/clock.h"

#include <optional>
#include <string>
#include <string_view>

namespace musubi::atna {

struct Root {
    std::int64_t number = 0;  ///< 1, 2, 3 ...
    std::int64_t first = 0;   ///< records, both included
    std::int64_t last = 0;
    MerkleHash head{};      ///< over record_leaf() of each
    MerkleHash chain{};     ///< hash of record `last` in the chain (chain.h)
    MerkleHash previous{};  ///< SHA-256 of the document of the root before; zeros for the first
    WallTime time{};        ///< of this node's clock, full seconds
    bool clock_watched = false;  ///< whether that clock was compared with a time server
    std::string node;            ///< audit source id
    std::string agreement;       ///< "sha256:..." of the one in force; empty: not known
};

/// What a record contributes to the tree: its number and its hash in the chain, which covers the
/// sealed content, the columns and all records before.
MerkleHash record_leaf(std::int64_t seq, ByteView record_hash);

std::string write_root(Root const& root);
/// Takes exactly what write_root() makes; kInvalidContent. Limit: 16 KiB.
Result<Root> read_root(std::string_view document);

/// A root with what proves it, as it is stored and published.
struct SignedRoot {
    Root root;
    std::string document;
    Bytes signature;             ///< detached CMS over the document
    std::optional<Bytes> stamp;  ///< RFC 3161 response over the signature
};

MerkleHash document_hash(std::string_view document);

}  // namespace musubi::atna
