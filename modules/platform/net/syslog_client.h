#pragma once
// Sends syslog messages over mutual TLS (RFC 5425) or as datagrams (RFC 5426). Blocking, one thread
// at a time. Ownership: keeps its connection; the context may end before it.

#include "core/audit_exchange.h"
#include "platform/net/tls_context.h"

namespace musubi::net {

struct SyslogClientConfig {
    core::SyslogDestination destination;
    int connect_timeout_ms = 5'000;       ///< connection and handshake together
    int stall_timeout_ms = 15'000;        ///< without an octet taken by the receiver
    std::size_t datagram_bytes = 65'000;  ///< a longer message is cut to it, which is counted
};

/// `tls` is not looked at for datagrams. `give_up` ends every wait and outlives the line.
Result<std::unique_ptr<core::SyslogLine>> open_syslog_line(TlsContext& tls,
                                                           SyslogClientConfig const& config,
                                                           std::atomic<bool> const& give_up);
Result<std::unique_ptr<core::SyslogLine>> open_syslog_datagrams(SyslogClientConfig const& config);

}  // namespace musubi::net
