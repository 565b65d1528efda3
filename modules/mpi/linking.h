#pragma once
// One change of who is one person, inside one transaction: loads and locks the persons it touches,
// takes what changed, then settles: groups, regional ids, aliases, and tells those who follow.
// Used by one thread.
//
// Locks come in one order for everybody: tokens of ids, blocking tokens, persons (sorted within
// each kind). A person that turns out to be needed only later is locked if nobody holds it, else
// kBusy: nobody ever waits against the order.

#include "mpi/aliases.h"
#include "mpi/clusters.h"
#include "mpi/context.h"

#include <set>

namespace musubi::mpi {

class Linking {
public:
    Linking(Context const& context, pg::Tx& tx) : context_(context), tx_(tx) {}

    /// Loads these records' persons, with whoever is linked to them, and every pair known.
    /// `persons`: where the records were seen last, if that is known; saves a round trip.
    Status load(std::set<RecordKey> const& records, std::set<std::int64_t> const& persons = {});
    /// Instead: a record that this transaction made, and nobody else concerns it.
    void load_alone(Record record);
    /// The caller holds the whole index: no locks of persons, and any number of them.
    void holds_index() { holds_index_ = true; }

    Record* find(RecordKey key);
    std::vector<Record> const& records() const { return records_; }
    std::vector<Edge> const& edges() const { return edges_; }
    Edge& edge(RecordKey x, RecordKey y);  ///< known or new; both records are loaded
    Edge const* find_edge(RecordKey x, RecordKey y) const;
    /// Was not there before this transaction.
    void set_fresh(RecordKey key) { fresh_.insert(key); }
    bool is_fresh(RecordKey key) const { return fresh_.contains(key); }
    /// A regional id that this transaction issued and nobody was told of yet: settle() tells it,
    /// with who stands for it.
    void add_home(std::string home) { added_.push_back(std::move(home)); }
    /// Where nothing is to be settled: those ids stand for themselves.
    Status tell_added();
    /// Its id or kind changed: followers are told even if the set of records stays the same.
    void set_changed(RecordKey key) { changed_.insert(key); }
    Result<RecordContent const*> content(RecordKey key);
    /// Null: nothing to compare.
    Result<Matching::Subject const*> subject(RecordKey key);
    /// Compares and notes the verdict unless people decided.
    Status judge(RecordKey x, RecordKey y);

    struct Settled {
        std::vector<std::string> subsumed;  ///< regional ids that stopped to stand for themselves
    };
    Result<Settled> settle();
    /// After settle(): the regional id (CX) that stands for the record.
    std::string const& stands_for(RecordKey key) const { return plan_.stands_for(key); }

private:
    struct Known {
        RecordContent content;
        std::unique_ptr<Matching::Subject> subject;
    };
    Status lock_persons(std::set<std::int64_t> const& persons);
    /// Everything of `persons_`; returns records outside that a link leads to.
    Result<std::set<RecordKey>> load_persons();
    Result<std::set<std::int64_t>> persons_of(std::set<RecordKey> const& records);
    Result<Known*> known(RecordKey key);

    void assign_persons(std::vector<std::vector<RecordKey>> const& groups);
    Status open_homes();
    void write_records();
    void write_edges();
    void write_aliases();
    Status tell_aliases();
    Status tell_moves(std::vector<std::vector<RecordKey>> const& groups);
    Status tell_sets(std::vector<std::vector<RecordKey>> const& groups);

    Context const& context_;
    pg::Tx& tx_;
    std::set<std::int64_t> persons_;
    std::vector<Record> records_, before_;
    std::vector<Edge> edges_, edges_before_;
    std::map<std::pair<RecordKey, RecordKey>, std::size_t> edge_at_;
    bool holds_index_ = false;
    std::set<RecordKey> fresh_, changed_;
    std::vector<std::string> added_;
    std::map<RecordKey, Known> known_;
    AliasPlan plan_;
};

/// The evidence of a pair, in the form that is kept with it.
void note(Edge& edge, match::Evidence const& evidence, std::int16_t weights_version);

}  // namespace musubi::mpi
