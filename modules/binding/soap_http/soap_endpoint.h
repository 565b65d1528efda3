#pragma once
// The SOAP door of one path (ITI TF-2 Appendix V): admits members, opens envelopes, dispatches on
// wsa:Action, packages answers in the kind of the request (simple SOAP or MTOM), phrases faults,
// serves the WSDL. Thread-safe.

#include "binding/soap_http/request_body.h"
#include "codec/soap/fault.h"
#include "core/pipeline.h"
#include "core/router.h"
#include "platform/base/ids.h"
#include "platform/xml/schema_set.h"

namespace musubi::binding {

class AssertionGate;
class ReplyDelivery;

struct SoapSettings {
    std::string public_url;  ///< https://host:port, without path
    std::chrono::milliseconds deadline{10'000};
    BodyLimits limits;
};

struct SoapServices {
    core::Router const& router;
    core::Pipeline& pipeline;
    core::PolicyPort& policy;
    Spool& spool;
    IdSource& ids;
    Clock const& clock;
    ReplyDelivery* delivery;         ///< null: asynchronous exchange is refused
    xml::SchemaSet const* schemas;   ///< null: messages are not validated against schemas
    AssertionGate* users = nullptr;  ///< one for all paths; null: wsse:Security is not understood
};

class SoapEndpoint final : public core::HttpEndpoint {
public:
    /// `path` is empty for the endpoint that answers unknown paths.
    SoapEndpoint(std::string path, SoapServices services, SoapSettings settings);

    std::optional<core::HttpReply> admit(core::PeerConnection const& peer,
                                         core::HttpRequestHead const& head) override;
    core::HttpReply handle(core::PeerConnection const& peer, core::HttpRequestHead const& head,
                           core::BodyStream& body) override;
    core::HttpReply refuse(int status, Error const& why) override;

private:
    struct Exchange;
    class Pending;

    core::HttpReply describe() const;
    core::HttpReply answer(std::shared_ptr<Exchange> const& exchange);
    core::HttpReply run(std::shared_ptr<Exchange> const& exchange,
                        core::Definition const& definition, core::SoapBinding const& binding);
    core::HttpReply reply_of(Exchange& exchange, core::SoapBinding const& binding,
                             core::Outbound outbound) const;
    void deliver(Exchange const& exchange, core::HttpReply reply) const;
    void deliver_later(std::shared_ptr<Pending> const& pending) const;
    core::HttpReply refused(Exchange& exchange, soap::FaultSpec fault, Error const& why);
    core::HttpReply refused_user(Exchange& exchange, Error const& why);
    core::SoapBinding const* binding_of(core::Definition const& definition,
                                        std::string_view action) const;
    bool may_reply_to(soap::ReplyTarget const& target, domain::Member const& member) const;
    soap::ReplyTarget const& target_of(Exchange const& exchange, bool fault) const;

    std::string const path_;
    SoapServices services_;
    SoapSettings const settings_;
};

}  // namespace musubi::binding
