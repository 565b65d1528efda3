#pragma once
// Merkle tree hashes (RFC 6962, section 2.1; SHA-256). Leaves and inner nodes are hashed with
// different first octets, so that no node can be passed off as a leaf. Pure, thread-safe apart from
// one object being one thread's.

#include "platform/base/bytes.h"

#include <array>
#include <cstdint>
#include <vector>

namespace musubi::atna {

using MerkleHash = std::array<std::uint8_t, 32>;

MerkleHash leaf_hash(ByteView data);
MerkleHash node_hash(MerkleHash const& left, MerkleHash const& right);

/// The tree's head while leaves arrive one after the other; memory grows with the logarithm.
class MerkleTree {
public:
    void add(MerkleHash const& leaf);
    std::uint64_t size() const { return size_; }
    MerkleHash head() const;  ///< of no leaves: SHA-256 of nothing

private:
    std::vector<MerkleHash> complete_;  ///< heads of complete subtrees, largest first
    std::uint64_t size_ = 0;
};

/// From the leaf's neighbour up to the head (2.1.1). `index` below leaves.size().
std::vector<MerkleHash> audit_path(std::vector<MerkleHash> const& leaves, std::size_t index);
/// The head that a path leads to; kInvalidContent when it has not the length of such a place.
Result<MerkleHash> head_from_path(MerkleHash const& leaf, std::uint64_t index, std::uint64_t size,
                                  std::vector<MerkleHash> const& path);

}  // namespace musubi::atna
