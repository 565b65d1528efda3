#pragma once
// The gateways' way out to several neighbours at once (core/fan_out.h) over platform/peer, with the
// node's certificate unless a call brings one. Thread-safe.

#include "core/fan_out.h"
#include "platform/net/tls_context.h"
#include "platform/peer/fan_out.h"

#include <mutex>

namespace musubi::node {

class FanOutCalls final : public core::FanOutPort {
public:
    /// `check_names`: servers must carry the name that was called.
    FanOutCalls(net::TlsConfig const& tls, bool check_names);
    std::shared_ptr<core::FanOut> send(std::vector<core::NeighbourCall> calls,
                                       std::chrono::steady_clock::time_point deadline) override;
    /// Certificates were exchanged.
    void forget_connections();
    /// All that is under way ends and is told; later calls fail at once.
    void stop();

private:
    peer::FanOutRequest request_of(core::NeighbourCall&& call) const;

    net::TlsConfig const tls_;
    bool const check_names_;
    peer::PeerIdentity const own_;
    std::mutex mutex_;                         ///< guards the pointer
    std::shared_ptr<peer::PeerFanOut> peers_;  ///< null after stop()
};

}  // namespace musubi::node
