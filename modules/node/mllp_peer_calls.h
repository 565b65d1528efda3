#pragma once
// The modules' way out for HL7 v2 (core/peer_port.h) over platform/net, with the node's
// certificate. One connection for each receiver, used by one call at a time. Thread-safe.

#include "core/peer_port.h"
#include "platform/net/mllp_client.h"

#include <chrono>
#include <map>
#include <mutex>

namespace musubi::node {

class MllpPeerCalls final : public core::MllpPeerPort {
public:
    MllpPeerCalls(net::TlsConfig const& tls, bool check_names);
    Result<std::string> exchange(core::MllpPeerCall const& call) override;
    /// Certificates were exchanged: the next call opens a new connection.
    void forget_connections();

private:
    struct Line {
        std::mutex busy;
        std::unique_ptr<net::MllpClient> client;
        std::uint64_t generation = 0;
        std::chrono::steady_clock::time_point used{};
    };
    std::shared_ptr<Line> line_to(core::MllpPeerCall const& call);
    Result<std::unique_ptr<net::MllpClient>> connect(core::MllpPeerCall const& call) const;

    net::TlsConfig const tls_;
    bool const check_names_;
    std::mutex mutex_;
    std::uint64_t generation_ = 1;
    std::map<std::string, std::shared_ptr<Line>> lines_;
};

}  // namespace musubi::node
