#pragma once
// The matching of match/ behind the store's seam. Thread-safe.

#include "mpi/match/weights.h"
#include "mpi/matching.h"
#include "mpi/settings.h"

namespace musubi::mpi {

/// `version` names the weights in what is stored: another one whenever they change.
std::unique_ptr<Matching> make_engine(match::Weights weights, std::int16_t version);
/// By configuration and agreement; the version follows from both. The settings were checked.
std::unique_ptr<Matching> make_engine(StoreSettings const& settings, bool insurance_is_key);

}  // namespace musubi::mpi
