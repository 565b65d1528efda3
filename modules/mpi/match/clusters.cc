#include "mpi/match/clusters.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace musubi::mpi::match {

bool may_stand_together(Evidence const& evidence, Weights const& weights) {
    if (evidence.score < weights.review) return false;
    return std::none_of(evidence.guards.begin(), evidence.guards.end(), [](std::string_view guard) {
        return guard == "another branch of the card" || guard == "may be twins";
    });
}

Clusters::Clusters(std::vector<Record> const& records, std::vector<Features> const& features,
                   Weights const& weights)
    : records_(records),
      features_(features),
      weights_(weights),
      of_(records.size()),
      members_(records.size()) {
    std::iota(of_.begin(), of_.end(), std::size_t{0});
    for (std::size_t i = 0; i < members_.size(); ++i) members_[i] = {i};
}

bool Clusters::compatible(std::size_t a, std::size_t b) const {
    for (std::size_t x : members_[a]) {
        for (std::size_t y : members_[b]) {
            if (records_[x].id.authority == records_[y].id.authority) return false;
            if (!may_stand_together(compare(features_[x], features_[y], weights_), weights_)) {
                return false;
            }
        }
    }
    return true;
}

void Clusters::join(std::vector<Link> links) {
    std::sort(links.begin(), links.end(), [](Link const& x, Link const& y) {
        return std::tuple(-x.score, x.a, x.b) < std::tuple(-y.score, y.a, y.b);
    });
    for (Link const& link : links) {
        std::size_t const a = of_[link.a], b = of_[link.b];
        if (a == b || !compatible(a, b)) continue;
        for (std::size_t record : members_[b]) of_[record] = a;
        members_[a].insert(members_[a].end(), members_[b].begin(), members_[b].end());
        members_[b].clear();
    }
}

}  // namespace musubi::mpi::match
