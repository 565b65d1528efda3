#pragma once
// The database as a stream of octets and back, by PostgreSQL's own pg_dump and pg_restore, and what
// is counted to prove that both are the same. Connections are those of the owner role; passwords go
// to the programs in their environment, never in their arguments. Used by one thread.

#include "node/preservation/sealed_store.h"

#include <functional>
#include <map>
#include <string>

namespace musubi::node {

struct DatabaseFacts {
    std::map<std::string, std::int64_t> rows;  ///< by schema.table
    std::int64_t chain_seq = 0;
    std::string chain_hash;
};

/// `work` sees the facts of one moment and a source that dumps exactly that moment.
Status with_snapshot(std::string const& conninfo,
                     std::function<Status(DatabaseFacts const&, Source const&)> const& work);
Result<DatabaseFacts> facts_of(std::string const& conninfo);

/// kConflict when it holds anything.
Status check_empty(std::string const& conninfo);
Status load_database(std::string const& conninfo, Source const& dump);

/// A database that rehearsals use carries a mark; without it only an empty one becomes one.
/// Everything that a rehearsal left is dropped. kConflict otherwise.
Status claim_for_rehearsal(std::string const& conninfo);
/// Drops what the rehearsal loaded; the mark stays.
Status clear_rehearsal(std::string const& conninfo);

}  // namespace musubi::node
