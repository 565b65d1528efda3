#include "node/composition.h"

#include "core/read_only.h"
#include "platform/base/clock.h"
#include "platform/base/log.h"

namespace musubi::node {

Result<std::unique_ptr<Composition>> Composition::create(std::unique_ptr<PlatformServices> services,
                                                         core::AuditPort* audit) {
    std::unique_ptr<Composition> composition(new Composition);
    composition->services_ = std::move(services);
    TRY(composition->build(audit));
    return composition;
}

Composition::~Composition() {
    // Who still waits for neighbours is told while there is a trail to record it.
    if (fan_out_) fan_out_->stop();
    // Users before what they use.
    while (!parts_.empty()) parts_.pop_back();
}

Status Composition::build(core::AuditPort* audit) {
    static core::ReadOnlyNode read_only;
    if (config().boolean("node.read_only")) ports_.provide(read_only);
    ports_.provide(*services_->keys);
    ports_.provide(*services_->blobs);
    ports_.provide(services_->affinity_domain);
    core::PipelineSettings settings;
    settings.audit_source_id = config().text("node.audit_source_id");
    settings.enterprise_site_id = config().text("node.region");
    pipeline_ =
        std::make_unique<core::Pipeline>(ports_, *services_->pool, system_clock(), settings);
    client_pipeline_ =
        std::make_unique<core::ClientPipeline>(ports_, system_clock(), std::move(settings));
    tls_ = TRY(tls_config(config(), TRY(revocation_of(config()))));
    bool const names = config().boolean("tls.check_server_name");
    peers_ = std::make_unique<PeerCalls>(tls_, names);
    ports_.provide(*client_pipeline_);
    ports_.provide<core::PeerPort>(*peers_);
    fan_out_ = std::make_unique<FanOutCalls>(tls_, names);
    ports_.provide<core::FanOutPort>(*fan_out_);
    fetches_ = std::make_unique<FetchCalls>(tls_, names);
    ports_.provide<core::FetchPort>(*fetches_);
    dimse_ = std::make_unique<DimseCalls>(tls_, names);
    ports_.provide<core::DimsePort>(*dimse_);
    mllp_peers_ = std::make_unique<MllpPeerCalls>(tls_, names);
    ports_.provide<core::MllpPeerPort>(*mllp_peers_);
    syslog_peers_ = std::make_unique<SyslogPeerCalls>(tls_, names);
    ports_.provide<core::SyslogPeerPort>(*syslog_peers_);
    ports_.provide<core::TimeProbePort>(time_probe_);
    ports_.provide<core::TimeStampPort>(time_stamps_);
    core::ModuleContext context{config(),   ports_,         *services_->pool,
                                *pipeline_, system_clock(), system_ids()};
    if (audit) ports_.provide(*audit);
    for (core::ModuleDescriptor const* descriptor : TRY(in_order(TRY(enabled_modules(config()))))) {
        if (audit && descriptor->name == "atna") continue;
        auto module = descriptor->create(context);
        if (!module) {
            module.error().detail = std::string(descriptor->name) + ": " + module.error().detail;
            return std::move(module).error();
        }
        for (core::Definition const& definition : (*module)->transactions())
            TRY(router_.add(definition));
        parts_.push_back({descriptor, std::move(*module)});
    }
    return {};
}

Status Composition::start() {
    for (Part& part : parts_) TRY(part.module->start());
    return {};
}

void Composition::stop(std::chrono::steady_clock::time_point deadline) {
    for (auto part = parts_.rbegin(); part != parts_.rend(); ++part) part->module->stop(deadline);
}

}  // namespace musubi::node
