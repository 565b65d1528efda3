#pragma once
// HL7 v2 over MLLP under mutual TLS (ITI TF-2 C.2.1, 3.19). Many messages on a connection, answered
// in order; an idle connection and an unfinished message cost no thread.
//
// Bad framing, a message over the limit or one that comes too slowly is answered by
// MllpEndpoint::refuse and ends the connection; so does nothing else that a peer sends. No free
// slot for `busy_wait_ms`: refuse(kBusy) of the message, the connection stays. Ownership: endpoint
// and witness are the caller's and outlive the server. Thread-safety: as HttpServer.

#include "core/doors.h"
#include "platform/net/listener_config.h"
#include "platform/net/tls_context.h"

#include <memory>

namespace musubi::net {

struct MllpServerConfig {
    /// 8 slots, 12 threads, 4,096 connections.
    static ListenerConfig default_listener();
    ListenerConfig listener = default_listener();
    std::size_t max_message_bytes = 4 << 20;
    int message_progress_timeout_ms = 10'000;  ///< without a byte inside a message
    int min_bytes_per_s = 1024;  ///< on average inside a message, after 10 s of waiting
};

class MllpServer {
public:
    static Result<std::unique_ptr<MllpServer>> start(MllpServerConfig config,
                                                     std::shared_ptr<TlsContext> tls,
                                                     core::MllpEndpoint* endpoint,
                                                     core::ConnectionWitness* witness);
    ~MllpServer();
    std::uint16_t port() const;
    bool stop(int deadline_ms);  ///< as HttpServer::stop

private:
    struct Impl;
    explicit MllpServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace musubi::net
