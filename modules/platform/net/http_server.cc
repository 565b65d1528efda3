#include "platform/net/http_server.h"

#include <arpa/inet.h>

#include "platform/net/http_session.h"

namespace musubi::net {

core::HttpEndpoint* HttpService::route(std::string_view path) const {
    if (auto const exact = routes.paths.find(path); exact != routes.paths.end())
        return exact->second;
    for (std::size_t end = path.rfind('/'); end != std::string_view::npos;) {
        auto const below = routes.paths.find(path.substr(0, end + 1));
        if (below != routes.paths.end()) return below->second;
        if (end == 0) break;
        end = path.rfind('/', end - 1);
    }
    // A slash too many behind a path is met with partners' address books.
    if (path.size() > 1 && path.ends_with('/')) {
        auto const plain = routes.paths.find(path.substr(0, path.size() - 1));
        if (plain != routes.paths.end()) return plain->second;
    }
    return routes.fallback;
}

struct HttpServer::Impl {
    HttpService service;
    Engine engine;

    Impl(HttpServerConfig const& config, std::shared_ptr<TlsContext> tls, HttpRoutes routes,
         core::ConnectionWitness* witness)
        : service(config, std::move(routes)),
          engine(config.listener, std::move(tls), witness,
                 [this](Engine& e) { return std::make_unique<HttpSession>(service, e); }) {}
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() { stop(0); }

namespace {

Status check(HttpServerConfig const& config, HttpRoutes const& routes) {
    ListenerConfig const& listener = config.listener;
    auto const wrong = [&](char const* what) {
        return Error(Code::kInvalidContent, "listener " + listener.name + ": " + what);
    };
    if (routes.fallback == nullptr) return wrong("no fallback endpoint");
    if (listener.in_flight < 1 || listener.max_connections < 1)
        return wrong("limits must be positive");
    if (config.streaming_uploads < 1 || config.streamed_replies < 1)
        return wrong("limits must be positive");
    if (config.streaming_uploads >= listener.in_flight && listener.in_flight > 1) {
        return wrong("streaming_uploads must be fewer than in_flight");
    }
    if (listener.workers <= listener.in_flight + config.streamed_replies) {
        return wrong("workers must exceed in_flight + streamed_replies");
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start_any(HttpServerConfig config,
                                                          std::shared_ptr<TlsContext> tls,
                                                          HttpRoutes routes,
                                                          core::ConnectionWitness* witness) {
    TRY(check(config, routes));
    auto impl = std::make_unique<Impl>(config, std::move(tls), std::move(routes), witness);
    TRY(impl->engine.start());
    ListenerMetrics const& metrics = impl->engine.metrics();
    metrics.show_limit("header_lines", config.max_header_lines);
    metrics.show_limit("header_line_bytes",
                       static_cast<std::int64_t>(config.max_header_line_bytes));
    metrics.show_limit("body_bytes", static_cast<std::int64_t>(config.max_body_bytes));
    metrics.show_limit("buffered_body_bytes",
                       static_cast<std::int64_t>(config.buffered_body_bytes));
    metrics.show_limit("streaming_uploads", config.streaming_uploads);
    metrics.show_limit("streamed_replies", config.streamed_replies);
    metrics.show_limit("header_timeout_ms", config.header_timeout_ms);
    metrics.show_limit("body_progress_timeout_ms", config.body_progress_timeout_ms);
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpServerConfig config,
                                                      std::shared_ptr<TlsContext> tls,
                                                      HttpRoutes routes,
                                                      core::ConnectionWitness* witness) {
    if (!tls) return Error(Code::kInvalidContent, "an HTTPS listener needs a TLS context");
    return start_any(std::move(config), std::move(tls), std::move(routes), witness);
}

std::uint16_t HttpServer::port() const { return impl_->engine.port(); }
bool HttpServer::stop(int deadline_ms) { return impl_->engine.stop(deadline_ms); }

HttpServerConfig PlainHttpServer::small_config(std::uint16_t port) {
    HttpServerConfig config;
    config.listener.name = "operator";
    config.listener.address = "127.0.0.1";
    config.listener.port = port;
    config.listener.workers = 4;
    config.listener.in_flight = 2;
    config.listener.max_connections = 64;
    config.listener.max_unauthenticated_per_address = 64;
    config.listener.max_parked_bytes = 4 << 20;
    config.max_body_bytes = 64 * 1024;
    config.buffered_body_bytes = 64 * 1024;
    config.streaming_uploads = 1;
    config.streamed_replies = 1;
    return config;
}

Result<std::unique_ptr<PlainHttpServer>> PlainHttpServer::start(HttpServerConfig config,
                                                                HttpRoutes routes) {
    in_addr v4{};
    bool const loopback = config.listener.address == "::1" ||
                          (inet_pton(AF_INET, config.listener.address.c_str(), &v4) == 1 &&
                           ntohl(v4.s_addr) >> 24 == 127);
    if (!loopback) {
        return Error(Code::kInvalidContent,
                     "the plain HTTP port may only listen on a loopback address");
    }
    auto server =
        TRY(HttpServer::start_any(std::move(config), nullptr, std::move(routes), nullptr));
    return std::unique_ptr<PlainHttpServer>(new PlainHttpServer(std::move(server)));
}

}  // namespace musubi::net
