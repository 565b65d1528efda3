#pragma once
// The modules' way out (core/peer_port.h) over platform/peer, with the node's certificate unless
// the call brings one. Thread-safe.

#include "core/config.h"
#include "core/peer_port.h"
#include "platform/peer/peer_client.h"

namespace musubi::node {

class PeerCalls final : public core::PeerPort {
public:
    explicit PeerCalls(core::Config const& config);
    Result<core::PeerReply> post(core::PeerCall const& call) override;
    /// Certificates were exchanged: the next call opens a new connection.
    void forget_connections() { client_.forget_connections(); }

private:
    peer::PeerIdentity const own_;
    peer::PeerClient client_;
};

}  // namespace musubi::node
