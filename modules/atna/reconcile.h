#pragma once
// Brings the journal of a node that stood in (stand_in_chain.h) into the trail: each record once,
// under the id it was given there, however often it is tried. From then on it is a record like any
// other: chained, searched, on reports; its trace begins with kStandInTrace, its AuditSourceID
// names the node. The journal is only read; it must lie still meanwhile. Works beside a running
// node.
//
// Errors: kConflict (the journal does not verify, or holds records that these keys did not seal:
// nothing was added), kNotFound (no journal there), those of the database (what was added by then
// stays, and is passed over the next time).

#include "atna/stand_in_chain.h"
#include "platform/pg/pool.h"

namespace musubi::atna {

struct ReconcileOrder {
    std::filesystem::path folder;
    std::string by;
    WallTime now{};
};

struct Reconciled {
    StandInHead journal;
    std::int64_t added = 0;
    std::optional<WallTime> first, last;  ///< of the records' times
};

/// Given each record of the journal in its order, whether it was new or not, after it was added.
using EventSink = std::function<Status(domain::AuditEvent const&)>;

Result<Reconciled> reconcile(pg::Pool& pool, vault::KeyRing& keys, EntrySealer const& sealer,
                             ReconcileOrder const& order, EventSink const& sink);

}  // namespace musubi::atna
