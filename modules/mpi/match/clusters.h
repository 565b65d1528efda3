#pragma once
// Links become persons: union of records under the constraints of a cross-reference (pix-pdq.md 7).
// In memory, for evaluation; one thread.

#include "mpi/match/features.h"
#include "mpi/match/record_file.h"
#include "mpi/match/weights.h"

namespace musubi::mpi::match {

struct Link {
    std::size_t a = 0, b = 0;
    double score = 0;
};

/// May two records that a third one brings together stand in one cluster? Not when they contradict
/// each other: A~B and B~C never make A~C against the evidence.
bool may_stand_together(Evidence const& evidence, Weights const& weights);

class Clusters {
public:
    Clusters(std::vector<Record> const& records, std::vector<Features> const& features,
             Weights const& weights);

    /// Strongest first. A link is refused that would put two ids of one domain into one cluster, or
    /// records together that contradict each other.
    void join(std::vector<Link> links);
    bool together(std::size_t a, std::size_t b) const { return of_[a] == of_[b]; }
    std::vector<std::vector<std::size_t>> const& groups() const { return members_; }

private:
    bool compatible(std::size_t a, std::size_t b) const;

    std::vector<Record> const& records_;
    std::vector<Features> const& features_;
    Weights const& weights_;
    std::vector<std::size_t> of_;                    ///< record -> cluster
    std::vector<std::vector<std::size_t>> members_;  ///< cluster -> records
};

}  // namespace musubi::mpi::match
