#pragma once
// Sends what modules put into the outbox: one thread for each destination, so that one that hangs
// harms no other; or, where destinations come and go, some threads that share whatever queues there
// are, one at a time each. A failed delivery is tried again after 5 s, doubling up to 15 min; after
// the topic's patience is over the message is given up, which is an alarm and keeps it for an
// operator.
//
// Ownership: the deliverer must live until stop() returned. start() and stop() once each.

#include "platform/base/clock.h"
#include "platform/pg/outbox.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace musubi::core {

struct OutboxRunnerSettings {
    std::string topic;
    std::vector<std::string> destinations;
    /// Not 0: the destinations are those that the queue holds, and so many threads share them. So
    /// many that hang at the same time hold up the others.
    int shared_threads = 0;
    std::chrono::milliseconds poll{1'000};    ///< how often an empty queue is looked at
    std::chrono::milliseconds lease{60'000};  ///< longer than one delivery may take
    std::chrono::milliseconds first_pause{5'000};
    std::chrono::milliseconds longest_pause{900'000};
    std::chrono::milliseconds patience{std::chrono::hours(72)};  ///< then given up
    int refusals = 1;  ///< attempts after which a refused message (kInvalidContent) is given up
};

class OutboxRunner {
public:
    /// What became of one message. kInvalidContent: the receiver refused it; given up after
    /// `refusals` attempts. Any other error: tried again.
    using Deliver = std::function<Status(std::string const& destination, ByteView payload)>;

    OutboxRunner(pg::Pool& pool, Clock const& clock, OutboxRunnerSettings settings,
                 Deliver deliver);
    ~OutboxRunner();

    void start();
    void stop();
    /// Something was queued: look now.
    void wake();

    /// One message of one destination; false when nothing was due. For tests and tools.
    Result<bool> deliver_one(std::string const& destination);

private:
    void work(std::string const& destination);
    void work_shared();
    /// One message of each queue that nobody of us serves; whether any was delivered.
    bool serve_queues();
    void settle(std::string const& destination, pg::Outbox::Claimed const& claimed,
                Status const& outcome);
    std::chrono::milliseconds pause_after(int attempts) const;

    pg::Outbox outbox_;
    Clock const& clock_;
    OutboxRunnerSettings const settings_;
    Deliver deliver_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::uint64_t wakes_ = 0;
    bool stopping_ = false;
    std::set<std::string> served_;  ///< by one of the shared threads, now
    std::vector<std::thread> threads_;
};

}  // namespace musubi::core
