#include "repository/reconciler.h"

#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "repository/store.h"

namespace musubi::repository {

namespace {

constexpr int kRestPerWork = 9;
constexpr std::chrono::milliseconds kLongestRest{1000};

}  // namespace

Reconciler::Reconciler(pg::Pool& pool, blob::LocalBlobStore& blobs, blob::SegmentStore& segments,
                       Clock const& clock, std::chrono::milliseconds grace,
                       std::chrono::milliseconds period)
    : pool_(pool),
      blobs_(blobs),
      segments_(segments),
      clock_(clock),
      grace_(grace),
      period_(period) {}

Reconciler::~Reconciler() { stop(); }

void Reconciler::start() {
    thread_ = std::thread([this] { work(); });
}

void Reconciler::stop() {
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

Result<int> Reconciler::run_once() {
    WallTime const before = clock_.now() - grace_;
    int const blobs = TRY(free_blobs(before));
    return blobs + TRY(free_records(before));
}

Result<int> Reconciler::free_blobs(WallTime before) {
    int removed = TRY(blobs_.sweep_staging(before));
    std::vector<Uuid> orphans;
    TRY(blobs_.list(before, [&](blob::BlobInfo const& info) -> Status {
        if (!TRY(knows_blob(pool_, info.id))) orphans.push_back(info.id);
        return {};
    }));
    for (Uuid const& id : orphans) {
        TRY(blobs_.remove(id));
        ++removed;
    }
    return removed;
}

Result<int> Reconciler::free_records(WallTime before) {
    auto const there = TRY(segments_.segments());
    missing_ = 0;
    int removed = 0;
    std::int64_t unreadable = 0;
    std::uint32_t next = 1;
    for (std::uint32_t const segment : there) {
        for (; next < segment; ++next) {
            if (done_.contains(next)) continue;
            auto const lost = TRY(rows_of_segment(pool_, next)).size();
            if (lost == 0) done_.insert(next);
            missing_ += static_cast<std::int64_t>(lost);
        }
        next = segment + 1;
        if (done_.contains(segment)) continue;
        // One that cannot be read keeps nobody from looking at the others.
        auto const began = clock_.monotonic();
        auto const freed = free_records(segment, before);
        if (freed) {
            removed += *freed;
        } else {
            ++unreadable;
            log_error("repository.segment_unreadable",
                      {{"segment", std::to_string(segment)}, {"detail", freed.error().detail}});
        }
        if (!rest(clock_.monotonic() - began)) return removed;
    }
    gauge("musubi_repository_segments_unreadable").set(unreadable);
    gauge("musubi_repository_segments").set(static_cast<std::int64_t>(there.size()));
    gauge("musubi_repository_rows_without_record").set(missing_);
    if (missing_ > 0)
        log_error("repository.rows_without_record", {{"rows", std::to_string(missing_)}});
    return removed;
}

Result<int> Reconciler::free_records(std::uint32_t segment, WallTime before) {
    bool const closed = segments_.is_closed(segment);
    if (closed && TRY(segments_.is_settled(segment))) {
        done_.insert(segment);
        return 0;
    }
    // Rows first: a record is there before its row.
    auto rows = TRY(rows_of_segment(pool_, segment));
    std::vector<blob::RecordInfo> orphans;
    std::size_t young = 0, owned = 0;
    TRY(segments_.list(segment, [&](blob::RecordInfo const& record) -> Status {
        if (record.removed) return {};
        auto const row = rows.find(record.id);
        if (row != rows.end() && row->second == record.at) {
            rows.erase(row);
            ++owned;
        } else if (record.written < before) {
            orphans.push_back(record);
        } else {
            ++young;
        }
        return {};
    }));
    missing_ += static_cast<std::int64_t>(rows.size());
    for (blob::RecordInfo const& orphan : orphans) TRY(segments_.remove(orphan.at, orphan.id));
    if (closed && young == 0 && rows.empty()) {
        if (owned == 0 ? TRY(segments_.drop_if_empty(segment))
                       : segments_.mark_settled(segment).ok())
            done_.insert(segment);
    }
    return static_cast<int>(orphans.size());
}

bool Reconciler::rest(std::chrono::nanoseconds worked) {
    std::unique_lock lock(mutex_);
    if (!resting_) return true;
    return !changed_.wait_for(
        lock, std::min<std::chrono::nanoseconds>(worked * kRestPerWork, kLongestRest),
        [this] { return stopping_; });
}

void Reconciler::work() {
    std::unique_lock lock(mutex_);
    resting_ = true;
    while (!stopping_) {
        lock.unlock();
        if (auto const removed = run_once(); !removed) {
            log_warning("repository.reconcile_failed", {{"detail", removed.error().detail}});
        } else if (*removed > 0) {
            counter("musubi_repository_orphans_removed_total")
                .add(static_cast<std::uint64_t>(*removed));
            log_info("repository.orphans_removed", {{"contents", std::to_string(*removed)}});
        }
        lock.lock();
        changed_.wait_for(lock, period_, [this] { return stopping_; });
    }
}

}  // namespace musubi::repository
