#pragma once
// Latencies in microseconds, counted in buckets of constant relative width (1.6 %): any number of
// observations in 32 KiB, exact enough for percentiles up to the worst one. One thread at a time;
// merge afterwards.

#include <array>
#include <bit>
#include <cstdint>

namespace musubi::perf {

class Latency {
public:
    void add(std::uint64_t us) {
        ++counts_[index_of(us)];
        ++total_;
        if (us > max_) max_ = us;
    }
    void merge(Latency const& other) {
        for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
        total_ += other.total_;
        if (other.max_ > max_) max_ = other.max_;
    }
    std::uint64_t total() const { return total_; }
    std::uint64_t max() const { return max_; }
    /// `share` of 1, for example 0.99. 0 when nothing was observed.
    std::uint64_t percentile(double share) const {
        auto const wanted = static_cast<std::uint64_t>(share * static_cast<double>(total_));
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            seen += counts_[i];
            if (seen > wanted) return value_of(i);
        }
        return max_;
    }

private:
    static constexpr unsigned kSubBits = 6;
    static constexpr std::size_t kSub = std::size_t{1} << kSubBits;

    static std::size_t index_of(std::uint64_t us) {
        if (us < kSub) return us;
        auto const shift = static_cast<unsigned>(std::bit_width(us)) - 1 - kSubBits;
        return (shift + 1) * kSub + ((us >> shift) - kSub);
    }
    static std::uint64_t value_of(std::size_t index) {
        if (index < kSub) return index;
        std::size_t const shift = index / kSub - 1;
        return (kSub + index % kSub) << shift;
    }

    std::array<std::uint64_t, (64 - kSubBits + 1) * kSub> counts_{};
    std::uint64_t total_ = 0;
    std::uint64_t max_ = 0;
};

}  // namespace musubi::perf
