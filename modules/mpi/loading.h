#pragma once
// Many new records at once, matching included: what single feeds would give, with a few statements
// for a whole batch. One batch at a time holds the index alone, for less than a second; feeds wait
// that long. Source: pix-pdq 7, 10.1.
//
//   LoadBatch batch = prepare(store.context(), versions, std::move(items));   // any thread
//   pool.run([&](pg::Tx& tx) { return Loading(context, tx).apply(batch); });  // one transaction

#include "core/patient_ports.h"
#include "mpi/linking.h"
#include "mpi/record_index.h"

namespace musubi::mpi {

struct LoadItem {
    core::PatientChange change;  ///< kAdd or kUpdate of one id can be loaded; all else is left
    std::string original;        ///< line or message as it came; kept sealed
};

/// A batch with all that needs no database: sealed, tokens made. Used by one thread at a time.
struct LoadBatch {
    struct Fresh {
        std::size_t item = 0;
        Record record;
        Bytes token;
        RecordContent content;
        RecordTokens tokens;
        std::unique_ptr<Matching::Subject> subject;
        std::int64_t history_key = 0;
        Bytes history;  ///< sealed original
    };
    std::vector<LoadItem> items;
    std::vector<Fresh> fresh;            ///< what is new unless the index knows it
    std::vector<std::size_t> left;       ///< of `items`: for single feeds
    std::vector<std::int16_t> versions;  ///< of the tokens
};

/// Thread-safe. Fails when the vault does.
Result<LoadBatch> prepare(Context const& context, std::vector<std::int16_t> const& versions,
                          std::vector<LoadItem> items);

struct LoadOutcome {
    std::size_t added = 0, unchanged = 0;
    std::vector<std::size_t> refused;  ///< of `items`: ids that were merged away or corrected
    std::vector<std::size_t> left;     ///< to be fed singly, in this order, after the commit
};

/// Used by one thread, once.
class Loading {
public:
    Loading(Context const& context, pg::Tx& tx)
        : context_(context), tx_(tx), linking_(context, tx) {
        linking_.holds_index();
    }
    Result<LoadOutcome> apply(LoadBatch const& batch);

private:
    using Fresh = LoadBatch::Fresh;
    Status sort_out(LoadBatch const& batch);
    Status write_records(LoadBatch const& batch);
    void write_tokens();
    /// Pairs of new records with what is there, and with each other, in the order of the batch.
    Status find_pairs();
    Status compare(std::vector<std::pair<std::size_t, RecordKey>> const& pairs);
    Status link();

    struct Pair {
        RecordKey a = 0, b = 0;
        match::Evidence evidence;
    };
    Context const& context_;
    pg::Tx& tx_;
    Linking linking_;
    std::vector<Fresh const*> fresh_;  ///< not known to the index
    std::vector<Pair> pairs_;
    std::set<std::int64_t> persons_;  ///< of the records behind `pairs_`
    LoadOutcome outcome_;
};

}  // namespace musubi::mpi
