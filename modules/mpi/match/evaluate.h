#pragma once
// How well the engine links records whose truth is known: blocking, comparing and clusters in
// memory, by the rules that the store keeps. One thread; memory about 2 KB a record.

#include "mpi/match/match.h"
#include "mpi/match/record_file.h"
#include "mpi/match/weights.h"

namespace musubi::mpi::match {

/// Pairs of records of one hospital are never linked by the index (two active ids of one domain:
/// the hospital is told): they count in `same_domain`, nowhere else.
struct Quality {
    std::size_t records = 0, persons = 0;
    std::size_t true_pairs = 0;  ///< pairs of one person's records in different domains
    std::size_t candidates = 0;  ///< pairs that share a key
    std::size_t found = 0;       ///< true pairs among the candidates
    std::size_t linked = 0, linked_true = 0;      ///< pairs within one cluster
    std::size_t reviewed = 0, reviewed_true = 0;  ///< pairs put before people
    std::size_t same_domain = 0;
    std::size_t largest_block = 0, skipped_blocks = 0;
    double seconds = 0;

    double precision() const;     ///< of automatic links
    double recall() const;        ///< of automatic links
    double total_recall() const;  ///< linked or put before people
    double reviews_per_1000() const;
};

struct WrongLink {
    std::size_t a = 0, b = 0;  ///< positions in the records
    Evidence evidence;  ///< of this pair, though a third record may have brought them together
};

struct Evaluation {
    Quality quality;
    std::vector<WrongLink> wrong;   ///< at most 1,000
    std::vector<WrongLink> missed;  ///< true pairs neither linked nor reviewed, at most 1,000
};

/// kInvalidContent: a record that the truth does not know.
Result<Evaluation> evaluate(std::vector<Record> const& records, Truth const& truth,
                            Weights const& weights);
std::string to_json(Quality const& quality);

}  // namespace musubi::mpi::match
