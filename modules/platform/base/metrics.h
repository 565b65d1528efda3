#pragma once
// Counters, gauges and histograms in Prometheus text form. Names and label values are ours
// (transaction ids, outcome words, member codes): never anything a patient or a document brought.
// Thread-safe; a handle lives for ever, so keep it in a static or a member instead of looking it up
// on each request.

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace musubi {

class Counter {
public:
    void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

class Gauge {
public:
    void set(std::int64_t v) { value_.store(v, std::memory_order_relaxed); }
    void add(std::int64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }
    std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> value_{0};
};

/// Durations in seconds, fixed buckets from 0.5 ms to 30 s.
class Histogram {
public:
    static constexpr int kBuckets = 15;
    static double const kUpperSeconds[kBuckets];
    void observe(double seconds);
    std::uint64_t bucket(int i) const { return buckets_[i].load(std::memory_order_relaxed); }
    std::uint64_t count() const { return count_.load(std::memory_order_relaxed); }
    double sum_seconds() const {
        return static_cast<double>(sum_us_.load(std::memory_order_relaxed)) / 1e6;
    }

private:
    std::atomic<std::uint64_t> buckets_[kBuckets] = {};
    std::atomic<std::uint64_t> count_{0};
    std::atomic<std::uint64_t> sum_us_{0};
};

/// `labels` in Prometheus form without braces: `transaction="ITI-18",outcome="success"`; may be
/// empty.
Counter& counter(std::string_view name, std::string_view labels = {});
Gauge& gauge(std::string_view name, std::string_view labels = {});
Histogram& histogram(std::string_view name, std::string_view labels = {});
std::string render_metrics();

}  // namespace musubi
