#pragma once
// The modules' way to time stamping authorities (core/evidence_ports.h) over platform/peer. Nobody
// is shown the node's certificate. Thread-safe.

#include "core/evidence_ports.h"
#include "platform/peer/peer_client.h"

namespace musubi::node {

class TimeStampCalls final : public core::TimeStampPort {
public:
    Result<std::string> stamp(std::string const& url, std::string const& request,
                              std::string const& tls_authorities) override;

private:
    peer::PeerClient client_;
};

}  // namespace musubi::node
