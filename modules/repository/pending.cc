#include "repository/pending.h"

#include "platform/base/log.h"
#include "repository/sql.h"

namespace musubi::repository {
namespace {

std::vector<PendingSubmission> read_pending(pg::Rows const& rows) {
    std::vector<PendingSubmission> all;
    for (pg::Row const row : rows) {
        PendingSubmission one;
        one.key = row.int64(0);
        one.sent.set_unique_id = row.text(1);
        one.member = row.text(2);
        one.since = row.time(3);
        auto const unique_ids = row.text_array(4);
        auto const hashes = row.bytes_array(5);
        for (std::size_t i = 0; i < unique_ids.size(); ++i) {
            one.sent.documents.push_back({unique_ids[i], to_hex(hashes[i])});
        }
        all.push_back(std::move(one));
    }
    return all;
}

}  // namespace

Status store_pending(pg::Pool& pool, std::vector<DocumentRow> const& documents,
                     PendingSubmission const& submission,
                     std::function<Status(pg::Tx&)> const& more) {
    std::vector<std::int64_t> keys;
    std::vector<std::string> unique_ids;
    for (DocumentRow const& document : documents) {
        keys.push_back(document.key);
        unique_ids.push_back(document.unique_id);
    }
    return pool.run([&](pg::Tx& tx) -> Status {
        insert(tx, documents);
        if (more) TRY(more(tx));
        pg::Params params;
        params.int8_array(keys).text_array(unique_ids).int8(submission.key);
        params.text(submission.sent.set_unique_id).text(submission.member);
        tx.queue(sql::kInsertPending, std::move(params));
        return {};
    });
}

void confirm(pg::Tx& tx, std::int64_t submission_key) {
    tx.queue(sql::kConfirmPending, pg::Params().int8(submission_key));
}

Status confirm(pg::Pool& pool, std::int64_t submission_key) {
    return pool.run([&](pg::Tx& tx) -> Status {
        confirm(tx, submission_key);
        return {};
    });
}

Status drop(Deps& deps, std::int64_t submission_key) {
    pg::Rows const dropped = TRY(deps.pool.run([&](pg::Tx& tx) -> Result<pg::Rows> {
        return tx.exec(sql::kDropPending, pg::Params().int8(submission_key));
    }));
    for (pg::Row const row : dropped) {
        Status removed;
        if (auto const blob = row.uuid_if(1)) removed = deps.blobs.remove(*blob);
        if (!row.is_null(2)) {
            blob::Location const at{static_cast<std::uint32_t>(row.int64(2)),
                                    static_cast<std::uint32_t>(row.int64(3)),
                                    static_cast<std::uint32_t>(row.int64(4))};
            removed = deps.segments.remove(at, row.int64(0));
        }
        // Reconciliation finds what stays.
        if (!removed) log_warning("repository.content_stays", {{"detail", removed.error().detail}});
    }
    return {};
}

Result<std::vector<PendingSubmission>> pending_before(pg::Pool& pool, WallTime before,
                                                      std::int64_t limit) {
    return pool.read([&](pg::ReadTx& tx) -> Result<std::vector<PendingSubmission>> {
        return read_pending(
            TRY(tx.exec(sql::kPendingBefore, pg::Params().timestamptz(before).int8(limit))));
    });
}

Result<std::optional<PendingSubmission>> find_pending(pg::Pool& pool, std::int64_t submission_key) {
    return pool.read([&](pg::ReadTx& tx) -> Result<std::optional<PendingSubmission>> {
        auto all = read_pending(TRY(tx.exec(sql::kFindPending, pg::Params().int8(submission_key))));
        if (all.empty()) return std::optional<PendingSubmission>();
        return std::optional(std::move(all.front()));
    });
}

}  // namespace musubi::repository
