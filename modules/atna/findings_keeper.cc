#include "atna/findings_keeper.h"

#include "atna/findings_progress.h"
#include "platform/base/log.h"

namespace musubi::atna {
namespace {

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
    if (!thread_.joinable()) return;
    thread_.join();
    write_names();
}

void FindingsKeeper::write_names() {
    auto const* const families = ports_ ? ports_->find<core::FamilyNamePort>() : nullptr;
    if (!settings_.family || !families) return;
    auto const written = names_.write_down(pool_, sealer_, *families);
    if (!written) log_warning("atna.user_names_wait", {{"why", written.error().detail}});
}

void FindingsKeeper::run() {
    std::unique_lock lock(mutex_);
    auto const step = std::min(settings_.interval, kFirstWait);
    auto since = settings_.interval;  // the first turn comes after the first step
    while (!wake_.wait_for(lock, step, [&] { return stopping_; })) {
        since += step;
        bool const due = since >= settings_.interval;
        if (due) since = {};
        lock.unlock();
        try {
            write_names();
            if (due) turn();
        } catch (std::exception const&) {
            log_warning("atna.review_turn_failed");
        }
        lock.lock();
    }
}

bool FindingsKeeper::stopping() const {
    std::lock_guard const lock(mutex_);
    return stopping_;
}

Result<int> FindingsKeeper::look(WallTime now) {
    ReviewPorts ports;
    if (ports_) ports = {ports_->find<core::RelationPort>(), ports_->find<core::FamilyNamePort>()};
    auto const round = TRY(next_round(pool_, now));
    int found = 0;
    for (auto const& piece : round.pieces) {
        if (stopping()) return found;
        found += TRY(look_through(pool_, sealer_, settings_, {piece.from, piece.to, now}, ports));
    }
    // After a long rest this is more than one piece: all or none, since the older records that came
    // late are told by the number of the newest.
    TRY(looked(pool_, now, round.newest));
    return found;
}

void FindingsKeeper::turn() {
    auto const now = clock_.now();
    write_names();
    auto const found = look(now);
    auto const overdue = overdue_findings(pool_, now);
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
