#pragma once
// Inside the room: a counting gate at which connections, not threads, wait. Who finds no free place
// is queued by its id; whoever leaves hands the place to the first in the queue. Thread-safe.

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>

namespace musubi::net {

class Gate {
public:
    explicit Gate(int places) : free_(places) {}

    /// True: the place is taken. False: `id` waits, and one day leave() returns it.
    bool enter(std::uint64_t id) {
        std::lock_guard const lock(mutex_);
        if (free_ > 0) {
            --free_;
            return true;
        }
        waiting_.push_back(id);
        return false;
    }
    /// The waiting id that now holds the place, if any: the caller wakes it.
    std::optional<std::uint64_t> leave() {
        std::lock_guard const lock(mutex_);
        if (waiting_.empty()) {
            ++free_;
            return std::nullopt;
        }
        std::uint64_t const next = waiting_.front();
        waiting_.pop_front();
        return next;
    }
    bool is_waiting(std::uint64_t id) const {
        std::lock_guard const lock(mutex_);
        for (auto const waiting : waiting_) {
            if (waiting == id) return true;
        }
        return false;
    }
    /// False when `id` does not wait any more: it holds the place.
    bool abandon(std::uint64_t id) {
        std::lock_guard const lock(mutex_);
        for (auto it = waiting_.begin(); it != waiting_.end(); ++it) {
            if (*it != id) continue;
            waiting_.erase(it);
            return true;
        }
        return false;
    }

private:
    mutable std::mutex mutex_;
    int free_;
    std::deque<std::uint64_t> waiting_;
};

}  // namespace musubi::net
