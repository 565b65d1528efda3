#pragma once
// HTTP/1.1 under mutual TLS (ITI TF-2 3.19 and Appendix V.3), and the same without TLS for
// loopback.
//
// An idle connection, an unfinished head or small body and a reply that waits for a slow reader
// cost no thread. A request whose body is small is read whole before the endpoint runs; larger
// bodies reach it as a stream, a bounded number at once. Refusals (malformed HTTP 400, 408, 413,
// 414, 417, 431, 501, 503 busy, 505) are phrased by the endpoint of the path, or by the fallback
// before the path is known, and end the connection after the answer.
//
// Ownership: endpoints and the witness are the caller's and outlive the server. Thread-safety:
// start and stop from one thread; endpoints are called from many.

#include "core/doors.h"
#include "platform/net/listener_config.h"
#include "platform/net/tls_context.h"

#include <map>
#include <memory>
#include <string>

namespace musubi::net {

struct HttpServerConfig {
    ListenerConfig listener;
    int max_header_lines = 64;
    std::size_t max_header_line_bytes = 8 * 1024;
    std::uint64_t max_body_bytes =
        (2ULL << 30) + (64ULL << 20);              ///< 2 GiB of documents and their envelope
    std::size_t buffered_body_bytes = 256 * 1024;  ///< larger bodies are streamed
    int streaming_uploads = 8;              ///< of the slots `listener.in_flight`; must be fewer
    int streamed_replies = 16;              ///< replies with documents that do not lie in memory
    int header_timeout_ms = 10'000;         ///< from the first byte of the head to its last
    int body_progress_timeout_ms = 10'000;  ///< without a byte
    int awaited_reply_ms = 180'000;   ///< the longest that a parked request may wait for others
    int min_body_bytes_per_s = 1024;  ///< on average, after the first 10 s of waiting
};

struct HttpRoutes {
    /// Exact path; a key that ends in '/' serves everything below it (the longest such key wins).
    std::map<std::string, core::HttpEndpoint*, std::less<>> paths;
    core::HttpEndpoint* fallback = nullptr;  ///< never null
};

class HttpServer {
public:
    /// Listens when it returns. kInvalidContent for a configuration that contradicts itself,
    /// kConflict when the port is taken. `witness` may be null.
    static Result<std::unique_ptr<HttpServer>> start(HttpServerConfig config,
                                                     std::shared_ptr<TlsContext> tls,
                                                     HttpRoutes routes,
                                                     core::ConnectionWitness* witness);
    ~HttpServer();  ///< as stop(0)

    std::uint16_t port() const;
    /// Accepts nothing new, closes what is idle, lets requests finish; cuts what is left at the
    /// deadline, then waits for the endpoints to return. True when nothing was cut.
    bool stop(int deadline_ms);

private:
    friend class PlainHttpServer;
    struct Impl;
    explicit HttpServer(std::unique_ptr<Impl> impl);
    static Result<std::unique_ptr<HttpServer>> start_any(HttpServerConfig config,
                                                         std::shared_ptr<TlsContext> tls,
                                                         HttpRoutes routes,
                                                         core::ConnectionWitness* witness);
    std::unique_ptr<Impl> impl_;
};

/// Without TLS, for the operator port (health, metrics). Refuses any address but 127.0.0.0/8 and
/// ::1.
class PlainHttpServer {
public:
    /// A handful of threads and connections: for people and probes of this machine.
    static HttpServerConfig small_config(std::uint16_t port);
    static Result<std::unique_ptr<PlainHttpServer>> start(HttpServerConfig config,
                                                          HttpRoutes routes);
    std::uint16_t port() const { return server_->port(); }
    bool stop(int deadline_ms) { return server_->stop(deadline_ms); }

private:
    explicit PlainHttpServer(std::unique_ptr<HttpServer> server) : server_(std::move(server)) {}
    std::unique_ptr<HttpServer> server_;
};

}  // namespace musubi::net
