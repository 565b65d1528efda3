#pragma once
// A new version of the tokens under which records are found: both versions are written and looked
// up while the new one is filled, batch by batch, beside serving nodes. Can be stopped at any time
// and goes on where it stopped. Source: pix-pdq 10.1, security 6.1.
//
//   begin() -> wait until every node has seen it (kSeen) -> fill() until done -> switch_over()
//   -> wait -> sweep() until done
//
// Used by one thread.

#include "mpi/store.h"

namespace musubi::mpi {

class Reindex {
public:
    /// Nodes read the versions again after ten seconds.
    static constexpr std::chrono::seconds kSeen{15};

    explicit Reindex(Store& store) : context_(store.context()) {}

    struct State {
        std::int16_t filling = 0;        ///< 0: none
        std::vector<std::int16_t> over;  ///< whose tokens are not all gone
        std::int64_t records = 0;        ///< in all, about
    };
    Result<State> state(pg::Tx& tx) const;
    /// The version to fill: one that was begun before, or a new one.
    Result<std::int16_t> begin(pg::Tx& tx) const;
    struct Step {
        std::size_t records = 0;
        bool done = false;
    };
    /// The next records of the version. Holds the index alone meanwhile.
    Result<Step> fill(pg::Tx& tx, std::int16_t version, int records = 500) const;
    /// From now on only this version is written and looked up.
    void switch_over(pg::Tx& tx, std::int16_t version) const;
    /// Removes tokens of versions that are over.
    Result<Step> sweep(pg::Tx& tx, std::int16_t version, int records = 2'000) const;

private:
    Context const& context_;
};

}  // namespace musubi::mpi
