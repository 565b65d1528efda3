#pragma once
// The doors of a running node and their lives: start, reload (SIGHUP), drain (SIGTERM).

#include "binding/http/fhir_endpoint.h"
#include "binding/http/images_endpoint.h"
#include "binding/http/operator_endpoint.h"
#include "binding/mllp/hl7v2_endpoint.h"
#include "binding/soap_http/assertion_gate.h"
#include "binding/soap_http/reply_delivery.h"
#include "binding/soap_http/soap_endpoint.h"
#include "node/audit_doors.h"
#include "node/certificate_watch.h"
#include "node/composition.h"
#include "node/key_watch.h"
#include "node/maintenance/watch.h"
#include "platform/net/http_server.h"
#include "platform/net/mllp_server.h"

namespace musubi::node {

/// Writes down connections that never became requests (ITI TF-2 3.19: node authentication failure).
class RefusalWitness final : public core::ConnectionWitness {
public:
    explicit RefusalWitness(core::Pipeline& pipeline) : pipeline_(pipeline) {}
    void handshake_refused(Refusal const& refusal) override;

private:
    core::Pipeline& pipeline_;
};

class Server {
public:
    static Result<std::unique_ptr<Server>> start(std::unique_ptr<Composition> composition);
    /// Certificates and agreement are read again; what is broken keeps its old state and is logged.
    void reload();
    void drain();

private:
    explicit Server(std::unique_ptr<Composition> composition);
    Status open_doors();
    /// Images by GET, where the module is there, at the path of its SOAP.
    void add_images(net::HttpRoutes& routes, binding::SoapSettings const& settings);
    std::vector<binding::NamedHealth> health() const;
    /// Another agreement, or another day, may allow less.
    void look_at_location();
    Status post_reply(std::string const& address, core::HttpReply const& reply);
    Status record_start();
    void record_stop();
    std::string const& name() const;  ///< of this node in the audit trail

    std::unique_ptr<Composition> composition_;
    RefusalWitness witness_;
    std::optional<TlsMaterial> tls_;
    CertificateWatch certificates_;
    KeyWatch keys_;
    MaintenanceWatch maintenance_;
    std::optional<xml::SchemaSet> schemas_;
    std::unique_ptr<binding::AssertionGate> users_;
    std::map<std::string, std::unique_ptr<binding::SoapEndpoint>> soap_;
    std::unique_ptr<binding::FhirEndpoint> audit_events_;
    std::unique_ptr<binding::ImagesEndpoint> images_;
    /// Its threads may still answer for the endpoints above.
    std::unique_ptr<binding::ReplyDelivery> delivery_;
    std::unique_ptr<binding::Hl7v2Endpoint> hl7v2_;
    std::unique_ptr<binding::OperatorEndpoint> operator_;
    std::unique_ptr<net::HttpServer> https_;
    std::unique_ptr<net::MllpServer> mllp_;
    std::unique_ptr<AuditDoors> audit_doors_;
    std::unique_ptr<net::PlainHttpServer> operator_server_;
    std::atomic<bool> draining_{false};
    std::atomic<bool> misplaced_{false};
};

}  // namespace musubi::node
