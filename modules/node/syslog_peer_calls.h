#pragma once
// The modules' way out for audit messages (core/audit_exchange.h) over platform/net, with the
// node's certificate. Certificates are read for each connection, so an exchange counts from the
// next one on. Thread-safe.

#include "core/audit_exchange.h"
#include "core/config.h"

namespace musubi::node {

class SyslogPeerCalls final : public core::SyslogPeerPort {
public:
    explicit SyslogPeerCalls(core::Config const& config) : config_(config) {}
    Result<std::unique_ptr<core::SyslogLine>> open(core::SyslogDestination const& destination,
                                                   std::atomic<bool> const& give_up) override;

private:
    core::Config const& config_;
};

}  // namespace musubi::node
