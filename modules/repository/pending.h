#pragma once
// Submissions whose registration at another node is not confirmed yet. Their documents lie in the
// store like all others but are delivered only once the registry has said that it holds them.
// Functions are thread-safe; unless they say otherwise each is one round trip.

#include "platform/base/clock.h"
#include "repository/store.h"

#include <functional>

namespace musubi::repository {

struct PendingSubmission {
    std::int64_t key = 0;
    std::string member;  ///< in whose name the registry is asked
    core::SentSubmission sent;
    WallTime since;
};

/// Durable when it returns: documents and the fact that they are pending. At least one
/// document.
/// `more` queues what goes with the documents.
Status store_pending(pg::Pool& pool, std::vector<DocumentRow> const& documents,
                     PendingSubmission const& submission,
                     std::function<Status(pg::Tx&)> const& more = {});

/// Queued. Nothing happens to a submission that is confirmed or dropped already.
void confirm(pg::Tx& tx, std::int64_t submission_key);
Status confirm(pg::Pool& pool, std::int64_t submission_key);

/// Removes the documents; large ones after the commit.
Status drop(Deps& deps, std::int64_t submission_key);

/// Oldest first, stored before `before`, at most `limit`.
Result<std::vector<PendingSubmission>> pending_before(pg::Pool& pool, WallTime before,
                                                      std::int64_t limit);
/// None: confirmed or dropped in the meantime.
Result<std::optional<PendingSubmission>> find_pending(pg::Pool& pool, std::int64_t submission_key);

}  // namespace musubi::repository
