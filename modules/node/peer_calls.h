#pragma once
// The modules' way out (core/peer_port.h) over platform/peer, with the node's certificate unless
// the call brings one. Thread-safe.

#include "core/peer_port.h"
#include "platform/net/tls_context.h"
#include "platform/peer/peer_client.h"

namespace musubi::node {

class PeerCalls final : public core::PeerPort {
public:
    /// `check_names`: servers must carry the name that was called.
    PeerCalls(net::TlsConfig const& tls, bool check_names);
    Result<core::PeerReply> post(core::PeerCall const& call) override;
    /// Certificates were exchanged: the next call opens a new connection.
    void forget_connections() { client_.forget_connections(); }

private:
    net::TlsConfig const tls_;
    bool const check_names_;
    peer::PeerIdentity const own_;
    peer::PeerClient client_;
};

}  // namespace musubi::node
