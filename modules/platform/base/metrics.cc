#include "platform/base/metrics.h"

#include <cstdio>
#include <map>
#include <memory>
#include <mutex>

namespace musubi {

double const Histogram::kUpperSeconds[Histogram::kBuckets] = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};

void Histogram::observe(double seconds) {
    for (int i = 0; i < kBuckets; ++i) {
        if (seconds <= kUpperSeconds[i]) {
            buckets_[i].fetch_add(1, std::memory_order_relaxed);
            break;
        }
    }
    count_.fetch_add(1, std::memory_order_relaxed);
    sum_us_.fetch_add(static_cast<std::uint64_t>(seconds * 1e6), std::memory_order_relaxed);
}

namespace {

using Key = std::pair<std::string, std::string>;

struct Registry {
    std::mutex mutex;
    std::map<Key, std::unique_ptr<Counter>> counters;
    std::map<Key, std::unique_ptr<Gauge>> gauges;
    std::map<Key, std::unique_ptr<Histogram>> histograms;
};

Registry& registry() {
    static Registry* const instance =
        new Registry;  // lives for ever: threads may count while main() returns
    return *instance;
}

template <class T>
T& find_or_make(std::map<Key, std::unique_ptr<T>>& all, std::string_view name,
                std::string_view labels) {
    std::lock_guard const lock(registry().mutex);
    auto& slot = all[{std::string(name), std::string(labels)}];
    if (!slot) slot = std::make_unique<T>();
    return *slot;
}

void line(std::string& out, std::string const& name, std::string const& labels,
          std::string const& value) {
    out.append(name);
    if (!labels.empty()) out.append("{").append(labels).append("}");
    out.append(" ").append(value).append("\n");
}

void type_line(std::string& out, std::string& last, std::string const& name, char const* type) {
    if (last == name) return;
    last = name;
    out.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", value);
    return text;
}

void render(std::string& out, Key const& key, Histogram const& h) {
    auto const& [name, labels] = key;
    std::string const prefix = labels.empty() ? "" : labels + ",";
    std::uint64_t running = 0;
    for (int i = 0; i < Histogram::kBuckets; ++i) {
        running += h.bucket(i);
        line(out, name + "_bucket", prefix + "le=\"" + number(Histogram::kUpperSeconds[i]) + "\"",
             std::to_string(running));
    }
    line(out, name + "_bucket", prefix + "le=\"+Inf\"", std::to_string(h.count()));
    line(out, name + "_sum", labels, std::to_string(h.sum_seconds()));
    line(out, name + "_count", labels, std::to_string(h.count()));
}

}  // namespace

Counter& counter(std::string_view name, std::string_view labels) {
    return find_or_make(registry().counters, name, labels);
}
Gauge& gauge(std::string_view name, std::string_view labels) {
    return find_or_make(registry().gauges, name, labels);
}
Histogram& histogram(std::string_view name, std::string_view labels) {
    return find_or_make(registry().histograms, name, labels);
}

std::string render_metrics() {
    std::string out;
    std::string last;
    std::lock_guard const lock(registry().mutex);
    for (auto const& [key, c] : registry().counters) {
        type_line(out, last, key.first, "counter");
        line(out, key.first, key.second, std::to_string(c->value()));
    }
    for (auto const& [key, g] : registry().gauges) {
        type_line(out, last, key.first, "gauge");
        line(out, key.first, key.second, std::to_string(g->value()));
    }
    for (auto const& [key, h] : registry().histograms) {
        type_line(out, last, key.first, "histogram");
        render(out, key, *h);
    }
    return out;
}

}  // namespace musubi
