#include "repository/settler.h"

#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "repository/remote_registry.h"

namespace musubi::repository {
namespace {

constexpr std::int64_t kSubmissionsInOnePass = 200;

}  // namespace

Settler::Settler(Deps& deps, Clock const& clock, SettlerSettings settings)
    : deps_(deps), clock_(clock), settings_(std::move(settings)) {}

Settler::~Settler() { stop(); }

void Settler::start() {
    thread_ = std::thread([this] { work(); });
}

void Settler::stop() {
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

Result<Settler::Outcome> Settler::run_once() {
    WallTime const now = clock_.now();
    auto const all = TRY(pending_before(deps_.pool, now - settings_.period, kSubmissionsInOnePass));
    Outcome outcome;
    outcome.open = static_cast<int>(all.size());
    gauge("musubi_repository_pending_submissions").set(outcome.open);
    for (PendingSubmission const& submission : all) {
        {
            std::lock_guard const lock(mutex_);
            if (stopping_) break;
        }
        std::string const trace = deps_.ids.uuid().to_string();
        LogTrace const log_trace(trace);
        domain::Subject const nobody;
        core::CallContext const call{nobody, nullptr, trace, settings_.endpoint,
                                     clock_.monotonic() + settings_.period};
        auto const registered = settle_now(deps_, call, submission);
        if (!registered) {
            // Of one submission alone something may be wrong; when the registry is gone the others
            // would wait as long.
            log_warning("repository.unsettled", {{"submission_key", std::to_string(submission.key)},
                                                 {"detail", registered.error().detail}});
            if (registered.error().code == Code::kPeerUnavailable) break;
            continue;
        }
        if (*registered) {
            ++outcome.confirmed;
        } else if (submission.since < now - settings_.grace) {
            TRY(drop(deps_, submission.key));
            ++outcome.dropped;
            log_info("repository.dropped", {{"submission_key", std::to_string(submission.key)}});
        }
    }
    outcome.open -= outcome.confirmed + outcome.dropped;
    gauge("musubi_repository_pending_submissions").set(outcome.open);
    return outcome;
}

void Settler::work() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        lock.unlock();
        if (auto const outcome = run_once(); !outcome) {
            log_warning("repository.settle_failed", {{"detail", outcome.error().detail}});
        }
        lock.lock();
        changed_.wait_for(lock, settings_.period, [this] { return stopping_; });
    }
}

}  // namespace musubi::repository
