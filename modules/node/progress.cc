#include "node/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace musubi::node {
namespace {

constexpr int kWidth = 30;

}  // namespace

Progress::Progress(std::string what, std::uint64_t total)
    : what_(std::move(what)),
      total_(std::max<std::uint64_t>(total, 1)),
      terminal_(::isatty(STDERR_FILENO) == 1),
      began_(system_clock().monotonic()),
      shown_(began_) {}

double Progress::rate(std::size_t records) const {
    std::chrono::duration<double> const spent = system_clock().monotonic() - began_;
    return static_cast<double>(records) / std::max(spent.count(), 0.001);
}

void Progress::show(std::uint64_t at, std::size_t records) {
    auto const now = system_clock().monotonic();
    if (now - shown_ < (terminal_ ? std::chrono::milliseconds(200) : std::chrono::seconds(10)))
        return;
    shown_ = now;
    auto const percent = static_cast<int>(std::min<std::uint64_t>(at * 100 / total_, 100));
    if (!terminal_) {
        std::fprintf(stderr, "%s: %d%%, %zu records, %.0f/s\n", what_.c_str(), percent, records,
                     rate(records));
        return;
    }
    std::string const bar(static_cast<std::size_t>(percent * kWidth / 100), '#');
    std::fprintf(stderr, "\r%s [%-*s] %3d%%  %zu records  %.0f/s ", what_.c_str(), kWidth,
                 bar.c_str(), percent, records, rate(records));
}

void Progress::done(std::size_t records) {
    std::fprintf(stderr, "%s%s: done, %zu records, %.0f/s\n", terminal_ ? "\r\x1B[K" : "",
                 what_.c_str(), records, rate(records));
}

}  // namespace musubi::node
