#include "repository/reconciler.h"

#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "repository/store.h"

namespace musubi::repository {

Reconciler::Reconciler(pg::Pool& pool, blob::LocalBlobStore& blobs, Clock const& clock,
                       std::chrono::milliseconds grace, std::chrono::milliseconds period)
    : pool_(pool), blobs_(blobs), clock_(clock), grace_(grace), period_(period) {}

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

void Reconciler::work() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        lock.unlock();
        if (auto const removed = run_once(); !removed) {
            log_warning("repository.reconcile_failed", {{"detail", removed.error().detail}});
        } else if (*removed > 0) {
            counter("musubi_repository_orphans_removed_total")
                .add(static_cast<std::uint64_t>(*removed));
            log_info("repository.orphans_removed", {{"files", std::to_string(*removed)}});
        }
        lock.lock();
        changed_.wait_for(lock, period_, [this] { return stopping_; });
    }
}

}  // namespace musubi::repository
