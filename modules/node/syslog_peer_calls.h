#pragma once
// The modules' way out for audit messages (core/audit_exchange.h) over platform/net, with the
// node's certificate. Certificates are read for each connection, so an exchange counts from the
// next one on. Thread-safe.

#include "core/audit_exchange.h"
#include "platform/net/tls_context.h"

namespace musubi::node {

class SyslogPeerCalls final : public core::SyslogPeerPort {
public:
    SyslogPeerCalls(net::TlsConfig const& tls, bool check_names)
        : tls_(tls), check_names_(check_names) {}
    Result<std::unique_ptr<core::SyslogLine>> open(core::SyslogDestination const& destination,
                                                   std::atomic<bool> const& give_up) override;

private:
    net::TlsConfig const tls_;
    bool const check_names_;
};

}  // namespace musubi::node
