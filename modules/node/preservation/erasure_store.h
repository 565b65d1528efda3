#pragma once
// Rows of a destruction of keys, and what is counted of the records that it makes unreadable.

#include "node/preservation/disposal_terms.h"
#include "node/preservation/erasure.h"
#include "platform/base/content.h"
#include "platform/pg/pool.h"

#include <optional>

namespace musubi::node {

/// Counting walks whole tables, so `pool` must have patience.
Result<ErasureCounts> count_erasure(pg::Pool& pool, std::set<std::string> const& names);
Result<std::vector<KeptKind>> kept_kinds(pg::Pool& pool, std::set<std::string> const& names);
/// The unique ids of all documents concerned, a line each, in one order. Returns how many.
Result<std::int64_t> list_objects(pg::Pool& pool, std::set<std::string> const& names,
                                  ByteSink const& sink);

struct DecidedErasure {
    std::string member, facts;
    std::set<std::string> names;
    WallTime decided_at{};
    std::string certificate;  ///< empty: not ended
    Bytes signature;
};
Result<std::optional<DecidedErasure>> find_erasure(pg::Pool& pool, Uuid const& approval);

/// Both join the transaction; kConflict: there already.
void queue_decision(pg::Tx& tx, Erasure const& erasure, std::string const& facts);
void queue_end(pg::Tx& tx, Uuid const& approval, DecidedErasure const& ended, WallTime now);

}  // namespace musubi::node
