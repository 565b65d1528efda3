#pragma once
// The matching of match/ behind the store's seam. Thread-safe.

#include "mpi/match/weights.h"
#include "mpi/matching.h"

namespace musubi::mpi {

/// `version` names the weights in what is stored: another one whenever they change.
std::unique_ptr<Matching> make_engine(match::Weights weights, std::int16_t version);

}  // namespace musubi::mpi
