#pragma once
// Sends the answers of asynchronous exchanges to the addresses that their askers named (ITI TF-2
// V.5). The network belongs to others: the node gives us a function that posts.
// An address is posted to by one thread at a time: one that does not answer holds up its own
// answers only, as long as fewer such addresses than threads are being tried.

#include "core/doors.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace musubi::binding {

class ReplyDelivery {
public:
    /// Posts one reply; called from the delivery threads, for one address by one at a time.
    using Post = std::function<Status(std::string const& address, core::HttpReply const& reply)>;
    struct Settings {
        std::size_t max_waiting =
            256;  ///< further answers are dropped and counted: the asker times out and asks again
        int attempts = 5;
        std::chrono::milliseconds first_pause{1'000};  ///< doubled after each failure
        int threads = 4;
    };

    ReplyDelivery(Post post, Settings settings);
    ~ReplyDelivery();  ///< what still waits is dropped

    void deliver(std::string address, core::HttpReply reply);
    /// A place among those who wait, for an answer that is still to be made; given back when it is
    /// let go of. Null: none is left, so the request is better refused than carried out unheard.
    std::shared_ptr<void> promise();

    /// Work that makes a reply, for one of the delivery threads. Callable from any thread for ever;
    /// once this object is gone, what is handed in is let go of.
    using Job = std::function<void()>;
    std::function<void(Job)> job_taker() const;

private:
    struct Waiting {
        std::string address;
        core::HttpReply reply;
        int failures = 0;
        std::chrono::steady_clock::time_point due;
    };
    using Queue = std::deque<Waiting>;
    /// Outlives us in the hands of those who may still bring work.
    struct Letterbox {
        std::mutex mutex;
        ReplyDelivery* owner;
    };
    void take(Job job);
    void work();
    Queue::iterator next();
    void finish(Waiting item, Status const& sent);

    Post const post_;
    Settings const settings_;
    std::mutex mutex_;
    std::condition_variable changed_;
    Queue waiting_;
    std::shared_ptr<std::atomic<std::size_t>> promised_;  ///< outlives us with the places
    std::deque<Job> jobs_;
    std::shared_ptr<Letterbox> letterbox_;
    std::set<std::string> busy_;  ///< addresses that are being posted to
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace musubi::binding
