#pragma once
// The modules' way to what lies beside this node (core/fetch_port.h) over platform/peer: with the
// node's certificate and authorities unless the call brings its own. Thread-safe.

#include "core/fetch_port.h"
#include "platform/net/tls_context.h"
#include "platform/peer/peer_client.h"

namespace musubi::node {

class FetchCalls final : public core::FetchPort {
public:
    FetchCalls(net::TlsConfig const& tls, bool check_names);
    Status get(core::FetchCall const& call, core::FetchReader& reader) override;
    void forget_connections() { client_.forget_connections(); }

private:
    net::TlsConfig const tls_;
    bool const check_names_;
    peer::PeerIdentity const own_;
    peer::PeerClient client_;
};

}  // namespace musubi::node
