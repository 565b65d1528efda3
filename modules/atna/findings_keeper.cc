#include "atna/findings_keeper.h"

#include "platform/base/log.h"

namespace musubi::atna {
namespace {

constexpr auto kAtStart = std::chrono::hours(48);
/// Records are sealed a little after their time; after an outage, later.
constexpr auto kLate = std::chrono::hours(3);
constexpr std::chrono::milliseconds kFirstWait{60'000};

}  // namespace

FindingsKeeper::~FindingsKeeper() { stop(); }

void FindingsKeeper::start() {
    if (settings_.enabled()) thread_ = std::thread([this] { run(); });
}

void FindingsKeeper::stop() {
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void FindingsKeeper::run() {
    std::unique_lock lock(mutex_);
    auto pause = std::min(settings_.interval, kFirstWait);
    while (!wake_.wait_for(lock, pause, [&] { return stopping_; })) {
        pause = settings_.interval;
        lock.unlock();
        try {
            turn();
        } catch (std::exception const&) {
            log_warning("atna.review_turn_failed");
        }
        lock.lock();
    }
}

void FindingsKeeper::turn() {
    auto const now = clock_.now();
    auto const since = looked_ ? *looked_ - kLate : now - kAtStart;
    auto const found = look_through(pool_, sealer_, settings_, since, now,
                                    ports_ ? ports_->find<core::RelationPort>() : nullptr);
    auto const overdue = overdue_findings(pool_, now);
    if (found) looked_ = now;
    if (found && *found > 0) log_warning("atna.findings", {{"new", std::to_string(*found)}});
    std::lock_guard const lock(mutex_);
    bool const failed = !found || !overdue;
    if (failed && !failed_)
        log_warning("atna.review_failed",
                    {{"why", (found ? overdue.error() : found.error()).detail}});
    failed_ = failed;
    if (overdue) overdue_ = *overdue;
}

core::HealthReport FindingsKeeper::health() const {
    std::lock_guard const lock(mutex_);
    if (failed_) return {core::Health::kDegraded, "the audit trail cannot be looked through"};
    if (overdue_ > 0) {
        return {core::Health::kDegraded, std::to_string(overdue_) +
                                             " findings of the audit review are not signed off in "
                                             "time"};
    }
    return {};
}

}  // namespace musubi::atna
