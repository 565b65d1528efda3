#include "atna/indexer.h"

#include "atna/store.h"
#include "platform/base/fault.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"

#include <utility>

namespace musubi::atna {
namespace {

constexpr int kBatch =
    1000;  // of each source; what a transaction costs beside its rows is nothing by then
constexpr std::size_t kBatchBytes = 8U << 20;

}  // namespace

struct Indexer::Batch {
    std::vector<SealedRecord> journal, pending;
    SealedOffsets offsets;                        ///< what `done_` becomes when it is committed
    std::vector<std::filesystem::path> finished;  ///< segments that hold nothing else
    bool more = false;
};

Result<std::vector<Journal::Segment>> Indexer::sources() const {
    if (journal_) return journal_->segments();
    std::vector<Journal::Segment> out;
    std::error_code error;
    if (!std::filesystem::exists(folder_, error)) return out;
    for (auto& path : TRY(list_segments(folder_)))
        out.push_back({std::move(path), UINT64_MAX, false});
    return out;
}

Result<Indexer::Batch> Indexer::collect(pg::Tx& tx) {
    Batch batch;
    batch.pending = TRY(store::pending(tx, kBatch));
    batch.more = batch.pending.size() == kBatch;
    std::size_t bytes = 0;
    for (auto const& segment : TRY(sources())) {
        if (batch.journal.size() >= kBatch || bytes >= kBatchBytes) {
            batch.more = true;
            break;
        }
        SegmentRange range;
        auto const at = done_.find(segment.path);
        range.from = at == done_.end() ? 0 : at->second;
        range.limit = segment.size;
        range.max_records = kBatch - batch.journal.size();
        range.max_bytes = kBatchBytes - bytes;
        bool const all_done = range.from >= segment.size;
        if (all_done && !segment.closed) continue;  // nothing new in it
        SegmentPage page;
        if (!all_done) {
            auto read = read_segment(segment.path, range);
            // Another process may have finished with it and deleted it: then everything in it is in
            // the chain.
            if (!read && read.error().code == Code::kNotFound && !journal_) continue;
            if (!read) return std::move(read).error();
            page = std::move(*read);
            batch.offsets[segment.path] = page.next;
        }
        for (auto& record : page.records) {
            bytes += record.sealed.size();
            batch.journal.push_back(std::move(record));
        }
        if (all_done || (page.end && segment.closed && page.next >= segment.size)) {
            batch.finished.push_back(segment.path);
        } else if (page.end && segment.closed) {
            return Error(Code::kStorageUnavailable,
                         "audit journal: a durable record is damaged in " +
                             segment.path.filename().string());
        } else if (!page.end) {
            batch.more = true;
        }
    }
    return batch;
}

/// Sealing on a chain that lost its end would give the lost numbers away again and renew the
/// anchor.
Status Indexer::check_anchor(pg::Tx& tx, Link const& end) const {
    auto const read = read_anchor(folder_, keys_);
    if (!read) return Error(Code::kConflict, read.error().detail);
    auto const& anchor = *read;
    if (!anchor) return {};
    bool const fits =
        anchor->seq <= end.seq &&
        (anchor->seq == end.seq ? end.hash : TRY(store::hash_at(tx, anchor->seq))) == anchor->hash;
    if (!fits) return Error(Code::kConflict, "the audit table does not hold what its anchor says");
    return {};
}

Result<Link> Indexer::store_batch(pg::Tx& tx, Batch const& batch, std::int64_t& count) {
    std::vector<Uuid> ids, pending_ids;
    for (auto const& record : batch.journal) ids.push_back(record.id);
    for (auto const& record : batch.pending) {
        ids.push_back(record.id);
        pending_ids.push_back(record.id);
    }
    auto seen = TRY(store::known(tx, ids));
    auto end = TRY(store::last(tx));
    TRY(check_anchor(tx, end));
    std::vector<StoredRecord> rows;
    for (auto const* part : {&batch.journal, &batch.pending}) {
        for (auto const& record : *part) {
            if (!seen.insert(record.id).second) continue;
            StoredRecord row;
            row.seq = end.seq + 1;
            row.id = record.id;
            row.columns = TRY(sealer_.open_columns(record.id, record.sealed));
            row.sealed = record.sealed;
            row.hash = chain_hash(end, row.seq, row.sealed, row.columns);
            end = {row.seq, row.hash};
            rows.push_back(std::move(row));
        }
    }
    if (!rows.empty()) store::queue_records(tx, rows);
    count = static_cast<std::int64_t>(rows.size());
    if (!pending_ids.empty()) store::queue_delete_pending(tx, pending_ids);
    return end;
}

void Indexer::forget(Batch const& batch) {
    for (auto const& [path, offset] : batch.offsets) done_[path] = offset;
    if (!journal_) return;
    for (auto const& path : batch.finished) {
        if (auto const removed = journal_->remove(path); !removed) {
            log_warning("atna.segment_not_removed", {{"why", removed.error().detail}});
            continue;
        }
        done_.erase(path);
    }
}

/// Beside the node: what its sealer has put into the chain is not read again. The node itself reads
/// everything at its start.
Status Indexer::take_hint(pg::Tx& tx) {
    if (journal_ || std::exchange(hint_taken_, true)) return {};
    auto hint = read_progress(folder_, keys_);
    if (hint.offsets.empty()) return {};
    // Another database, or an older state of it.
    if (TRY(store::hash_at(tx, hint.end.seq)) == hint.end.hash) done_ = std::move(hint.offsets);
    return {};
}

Result<Indexer::Outcome> Indexer::run_batch() {
    static auto& sealed = counter("atna_records_sealed_total");
    Outcome outcome;
    auto tx = TRY(pool_.begin());
    if (!TRY(store::try_sealer_lock(tx))) {
        outcome.another_works = true;
        return outcome;
    }
    TRY(take_hint(tx));
    auto const batch = TRY(collect(tx));
    if (batch.journal.empty() && batch.pending.empty()) {
        forget(batch);
        return outcome;
    }
    auto const end = TRY(store_batch(tx, batch, outcome.sealed));
    TRY(FAULT("atna.before_seal_commit"));
    TRY(tx.commit());
    TRY(FAULT("atna.after_seal_commit"));
    if (outcome.sealed > 0) write_anchor(folder_, keys_, end);
    forget(batch);
    if (journal_) write_progress(folder_, keys_, end, done_);
    sealed.add(static_cast<std::uint64_t>(outcome.sealed));
    outcome.more = batch.more;
    outcome.changes = !batch.pending.empty();
    return outcome;
}

std::int64_t Indexer::unsealed_octets() const {
    std::uint64_t out = 0;
    if (!journal_) return 0;
    for (auto const& segment : journal_->segments()) {
        auto const at = done_.find(segment.path);
        auto const done = at == done_.end() ? 0 : at->second;
        if (segment.size > done) out += segment.size - done;
    }
    return static_cast<std::int64_t>(out);
}

Result<Indexer::Outcome> Indexer::run() {
    Outcome all;
    for (;;) {
        auto const one = TRY(run_batch());
        all.sealed += one.sealed;
        all.another_works = one.another_works;
        if (!one.more) return all;
    }
}

}  // namespace musubi::atna
