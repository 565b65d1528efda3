#pragma once
// Moves records from the journal and from atna.pending into the chain (the sealer). Idempotent:
// every record has an event uuid, and what is in the chain already is passed over, so a crash
// anywhere costs nothing.
//
// One sealer works at a time in the whole installation (advisory lock). In the node it owns the
// journal and deletes segments of which everything is committed; a tool that only wants to see
// everything gives the folder and deletes nothing. One object per thread.

#include "atna/chain.h"
#include "atna/journal.h"
#include "atna/progress.h"
#include "platform/pg/pool.h"

namespace musubi::atna {

class Indexer {
public:
    /// `journal` null: read `folder` as it lies there, delete nothing.
    Indexer(pg::Pool& pool, vault::KeyRing& keys, EntrySealer const& sealer,
            std::filesystem::path folder, Journal* journal)
        : pool_(pool),
          keys_(keys),
          sealer_(sealer),
          folder_(std::move(folder)),
          journal_(journal) {}

    struct Outcome {
        std::int64_t sealed = 0;
        bool more = false;           ///< something is left that could be sealed now
        bool changes = false;        ///< some of it was written with changes, not to the journal
        bool another_works = false;  ///< somebody else held the lock: nothing was done
    };
    /// Until nothing is left that was there at the beginning. A record that does not open stops it
    /// (kStorageUnavailable): it stays where it is, and nothing is deleted. kConflict: the table
    /// does not hold what the anchor says; nothing is sealed on top of that, so that the evidence
    /// stays as it was found.
    Result<Outcome> run();
    /// One batch of at most a thousand records from each source; `more` tells whether something was
    /// left.
    Result<Outcome> run_batch();
    /// What the owned journal holds that is not in the chain yet, as far as this object knows.
    std::int64_t unsealed_octets() const;

private:
    struct Batch;
    Result<std::vector<Journal::Segment>> sources() const;
    Result<Batch> collect(pg::Tx& tx);
    Status check_anchor(pg::Tx& tx, Link const& end) const;
    Result<Link> store_batch(pg::Tx& tx, Batch const& batch, std::int64_t& count);
    void forget(Batch const& batch);
    Status take_hint(pg::Tx& tx);

    pg::Pool& pool_;
    vault::KeyRing& keys_;
    EntrySealer const& sealer_;
    std::filesystem::path folder_;
    Journal* journal_;
    SealedOffsets done_;
    bool hint_taken_ = false;
};

}  // namespace musubi::atna
