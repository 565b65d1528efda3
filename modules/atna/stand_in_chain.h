#pragma once
// The journal of a node that stands in for the one that writes (node.read_only). Its records wait
// for the database to come back, perhaps for days on a disk of its own, so they are chained where
// they lie:
//
//   batch = octets of its records (segment.h) | link
//   link  = a record with the nil uuid: "MSBL0001" | number u64 | hash (32) | seal (32)
//   hash(n) = SHA-256( hash(n-1) | length of the octets u64 | octets )      hash(0) = 32 zero
//   octets
//
// The seal is keyed with a key that is not on that disk, and the file chain.anchor beside the
// segments tells number and hash of the last batch. So a batch that was altered, removed, moved or
// cut off is noticed. A batch that was never acknowledged may lie at the end of a segment, with its
// link (then the next segment goes on from the batch before or from it) or without (then its
// records do not count).
//
// Errors: kConflict (the journal is not what was
// written), kStorageUnavailable.

#include "atna/chain.h"
#include "atna/journal.h"

#include <functional>

namespace musubi::atna {

inline constexpr char const* kStandInFolder = "stand-in";  ///< under atna.journal_folder

/// How far a journal goes, found by reading it.
struct StandInHead {
    Link last;                        ///< batches, and the hash of the newest
    std::int64_t records = 0;         ///< that count
    std::int64_t unacknowledged = 0;  ///< left out: no link stands behind them
};
using RecordSink = std::function<Status(std::vector<SealedRecord> const&)>;

/// Verifies all of it from the first batch on; `sink` is given the records of each batch that has
/// its link, in their order, before what follows was looked at.
Result<StandInHead> read_stand_in(std::filesystem::path const& folder, vault::KeyRing const& keys,
                                  RecordSink const& sink);

/// Writes batches and their links. One caller at a time.
class StandInChain {
public:
    /// `journal` owns the folder: what is there must verify, and is gone on from.
    static Result<std::unique_ptr<StandInChain>> go_on(std::filesystem::path folder,
                                                       vault::KeyRing const& keys,
                                                       Journal& journal);
    /// Durable when it succeeds. Errors: those of Journal::append().
    Status append(std::vector<SealedRecord> records);

private:
    StandInChain(std::filesystem::path folder, vault::KeyRing const& keys, Journal& journal,
                 Link last)
        : folder_(std::move(folder)), keys_(keys), journal_(journal), last_(std::move(last)) {}

    std::filesystem::path const folder_;
    vault::KeyRing const& keys_;
    Journal& journal_;
    Link last_;
};

}  // namespace musubi::atna
