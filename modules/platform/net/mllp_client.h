#pragma once
// Sends HL7 v2 messages over MLLP under mutual TLS and waits for each answer (operators' commands,
// tests, feeds). Blocking; one thread at a time. Ownership: keeps its connection; the context may
// end before it.

#include "platform/net/tls_context.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace musubi::net {

struct MllpClientConfig {
    std::string host;
    std::uint16_t port = 0;
    std::string server_name;  ///< must be in the server's certificate; empty: not checked (pinned
                              ///< peers, events)
    int connect_timeout_ms = 5'000;  ///< connection and handshake together
    int answer_timeout_ms = 30'000;
    std::size_t max_answer_bytes = 4 << 20;
};

class MllpClient {
public:
    /// kPeerUnavailable when nobody answers there, kUnauthenticated when one side does not believe
    /// the other.
    static Result<std::unique_ptr<MllpClient>> connect(TlsContext& tls,
                                                       MllpClientConfig const& config);
    ~MllpClient();

    /// The answer without frame bytes. After an error the connection is of no further use; whether
    /// the peer acted on the message is then unknown.
    Result<std::string> exchange(std::string_view message);

private:
    struct Impl;
    explicit MllpClient(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace musubi::net
