#pragma once
// Asking time servers (core/time_port.h) over platform/net. Thread-safe.

#include "core/time_port.h"

namespace musubi::node {

class TimeProbe final : public core::TimeProbePort {
public:
    Result<core::TimeAnswer> ask(std::string const& host, std::uint16_t port,
                                 std::chrono::milliseconds timeout) override;
};

}  // namespace musubi::node
