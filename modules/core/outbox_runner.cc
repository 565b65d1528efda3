#include "core/outbox_runner.h"

#include "platform/base/fault.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"

#include <algorithm>

namespace musubi::core {

OutboxRunner::OutboxRunner(pg::Pool& pool, Clock const& clock, OutboxRunnerSettings settings,
                           Deliver deliver)
    : outbox_(pool), clock_(clock), settings_(std::move(settings)), deliver_(std::move(deliver)) {}

OutboxRunner::~OutboxRunner() { stop(); }

void OutboxRunner::start() {
    for (std::string const& destination : settings_.destinations)
        threads_.emplace_back([this, destination] { work(destination); });
    for (int i = 0; i < settings_.shared_threads; ++i)
        threads_.emplace_back([this] { work_shared(); });
}

void OutboxRunner::stop() {
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
    threads_.clear();
}

void OutboxRunner::wake() {
    {
        std::lock_guard const lock(mutex_);
        ++wakes_;
    }
    changed_.notify_all();
}

std::chrono::milliseconds OutboxRunner::pause_after(int attempts) const {
    auto pause = settings_.first_pause;
    for (int i = 1; i < attempts && pause < settings_.longest_pause; ++i) pause *= 2;
    return std::min(pause, settings_.longest_pause);
}

void OutboxRunner::settle(std::string const& destination, pg::Outbox::Claimed const& claimed,
                          Status const& outcome) {
    std::string const labels = "topic=\"" + settings_.topic + "\",outcome=\"";
    Status written;
    if (outcome) {
        counter("musubi_outbox_total", labels + "delivered\"").add();
        written = outbox_.delivered(claimed.id);
    } else if ((outcome.error().code == Code::kInvalidContent &&
                claimed.attempts >= settings_.refusals) ||
               clock_.now() - claimed.queued_at > settings_.patience) {
        counter("musubi_outbox_total", labels + "given_up\"").add();
        log_error("outbox.given_up", {{"topic", settings_.topic},
                                      {"destination", destination},
                                      {"id", std::to_string(claimed.id)},
                                      {"detail", outcome.error().detail}});
        written = outbox_.give_up(claimed.id);
    } else {
        counter("musubi_outbox_total", labels + "retried\"").add();
        log_warning("outbox.retry", {{"topic", settings_.topic},
                                     {"destination", destination},
                                     {"attempt", std::to_string(claimed.attempts)},
                                     {"detail", outcome.error().detail}});
        written = outbox_.retry(claimed.id, pause_after(claimed.attempts));
    }
    // Not written: the lease runs out and the message goes out once more, which is the promise.
    if (!written) log_warning("outbox.not_settled", {{"detail", written.error().detail}});
}

Result<bool> OutboxRunner::deliver_one(std::string const& destination) {
    auto const claimed = TRY(outbox_.claim(settings_.topic, destination, settings_.lease));
    if (!claimed) return false;
    TRY(FAULT("outbox.after_claim"));
    Status outcome;
    try {
        outcome = deliver_(destination, claimed->payload);
    } catch (std::exception const& e) {
        outcome = Error(Code::kInternal, std::string("exception: ") + e.what());
    }
    TRY(FAULT("outbox.after_delivery"));
    settle(destination, *claimed, outcome);
    return outcome.ok();
}

void OutboxRunner::work(std::string const& destination) {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        std::uint64_t const seen = wakes_;
        lock.unlock();
        auto const sent = deliver_one(destination);
        if (!sent)
            log_warning("outbox.unreachable",
                        {{"topic", settings_.topic}, {"detail", sent.error().detail}});
        lock.lock();
        if (sent.ok() && *sent) continue;
        changed_.wait_for(lock, settings_.poll, [&] { return stopping_ || wakes_ != seen; });
    }
}

bool OutboxRunner::serve_queues() {
    auto const queues = outbox_.queues(settings_.topic);
    if (!queues) {
        log_warning("outbox.unreachable",
                    {{"topic", settings_.topic}, {"detail", queues.error().detail}});
        return false;
    }
    bool any = false;
    for (auto const& queue : *queues) {
        if (queue.waiting == 0) continue;
        {
            std::lock_guard const lock(mutex_);
            if (stopping_) return false;
            if (!served_.insert(queue.destination).second) continue;
        }
        auto const sent = deliver_one(queue.destination);
        any = any || (sent.ok() && *sent);
        std::lock_guard const lock(mutex_);
        served_.erase(queue.destination);
    }
    return any;
}

void OutboxRunner::work_shared() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        std::uint64_t const seen = wakes_;
        lock.unlock();
        bool const sent = serve_queues();
        lock.lock();
        if (sent) continue;
        changed_.wait_for(lock, settings_.poll, [&] { return stopping_ || wakes_ != seen; });
    }
}

}  // namespace musubi::core
