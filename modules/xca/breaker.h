#pragma once
// Who has not answered several times in a row is not asked for a while: a broken neighbour then
// costs nobody any waiting. After the pause one question goes out as a probe. By name of the
// community. Thread-safe.

#include "platform/base/clock.h"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace musubi::xca {

class Breaker {
public:
    using Time = std::chrono::steady_clock::time_point;
    struct Settings {
        int failures = 5;
        std::chrono::milliseconds pause{30'000};
    };
    explicit Breaker(Settings settings) : settings_(settings) {}

    /// False: not now. Who is let through says how it went.
    bool lets_through(std::string const& name, Time now);
    void went(std::string const& name, bool well, Time now);
    /// Who is not asked now.
    std::vector<std::string> resting(Time now) const;

private:
    struct State {
        int failures = 0;
        Time until{};  ///< while it rests; moves on with each probe, whatever becomes of it
    };
    Settings const settings_;
    mutable std::mutex mutex_;
    std::map<std::string, State> states_;
};

}  // namespace musubi::xca
