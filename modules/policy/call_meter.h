#pragma once
// How often each connection may call: a bucket for each that holds what is allowed in its period
// and fills up steadily. Thread-safe.

#include "policy/agreement.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <string>

namespace musubi::policy {

class CallMeter {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// Takes one call out; false when there is none left.
    bool take(std::string const& connection, CallRate const& rate, Time now) {
        double const most = rate.calls;
        double const per_second = most / static_cast<double>(rate.per.count());
        std::lock_guard const lock(mutex_);
        auto& bucket = buckets_.try_emplace(connection, Bucket{most, now}).first->second;
        double const passed_s = std::chrono::duration<double>(now - bucket.at).count();
        bucket.left = std::min(most, bucket.left + passed_s * per_second);
        bucket.at = now;
        if (bucket.left < 1.0) return false;
        bucket.left -= 1.0;
        return true;
    }

private:
    struct Bucket {
        double left;
        Time at;
    };
    std::mutex mutex_;
    std::map<std::string, Bucket> buckets_;  // as many as agreements have named connections
};

}  // namespace musubi::policy
