#pragma once
// Time from outside (ITI-1 Maintain Time): asking a server, and whether this node's clock may be
// trusted. Thread-safe.

#include "platform/base/result.h"

#include <chrono>
#include <string>

namespace musubi::core {

struct TimeAnswer {
    std::chrono::microseconds offset{};      ///< what our clock lacks
    std::chrono::microseconds round_trip{};  ///< the offset is right within half of it
    int stratum = 0;
};

/// `node` provides it over platform/net. Blocks until the answer or the timeout.
class TimeProbePort {
public:
    virtual ~TimeProbePort() = default;
    virtual Result<TimeAnswer> ask(std::string const& host, std::uint16_t port,
                                   std::chrono::milliseconds timeout) = 0;
};

/// Module ct.
class TrustedTimePort {
public:
    virtual ~TrustedTimePort() = default;
    /// Whether a new legal time stamp may rest on this clock: kUnsupported when nobody watches it,
    /// kConflict when it is too far off or was not compared for too long.
    virtual Status may_stamp() const = 0;
};

}  // namespace musubi::core
