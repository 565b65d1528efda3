#pragma once
// Time as a seam: handlers ask a Clock, never the system, so that tests can hold time still.

#include <chrono>
#include <cstdint>
#include <string>

namespace musubi {

using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

class Clock {
public:
    virtual ~Clock() = default;
    virtual WallTime now() const = 0;  ///< UTC
    virtual std::chrono::steady_clock::time_point monotonic()
        const = 0;  ///< for durations and deadlines
};

/// The machine's clock. Thread-safe, lives for ever.
Clock const& system_clock();

std::string to_rfc3339(WallTime time);  ///< 2026-11-21T02:25:00.123456Z
std::string to_dtm(WallTime time);      ///< HL7 DTM, 14 digits, UTC: 20261121022500

}  // namespace musubi
