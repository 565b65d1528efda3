#pragma once
// How many questions of a kind go to one neighbour within a minute: what is told of patients leaves
// the house no faster than people work. By name. Thread-safe.

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <string>

namespace musubi::xca {

class Pace {
public:
    using Time = std::chrono::steady_clock::time_point;
    /// Counts one if it may go.
    bool lets_through(std::string const& name, int per_minute, Time now) {
        std::lock_guard const lock(mutex_);
        std::deque<Time>& last = sent_[name];
        while (!last.empty() && now - last.front() >= std::chrono::minutes(1)) last.pop_front();
        if (last.size() >= static_cast<std::size_t>(per_minute)) return false;
        last.push_back(now);
        return true;
    }

private:
    std::mutex mutex_;
    std::map<std::string, std::deque<Time>> sent_;
};

}  // namespace musubi::xca
