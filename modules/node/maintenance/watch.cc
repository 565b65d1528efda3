#include "node/maintenance/watch.h"

#include "platform/base/log.h"

namespace musubi::node {
namespace {

constexpr std::chrono::seconds kPause{2};

}  // namespace

void MaintenanceWatch::start() {
    thread_ = std::thread([this] { run(); });
}

void MaintenanceWatch::stop() {
    {
        std::lock_guard const lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void MaintenanceWatch::run() {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, kPause, [&] { return ending_; })) {
        lock.unlock();
        // A database that is away is told of elsewhere; a window that is over opens nothing anyway.
        auto const closed = close_expired(pool_, trail_, clock_.now());
        if (closed && *closed > 0)
            log_info("maintenance.closed", {{"windows", std::to_string(*closed)}});
        lock.lock();
    }
}

}  // namespace musubi::node
