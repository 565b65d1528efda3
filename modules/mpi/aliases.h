#pragma once
// Which regional id stands for which, once it is known who is one person. Pure, thread-safe.
//
// Issued ids of one person become aliases of one of them, a flat star. Who stands for the person
// stays the same as long as possible; where two persons become one it is the older id, unless its
// record was merged away. Ids that are taken as they are never become aliases by matching: only
// when their own record is merged (A40).

#include "mpi/records.h"

#include <functional>
#include <map>
#include <set>

namespace musubi::mpi {

struct AliasChange {
    std::string home;
    std::string before, now;  ///< who stands for it; empty: itself
    bool operator==(AliasChange const&) const = default;
};

struct AliasPlan {
    std::vector<std::string> issued;              ///< new regional ids, for records that left
    std::map<RecordKey, std::string> homes;       ///< of every record, after the change
    std::map<std::string, std::string> survivor;  ///< of every home; empty: itself
    std::vector<AliasChange> changes;             ///< sorted by home

    /// Who stands for the record's home.
    std::string const& stands_for(RecordKey record) const;
};

/// `groups` as cluster() makes them, over all of `records`.
AliasPlan plan_aliases(std::vector<Record> const& records,
                       std::vector<std::vector<RecordKey>> const& groups,
                       std::function<std::string()> const& issue);

}  // namespace musubi::mpi
