#pragma once
// How long the sealer rests after a batch, so that it never takes more than a share of the machine
// from those who wait for an answer. Where nobody has asked for anything meanwhile it does not
// rest: what was done is found the sooner. What it leaves lying is durable in the journal; when
// that grows, resting ends. Pure, thread-safe.

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace musubi::atna {

inline constexpr std::chrono::milliseconds kLongestRest{1000};

/// `worked`: how long the batch took. `quiet`: nobody left a record during it. `backlog` and
/// `alarm` in octets of the journal: beyond half of the alarm there is no rest any more.
inline std::chrono::milliseconds rest_after(std::chrono::nanoseconds worked, bool quiet,
                                            std::int64_t backlog, std::int64_t alarm) {
    if (quiet || backlog > alarm / 2) return std::chrono::milliseconds(0);
    auto const rest = std::chrono::duration_cast<std::chrono::milliseconds>(worked * 3);
    return std::clamp(rest, std::chrono::milliseconds(1), kLongestRest);
}

}  // namespace musubi::atna
