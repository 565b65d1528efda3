#pragma once
// The node put together: modules created in order, transactions in the router, everything behind
// one pipeline. Used by `serve`, and by operator commands that need a module's functions (consent,
// audit, patient).

#include "core/client_pipeline.h"
#include "core/module.h"
#include "core/pipeline.h"
#include "core/router.h"
#include "node/dimse_calls.h"
#include "node/fan_out_calls.h"
#include "node/fetch_calls.h"
#include "node/linked_modules.h"
#include "node/mllp_peer_calls.h"
#include "node/peer_calls.h"
#include "node/platform_services.h"
#include "node/syslog_peer_calls.h"
#include "node/time_probe.h"
#include "node/time_stamp_calls.h"
#include "node/tls_material.h"

namespace musubi::node {

class Composition {
public:
    /// `audit`: of an operator's command beside a running node, whose journal nobody else may open;
    /// the module of the audit trail is left out then. Such a composition is never started.
    static Result<std::unique_ptr<Composition>> create(std::unique_ptr<PlatformServices> services,
                                                       core::AuditPort* audit = nullptr);
    ~Composition();

    struct Part {
        core::ModuleDescriptor const* descriptor;
        std::unique_ptr<core::Module> module;
    };

    PlatformServices& services() { return *services_; }
    core::Config const& config() const { return services_->config; }
    core::Ports& ports() { return ports_; }
    core::Router const& router() const { return router_; }
    core::Pipeline& pipeline() { return *pipeline_; }
    core::PeerPort& peers() { return *peers_; }
    net::TlsConfig const& tls() const { return tls_; }
    /// Certificates were exchanged: calls to others open new connections.
    void forget_connections() {
        peers_->forget_connections();
        fan_out_->forget_connections();
        mllp_peers_->forget_connections();
        fetches_->forget_connections();
        dimse_->forget_connections();
    }
    std::vector<Part>& parts() { return parts_; }

    Status start();  ///< jobs of the modules
    void stop(std::chrono::steady_clock::time_point deadline);

private:
    Composition() = default;
    Status build(core::AuditPort* audit);

    std::unique_ptr<PlatformServices> services_;
    net::TlsConfig tls_;
    core::Ports ports_;
    core::Router router_;
    std::unique_ptr<core::Pipeline> pipeline_;
    std::unique_ptr<PeerCalls> peers_;
    std::unique_ptr<MllpPeerCalls> mllp_peers_;
    std::unique_ptr<SyslogPeerCalls> syslog_peers_;
    TimeProbe time_probe_;
    TimeStampCalls time_stamps_;
    std::unique_ptr<core::ClientPipeline> client_pipeline_;
    std::unique_ptr<FanOutCalls> fan_out_;
    std::unique_ptr<FetchCalls> fetches_;
    std::unique_ptr<DimseCalls> dimse_;
    std::vector<Part> parts_;
};

}  // namespace musubi::node
