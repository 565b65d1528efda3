#pragma once
// Inside the room: how many connections one key (an address, a certificate) holds. Thread-safe.

#include <mutex>
#include <string>
#include <unordered_map>

namespace musubi::net {

class Quota {
public:
    explicit Quota(int limit) : limit_(limit) {}
    /// False when `key` holds its share already.
    bool take(std::string const& key) {
        std::lock_guard const lock(mutex_);
        int& held = held_[key];
        if (held >= limit_) return false;
        ++held;
        return true;
    }
    void give_back(std::string const& key) {
        std::lock_guard const lock(mutex_);
        auto const found = held_.find(key);
        if (found != held_.end() && --found->second == 0) held_.erase(found);
    }

private:
    int const limit_;
    std::mutex mutex_;
    std::unordered_map<std::string, int> held_;
};

}  // namespace musubi::net
