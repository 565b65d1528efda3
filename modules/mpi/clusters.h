#pragma once
// Which records are one person: connected components over what is known about pairs, within rules
// that no automatic link may break. Pure, deterministic, thread-safe. Source: pix-pdq 7.

#include "mpi/records.h"

#include <functional>

namespace musubi::mpi {

struct ClusterRules {
    std::function<bool(std::string const& authority)> several_ids;
    /// Two records that score below the threshold of non-matches: a chain must not join them.
    std::function<bool(RecordKey, RecordKey)> far_apart;
    std::size_t max_records = 64;  ///< active ones in a person that matching made
    /// Ids that are good for a while only; empty: there are none. No link of matching from or to
    /// one is followed.
    std::function<bool(std::string const& authority)> temporary = {};
};

/// Groups of record keys, each sorted, in order of their first key. Sets `state` and `held` of the
/// edges that people have not decided. Merges join first, then what people confirmed, the newest
/// first, then links of matching, the strongest first. A confirmation that would join a pair that
/// was rejected goes to review: the two contradict each other.
std::vector<std::vector<RecordKey>> cluster(std::vector<Record> const& records,
                                            std::vector<Edge>& edges, ClusterRules const& rules);

}  // namespace musubi::mpi
