#include "node/server.h"

#include "node/change_watch.h"
#include "node/lifecycle_records.h"
#include "node/location_check.h"
#include "node/node_config.h"
#include "node/operator_tools.h"
#include "node/preservation/records.h"
#include "node/settings_watch.h"
#include "node/stand_in.h"
#include "platform/base/log.h"
#include "policy/acceptance.h"
#include "policy/module.h"

namespace musubi::node {
namespace {

std::string public_url(core::Config const& config, std::uint16_t port) {
    std::string const& given = config.text("node.public_url");
    return given.empty() ? "https://localhost:" + std::to_string(port) : given;
}

}  // namespace

void RefusalWitness::handshake_refused(Refusal const& refusal) {
    core::PeerConnection peer;
    peer.remote_address = refusal.remote_address;
    peer.local_port = refusal.local_port;
    peer.certificate.subject = refusal.subject;
    peer.certificate.serial_hex = refusal.serial_hex;
    static_cast<void>(pipeline_.record_refusal(nullptr, peer, "tls", "",
                                               Error(Code::kUnauthenticated, refusal.reason)));
}

Server::Server(std::unique_ptr<Composition> composition)
    : composition_(std::move(composition)),
      witness_(composition_->pipeline()),
      certificates_(composition_->config(), composition_->ports().require<core::PolicyPort>(),
                    composition_->pipeline(), system_clock()),
      keys_(composition_->config().text("keys.folder"), *composition_->services().keys),
      maintenance_(*composition_->services().pool,
                   {composition_->ports().require<core::AuditPort>(),
                    composition_->config().text("node.audit_source_id"),
                    composition_->config().text("node.region")},
                   system_clock()) {}

Result<std::unique_ptr<Server>> Server::start(std::unique_ptr<Composition> composition) {
    std::unique_ptr<Server> server(new Server(std::move(composition)));
    TRY(server->composition_->start());
    TRY(server->record_start());
    TRY(server->open_doors());
    server->certificates_.start();
    server->keys_.start();
    server->maintenance_.start();
    return server;
}

Status Server::open_doors() {
    core::Config const& config = composition_->config();
    tls_ = TRY(TlsMaterial::make(config, composition_->tls()));
    Address const https = TRY(parse_address(config.text("listen.https")));

    binding::SoapSettings settings;
    settings.public_url = public_url(config, https.port);
    settings.deadline = std::chrono::milliseconds(config.integer("node.request_deadline"));
    core::PolicyPort& policy = composition_->ports().require<core::PolicyPort>();
    if (config.boolean("soap.validate_schema")) schemas_ = TRY(soap::load_schemas());
    delivery_ = std::make_unique<binding::ReplyDelivery>(
        [this](std::string const& address, core::HttpReply const& reply) {
            return post_reply(address, reply);
        },
        binding::ReplyDelivery::Settings{});
    users_ = std::make_unique<binding::AssertionGate>(policy, system_clock());
    binding::SoapServices const services{composition_->router(),
                                         composition_->pipeline(),
                                         policy,
                                         *composition_->services().spool,
                                         system_ids(),
                                         system_clock(),
                                         delivery_.get(),
                                         schemas_ ? &*schemas_ : nullptr,
                                         users_.get()};
    net::HttpRoutes routes;
    std::set<std::string> paths = composition_->router().soap_paths();
    paths.insert("");  // answers every path that nobody serves
    for (std::string const& path : paths) {
        soap_[path] = std::make_unique<binding::SoapEndpoint>(path, services, settings);
        if (!path.empty()) routes.paths[path] = soap_[path].get();
    }
    routes.fallback = soap_[""].get();
    for (core::Definition const* definition : composition_->router().all()) {
        if (definition->spec().id != "ITI-81") continue;
        audit_events_ = std::make_unique<binding::FhirEndpoint>(
            "/AuditEvent", *definition, composition_->pipeline(), policy, system_clock(),
            system_ids(), binding::FhirSettings{settings.public_url + "/fhir", settings.deadline});
        routes.paths["/fhir/AuditEvent"] = audit_events_.get();
    }
    add_images(routes, settings);

    net::HttpServerConfig http;
    http.listener.address = https.host;
    http.listener.port = https.port;
    http.listener.max_connections = static_cast<int>(config.integer("listen.max_connections"));
    http.listener.workers = static_cast<int>(config.integer("listen.workers"));
    http.listener.in_flight = static_cast<int>(config.integer("listen.in_flight"));
    https_ = TRY(net::HttpServer::start(http, tls_->https(), routes, &witness_));
    log_info("listening", {{"door", "https"}, {"port", std::to_string(https_->port())}});

    if (!config.text("listen.mllp").empty()) {
        Address const mllp = TRY(parse_address(config.text("listen.mllp")));
        binding::Hl7v2Settings hl7v2;
        hl7v2.deadline = settings.deadline;
        hl7v2_ = std::make_unique<binding::Hl7v2Endpoint>(composition_->router(),
                                                          composition_->pipeline(), policy,
                                                          system_clock(), system_ids(), hl7v2);
        net::MllpServerConfig server;
        server.listener.name = "mllp";
        server.listener.address = mllp.host;
        server.listener.port = mllp.port;
        server.listener.in_flight = static_cast<int>(config.integer("listen.mllp_in_flight"));
        server.listener.workers = server.listener.in_flight + 4;
        server.listener.max_connections =
            static_cast<int>(config.integer("listen.mllp_connections"));
        server.listener.idle_timeout_ms = static_cast<int>(config.integer("listen.mllp_idle"));
        server.max_message_bytes = static_cast<std::size_t>(config.integer("listen.mllp_message"));
        mllp_ = TRY(net::MllpServer::start(server, tls_->mllp(), hl7v2_.get(), &witness_));
        log_info("listening", {{"door", "mllp"}, {"port", std::to_string(mllp_->port())}});
    }

    audit_doors_ = TRY(AuditDoors::open(*composition_, tls_->syslog(), &witness_));

    Address const operator_address = TRY(parse_address(config.text("listen.operator")));
    operator_ = std::make_unique<binding::OperatorEndpoint>([this] { return health(); });
    net::HttpServerConfig small = net::PlainHttpServer::small_config(operator_address.port);
    small.listener.address = operator_address.host;
    operator_server_ = TRY(net::PlainHttpServer::start(small, {{}, operator_.get()}));
    log_info("listening",
             {{"door", "operator"}, {"port", std::to_string(operator_server_->port())}});
    return {};
}

void Server::add_images(net::HttpRoutes& routes, binding::SoapSettings const& settings) {
    constexpr char kPath[] = "/xds-i/source";
    core::Definition const* by_path = nullptr;
    core::Definition const* by_query = nullptr;
    for (core::Definition const* definition : composition_->router().all()) {
        if (definition->spec().id == "RAD-107") by_path = definition;
        if (definition->spec().id == "RAD-55") by_query = definition;
    }
    auto const soap = soap_.find(kPath);
    if (!by_path || !by_query || soap == soap_.end()) return;
    images_ = std::make_unique<binding::ImagesEndpoint>(
        binding::ImagesServices{*by_path, *by_query, composition_->pipeline(),
                                composition_->ports().require<core::PolicyPort>(), system_clock(),
                                system_ids(), *soap->second},
        binding::ImagesSettings{settings.public_url, kPath, settings.deadline});
    routes.paths[kPath] = images_.get();
    routes.paths[std::string(kPath) + "/"] = images_.get();
}

Status Server::post_reply(std::string const& address, core::HttpReply const& reply) {
    core::PeerCall call;
    call.url = address;
    call.headers = {{"Content-Type", reply.content_type}};
    call.body = reply.segments;
    core::PeerReply const answer = TRY(composition_->peers().post(call));
    if (answer.status >= 300) {
        return Error(Code::kPeerUnavailable,
                     "reply refused with status " + std::to_string(answer.status));
    }
    return {};
}

std::vector<binding::NamedHealth> Server::health() const {
    std::vector<binding::NamedHealth> all;
    auto const ping = composition_->services().pool->ping();
    if (ping) show_newest_runs(*composition_->services().pool);
    all.push_back(
        {"database",
         {ping ? core::Health::kGood : core::Health::kBad, ping ? "" : "does not answer"}});
    for (auto const& part : composition_->parts()) {
        all.push_back({std::string(part.descriptor->name), part.module->health()});
    }
    all.push_back({"certificates", certificates_.health()});
    if (misplaced_)
        all.push_back(
            {"location",
             {core::Health::kBad, "the agreement does not allow where something stands"}});
    if (composition_->config().boolean("node.read_only"))
        all.push_back({"read-only", stand_in_health(*composition_->services().pool)});
    if (draining_) all.push_back({"node", {core::Health::kBad, "draining"}});
    return all;
}

Status Server::record_start() {
    core::Config const& config = composition_->config();
    vault::KeyRing const& keys = *composition_->services().keys;
    core::Pipeline& pipeline = composition_->pipeline();
    TRY(pipeline.record_event(application_event(name(), true)));
    TRY(pipeline.record_event(audit_recording_event(name(), true)));
    for (auto const& [what, text] : changes_since_last_start(config, keys))
        TRY(pipeline.record_event(change_event(name(), what, text)));
    remember_start(config, keys);
    return {};
}

void Server::record_stop() {
    for (auto const& event :
         {application_event(name(), false), audit_recording_event(name(), false)}) {
        if (auto recorded = composition_->pipeline().record_event(event); !recorded)
            log_error("audit.failed", {{"detail", recorded.error().detail}});
    }
}

std::string const& Server::name() const {
    return composition_->config().text("node.audit_source_id");
}

void Server::reload() {
    std::string kept_old;
    if (auto done = tls_->reload(); !done) {
        log_error("reload.tls", {{"detail", done.error().detail}});
        kept_old += " certificates";
    }
    if (auto done = composition_->services().keys->refresh(); !done) {
        log_error("reload.keys", {{"detail", done.error().detail}});
        kept_old += " keys";
    }
    composition_->forget_connections();
    for (auto& part : composition_->parts()) {
        if (auto done = part.module->reload(); !done) {
            log_error("reload.module", {{"module", std::string(part.descriptor->name)},
                                        {"detail", done.error().detail}});
            kept_old += " " + std::string(part.descriptor->name);
        }
    }
    certificates_.look();
    look_at_location();
    tell_changed_settings(composition_->config());
    auto event = change_event(name(), Changed::kSecurity, "certificates and agreement read again");
    if (!kept_old.empty()) {
        event.outcome = domain::AuditOutcome::kMinorFailure;
        event.outcome_description = "refused, the old state stays in force:" + kept_old;
    }
    if (auto recorded = composition_->pipeline().record_event(std::move(event)); !recorded)
        log_error("audit.failed", {{"detail", recorded.error().detail}});
    log_info("reloaded");
}

void Server::look_at_location() {
    core::Config const& config = composition_->config();
    // The one in force: what somebody only wrote into the file says nothing about places.
    auto const agreement = policy::agreement_in_force(
        policy::agreement_source(config), *composition_->services().pool, system_clock().now());
    if (!agreement) return;  // told of by the module; what was in force stays
    auto const fits = check_location(**agreement, config);
    misplaced_ = !fits;
    if (!fits) log_error("reload.location", {{"detail", fits.error().detail}});
}

void Server::drain() {
    draining_ = true;
    int const timeout_ms = static_cast<int>(composition_->config().integer("node.drain_timeout"));
    log_info("draining", {{"timeout_ms", std::to_string(timeout_ms)}});
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    bool clean = https_->stop(timeout_ms);
    auto const left_ms = [&] {
        auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        return std::max(0, static_cast<int>(left.count()));
    };
    if (mllp_) clean = mllp_->stop(left_ms()) && clean;
    clean = audit_doors_->stop(left_ms()) && clean;
    certificates_.stop();
    keys_.stop();
    maintenance_.stop();
    record_stop();
    composition_->stop(deadline);
    operator_server_->stop(0);
    log_info("stopped", {{"clean", clean ? "yes" : "no"}});
}

}  // namespace musubi::node
