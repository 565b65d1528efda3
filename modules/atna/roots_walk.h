#pragma once
// Internal to atna: compares the chain with its roots while somebody walks along it. Roots come
// from the table and from folders of published copies; a copy that the table does not have, or has
// otherwise, is damage as much as records that do not fit. One thread.

#include "atna/archive.h"
#include "atna/roots_check.h"

#include <deque>
#include <map>

namespace musubi::atna {

class RootWalk {
public:
    /// Reads and checks every root by itself: signature, stamp, place behind its predecessor.
    /// kInvalidContent: what stands in table or folder is no root at all.
    static Result<RootWalk> begin(Archive const& archive, RootTrust const& trust);
    RootWalk() = default;  ///< no roots are looked at

    struct Finding {
        Damage damage = Damage::kNone;
        std::int64_t seq = 0;
        std::string text;
    };
    /// The next record, found good by itself.
    std::optional<Finding> pass(std::int64_t seq, ByteView hash);
    /// The chain ended with record `last`.
    std::optional<Finding> finish(std::int64_t last) const;

    std::int64_t good() const { return good_; }
    std::int64_t stamped() const { return stamped_; }
    std::int64_t covered() const { return covered_; }  ///< up to this record

private:
    struct Expected {
        Root root;
        bool genuine = false;  ///< signature and stamp are good
        bool stamped = false;
        std::string fault = {};  ///< why this root does not count; empty: it does
    };
    Status read_table(Archive const& archive, std::map<std::int64_t, SignedRoot>& into);
    void merge_published(std::vector<SignedRoot> published,
                         std::map<std::int64_t, SignedRoot>& into);
    void judge(std::map<std::int64_t, SignedRoot> const& all, RootTrust const& trust);

    std::map<std::int64_t, std::string> faults_;  ///< by number, of the comparison of copies
    std::deque<Expected> ahead_;                  ///< in order
    MerkleTree tree_;
    std::int64_t good_ = 0, stamped_ = 0, covered_ = 0;
};

}  // namespace musubi::atna
