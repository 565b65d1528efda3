#pragma once
// How many messages a sender may deliver: a bucket for each, filled at a steady rate and holding
// one burst. Who is beyond it waits; nothing is dropped. Thread-safe.

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <string>

namespace musubi::binding {

class MemberRate {
public:
    using Time = std::chrono::steady_clock::time_point;
    /// 0: no limit. The burst is ten seconds' worth.
    explicit MemberRate(std::int64_t per_second) : per_second_(static_cast<double>(per_second)) {}

    /// Takes `count` out, and tells how long the sender must wait before the next.
    std::chrono::milliseconds take(std::string const& sender, std::size_t count, Time now) {
        if (per_second_ <= 0) return std::chrono::milliseconds(0);
        std::lock_guard const lock(mutex_);
        auto& bucket =
            buckets_.try_emplace(sender, Bucket{kBurst_s * per_second_, now}).first->second;
        double const passed_s = std::chrono::duration<double>(now - bucket.at).count();
        bucket.left = std::min(kBurst_s * per_second_, bucket.left + passed_s * per_second_);
        bucket.at = now;
        bucket.left -= static_cast<double>(count);
        if (bucket.left >= 0) return std::chrono::milliseconds(0);
        return std::chrono::milliseconds(
            static_cast<std::int64_t>(-bucket.left / per_second_ * 1000.0) + 1);
    }

private:
    static constexpr double kBurst_s = 10.0;
    struct Bucket {
        double left;
        Time at;
    };
    double const per_second_;
    std::mutex mutex_;
    std::map<std::string, Bucket> buckets_;  // by member: as many as the agreement names
};

}  // namespace musubi::binding
