#include "platform/net/syslog_server.h"

#include "platform/net/syslog_session.h"

namespace musubi::net {

ListenerConfig SyslogServerConfig::default_listener() {
    ListenerConfig listener;
    listener.name = "syslog";
    listener.workers = 20;
    listener.in_flight = 16;
    listener.max_connections = 4'096;
    listener.max_unauthenticated_per_address = 1'024;
    listener.max_per_member = 256;
    // Senders keep their connection and may have nothing to tell for hours.
    listener.first_byte_timeout_ms = 3'600'000;
    listener.idle_timeout_ms = 3'600'000;
    return listener;
}

struct SyslogServer::Impl {
    SyslogService service;
    Engine engine;

    Impl(SyslogServerConfig const& config, std::shared_ptr<TlsContext> tls,
         core::SyslogEndpoint* endpoint, core::ConnectionWitness* witness)
        : service{config, endpoint, Gate(config.listener.in_flight),
                  counter("musubi_syslog_cut_total")},
          engine(config.listener, std::move(tls), witness,
                 [this](Engine& e) { return std::make_unique<SyslogSession>(service, e); }) {}
};

SyslogServer::SyslogServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SyslogServer::~SyslogServer() { stop(0); }

Result<std::unique_ptr<SyslogServer>> SyslogServer::start(SyslogServerConfig config,
                                                          std::shared_ptr<TlsContext> tls,
                                                          core::SyslogEndpoint* endpoint,
                                                          core::ConnectionWitness* witness) {
    ListenerConfig const& listener = config.listener;
    if (!tls || endpoint == nullptr) {
        return Error(Code::kInvalidContent,
                     "a syslog listener needs a TLS context and an endpoint");
    }
    if (listener.in_flight < 1 || listener.max_connections < 1 ||
        listener.workers <= listener.in_flight) {
        return Error(Code::kInvalidContent,
                     "listener " + listener.name + ": workers must exceed in_flight");
    }
    auto impl = std::make_unique<Impl>(config, std::move(tls), endpoint, witness);
    TRY(impl->engine.start());
    impl->engine.metrics().show_limit("message_bytes",
                                      static_cast<std::int64_t>(config.max_message_bytes));
    return std::unique_ptr<SyslogServer>(new SyslogServer(std::move(impl)));
}

std::uint16_t SyslogServer::port() const { return impl_->engine.port(); }
bool SyslogServer::stop(int deadline_ms) { return impl_->engine.stop(deadline_ms); }

}  // namespace musubi::net
