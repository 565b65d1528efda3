#include "platform/net/mllp_server.h"

#include "platform/net/mllp_session.h"

namespace musubi::net {

ListenerConfig MllpServerConfig::default_listener() {
    ListenerConfig listener;
    listener.name = "mllp";
    listener.workers = 12;
    listener.in_flight = 8;
    listener.max_connections = 4'096;
    listener.max_unauthenticated_per_address = 1'024;
    listener.max_per_member = 1'024;
    return listener;
}

struct MllpServer::Impl {
    MllpService service;
    Engine engine;

    Impl(MllpServerConfig const& config, std::shared_ptr<TlsContext> tls,
         core::MllpEndpoint* endpoint, core::ConnectionWitness* witness)
        : service{config, endpoint, Gate(config.listener.in_flight)},
          engine(config.listener, std::move(tls), witness,
                 [this](Engine& e) { return std::make_unique<MllpSession>(service, e); }) {}
};

MllpServer::MllpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MllpServer::~MllpServer() { stop(0); }

Result<std::unique_ptr<MllpServer>> MllpServer::start(MllpServerConfig config,
                                                      std::shared_ptr<TlsContext> tls,
                                                      core::MllpEndpoint* endpoint,
                                                      core::ConnectionWitness* witness) {
    ListenerConfig const& listener = config.listener;
    if (!tls || endpoint == nullptr) {
        return Error(Code::kInvalidContent, "an MLLP listener needs a TLS context and an endpoint");
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
    return std::unique_ptr<MllpServer>(new MllpServer(std::move(impl)));
}

std::uint16_t MllpServer::port() const { return impl_->engine.port(); }
bool MllpServer::stop(int deadline_ms) { return impl_->engine.stop(deadline_ms); }

}  // namespace musubi::net
