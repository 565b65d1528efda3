#pragma once
// Sends the answers of asynchronous exchanges to the addresses that their askers named (ITI TF-2
// V.5). The network belongs to others: the node gives us a function that posts.

#include "core/doors.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace musubi::binding {

class ReplyDelivery {
public:
    /// Posts one reply; called from the delivery thread only.
    using Post = std::function<Status(std::string const& address, core::HttpReply const& reply)>;
    struct Settings {
        std::size_t max_waiting =
            256;  ///< further answers are dropped and counted: the asker times out and asks again
        int attempts = 5;
        std::chrono::milliseconds first_pause{1'000};  ///< doubled after each failure
    };

    ReplyDelivery(Post post, Settings settings);
    ~ReplyDelivery();  ///< what still waits is dropped

    void deliver(std::string address, core::HttpReply reply);

private:
    struct Waiting {
        std::string address;
        core::HttpReply reply;
        int failures = 0;
        std::chrono::steady_clock::time_point due;
    };
    void work();
    void attempt(Waiting item);

    Post const post_;
    Settings const settings_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Waiting> waiting_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace musubi::binding
