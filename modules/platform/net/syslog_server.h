#pragma once
// Audit messages over mutual TLS (ITI-20, RFC 5425). Many messages on a connection, nothing is
// answered; an idle connection and an unfinished message cost no thread.
//
// What was read is handed to the endpoint in batches, and the next octet is read only when the
// batch is durable, so that TCP's flow control slows the sender down. A batch that cannot be kept
// is offered again until `store_patience_ms` is over; then the connection is reset, never ended in
// order: an orderly end tells the sender that all was read. Bad framing ends the connection.
//
// Ownership: endpoint and witness are the caller's and outlive the server. Thread-safety: as
// HttpServer.

#include "core/audit_exchange.h"
#include "platform/net/listener_config.h"
#include "platform/net/tls_context.h"

#include <memory>

namespace musubi::net {

struct SyslogServerConfig {
    /// 16 slots, 20 threads, 4,096 connections.
    static ListenerConfig default_listener();
    ListenerConfig listener = default_listener();
    std::size_t max_message_bytes = (1 << 20) + 4096;  ///< the rest of a longer one is passed over
    std::size_t batch_bytes = 256 * 1024;              ///< read at most before it is handed on
    int message_progress_timeout_ms = 30'000;          ///< without a byte inside a message
    int store_patience_ms = 30'000;
};

class SyslogServer {
public:
    static Result<std::unique_ptr<SyslogServer>> start(SyslogServerConfig config,
                                                       std::shared_ptr<TlsContext> tls,
                                                       core::SyslogEndpoint* endpoint,
                                                       core::ConnectionWitness* witness);
    ~SyslogServer();
    std::uint16_t port() const;
    bool stop(int deadline_ms);  ///< as HttpServer::stop

private:
    struct Impl;
    explicit SyslogServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace musubi::net
