#pragma once
// Inside the room: a connection on its way out: resolved, connected and shaken hands within one
// deadline.

#include "platform/net/channel.h"

#include <string>

namespace musubi::net {

struct DialTarget {
    std::string host;
    std::uint16_t port = 0;
    std::string server_name;  ///< must be in the server's certificate; empty: not checked
    int timeout_ms = 5'000;   ///< connection and handshake together
};

/// kPeerUnavailable when nobody answers there in time (or `give_up` became true), kUnauthenticated
/// when one side does not believe the other.
Result<std::unique_ptr<Channel>> dial(TlsContext& tls, DialTarget const& target,
                                      std::atomic<bool> const& give_up);

Error unavailable(std::string const& host, std::uint16_t port, char const* what);

}  // namespace musubi::net
