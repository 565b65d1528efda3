#pragma once
// Inside the room: is a sender too slow? Counts only the time that we waited for it. One thread at
// a time.

#include <cstdint>

namespace musubi::net {

class Pace {
public:
    explicit Pace(int min_bytes_per_s) : min_bytes_per_s_(min_bytes_per_s) {}
    void received(std::size_t bytes) { bytes_ += static_cast<std::int64_t>(bytes); }
    void waited(std::int64_t ms) { waited_ms_ += ms; }
    /// After ten seconds of grace, below the minimum on average.
    bool too_slow() const {
        std::int64_t const counted_ms = waited_ms_ - kGraceMs;
        return counted_ms > 0 && bytes_ * 1000 < counted_ms * min_bytes_per_s_;
    }

private:
    static constexpr std::int64_t kGraceMs = 10'000;
    std::int64_t min_bytes_per_s_;
    std::int64_t bytes_ = 0;
    std::int64_t waited_ms_ = 0;
};

}  // namespace musubi::net
