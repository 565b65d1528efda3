#include "atna/merkle.h"

#include "platform/base/digest.h"

#include <algorithm>
#include <bit>
#include <span>

namespace musubi::atna {
namespace {

constexpr std::uint8_t kLeaf[] = {0};
constexpr std::uint8_t kNode[] = {1};

MerkleHash finished(Digest& digest) {
    auto const octets = digest.finish();
    MerkleHash out{};
    std::copy_n(octets.begin(), out.size(), out.begin());
    return out;
}

MerkleHash head_of(std::span<MerkleHash const> leaves) {
    MerkleTree tree;
    for (auto const& leaf : leaves) tree.add(leaf);
    return tree.head();
}

/// The largest power of two smaller than `size` (at least 2).
std::size_t left_part(std::size_t size) { return std::bit_floor(size - 1); }

}  // namespace

MerkleHash leaf_hash(ByteView data) {
    Digest digest(DigestKind::kSha256);
    digest.update(kLeaf);
    digest.update(data);
    return finished(digest);
}

MerkleHash node_hash(MerkleHash const& left, MerkleHash const& right) {
    Digest digest(DigestKind::kSha256);
    digest.update(kNode);
    digest.update(left);
    digest.update(right);
    return finished(digest);
}

void MerkleTree::add(MerkleHash const& leaf) {
    complete_.push_back(leaf);
    // Each one at the end of the number of leaves closes a subtree.
    for (auto ended = size_; (ended & 1) != 0; ended >>= 1) {
        auto const right = complete_.back();
        complete_.pop_back();
        complete_.back() = node_hash(complete_.back(), right);
    }
    ++size_;
}

MerkleHash MerkleTree::head() const {
    if (complete_.empty()) {
        Digest digest(DigestKind::kSha256);
        return finished(digest);
    }
    auto out = complete_.back();
    for (auto at = complete_.rbegin() + 1; at != complete_.rend(); ++at) out = node_hash(*at, out);
    return out;
}

std::vector<MerkleHash> audit_path(std::vector<MerkleHash> const& leaves, std::size_t index) {
    std::vector<MerkleHash> path;
    std::span<MerkleHash const> rest(leaves);
    while (rest.size() > 1) {
        auto const left = left_part(rest.size());
        bool const in_left = index < left;
        path.push_back(head_of(in_left ? rest.subspan(left) : rest.first(left)));
        rest = in_left ? rest.first(left) : rest.subspan(left);
        if (!in_left) index -= left;
    }
    std::reverse(path.begin(), path.end());
    return path;
}

Result<MerkleHash> head_from_path(MerkleHash const& leaf, std::uint64_t index, std::uint64_t size,
                                  std::vector<MerkleHash> const& path) {
    Error const wrong(Code::kInvalidContent, "the path does not fit the place of the record");
    if (index >= size) return wrong;
    auto at = index;
    auto last = size - 1;
    auto out = leaf;
    for (auto const& neighbour : path) {
        if (last == 0) return wrong;
        if ((at & 1) != 0 || at == last) {
            out = node_hash(neighbour, out);
            while ((at & 1) == 0 && at != 0) {
                at >>= 1;
                last >>= 1;
            }
        } else {
            out = node_hash(out, neighbour);
        }
        at >>= 1;
        last >>= 1;
    }
    if (last != 0) return wrong;
    return out;
}

}  // namespace musubi::atna
