#include "binding/soap_http/soap_endpoint.h"

#include "binding/soap_http/packaging.h"
#include "binding/soap_http/reply_delivery.h"
#include "binding/soap_http/wsdl_of.h"
#include "codec/soap/errors.h"
#include "platform/base/log.h"

#include <algorithm>

namespace musubi::binding {
namespace {

core::HttpReply plain(int status, std::string text) {
    core::HttpReply reply;
    reply.status = status;
    reply.content_type = "text/plain; charset=UTF-8";
    reply.segments.push_back({std::move(text), nullptr});
    return reply;
}

core::HttpReply fault_reply(soap::FaultSpec const& fault) {
    core::HttpReply reply;
    reply.status = soap::http_status(fault);
    reply.content_type = soap::content_type(fault);
    reply.segments.push_back({soap::write_fault(fault), nullptr});
    return reply;
}

/// Statuses that say more than the 400 and 500 of the SOAP binding.
int status_of(Error const& error) {
    if (error.code == Code::kDenied) return 403;
    if (error.code == Code::kBusy) return 503;
    return 0;
}

}  // namespace

/// One request on its way through this endpoint.
struct SoapEndpoint::Exchange {
    core::PeerConnection const& peer;
    std::string trace;
    domain::Subject subject;
    std::optional<soap::Incoming> incoming;  ///< none: the message could not be opened
    std::vector<Issue> payload_issues;
};

SoapEndpoint::SoapEndpoint(std::string path, SoapServices services, SoapSettings settings)
    : path_(std::move(path)), services_(services), settings_(std::move(settings)) {}

std::optional<core::HttpReply> SoapEndpoint::admit(core::PeerConnection const& peer, core::HttpRequestHead const& head) {
    auto const member = services_.policy.member_of(peer.certificate);
    if (!member) {
        std::string const trace = services_.ids.uuid().to_string();
        LogTrace const log_trace(trace);
        static_cast<void>(services_.pipeline.record_refusal(nullptr, peer, settings_.public_url + head.path, trace,
                                                            member.error()));
        soap::FaultSpec fault = soap::fault_for(member.error(), trace);
        fault.status = member.error().code == Code::kDenied ? 403 : 503;
        return fault_reply(fault);
    }
    if (path_.empty()) return plain(404, "no such path\n");
    if (head.method == "POST" || (head.method == "GET" && head.query == "wsdl")) return std::nullopt;
    core::HttpReply reply = plain(405, "POST a SOAP message, or GET ?wsdl\n");
    reply.headers.push_back({"Allow", "POST, GET"});
    return reply;
}

core::HttpReply SoapEndpoint::handle(core::PeerConnection const& peer, core::HttpRequestHead const& head,
                                     core::BodyStream& body) {
    if (head.method == "GET") return describe();
    Exchange exchange{peer, services_.ids.uuid().to_string(), {}, std::nullopt, {}};
    LogTrace const log_trace(exchange.trace);
    auto member = services_.policy.member_of(peer.certificate);
    if (!member) return refused(exchange, soap::fault_for(member.error(), exchange.trace), member.error());
    exchange.subject.role = member->default_role;
    exchange.subject.member = std::move(*member);
    exchange.subject.certificate_subject = peer.certificate.subject;
    exchange.subject.remote_address = peer.remote_address;

    auto request = read_request_body(head, body, services_.spool, exchange.subject.member.institution_oid,
                                     settings_.limits);
    if (!request) {
        soap::FaultSpec fault = soap::fault_for(request.error(), exchange.trace);
        if (request.error().code == Code::kUnsupported) fault.status = 415;
        if (request.error().code == Code::kTooLarge) fault.status = 413;
        core::HttpReply reply = refused(exchange, std::move(fault), request.error());
        reply.close = true;  // what is left of the body is not worth reading
        return reply;
    }
    soap::ReadOptions options;
    options.schemas = services_.schemas;
    options.max_bytes = settings_.limits.envelope_bytes;
    auto message = soap::read_message(request->envelope, options);
    if (!message) return refused(exchange, soap::fault_for(message.error(), exchange.trace), message.error());
    exchange.payload_issues = std::move(message->payload_issues);
    exchange.incoming.emplace(soap::Incoming{std::move(message->document), std::move(message->envelope),
                                             std::move(request->attachments), request->mtom});
    return answer(exchange);
}

core::HttpReply SoapEndpoint::answer(Exchange& exchange) {
    soap::Envelope const& envelope = exchange.incoming->envelope;
    std::vector<soap::QName> not_understood = envelope.not_understood;
    if (envelope.security_must_understand) {
        not_understood.push_back({std::string(envelope.security.namespace_uri()), "Security"});
    }
    if (!not_understood.empty()) {
        return refused(exchange, soap::must_understand_fault(std::move(not_understood), exchange.trace),
                       Error(Code::kUnsupported, "mandatory header not understood"));
    }
    core::Definition const* definition = services_.router.find_soap(path_, envelope.action);
    core::SoapBinding const* binding = definition ? binding_of(*definition, envelope.action) : nullptr;
    if (!binding) {
        Error const error = soap::unknown_action_error(envelope.action);
        return refused(exchange, soap::fault_for(error, exchange.trace), error);
    }
    if (!may_reply_to(envelope.reply_to, exchange.subject.member)) {
        soap::FaultSpec fault = soap::fault_for(Error(Code::kInvalidMessage, ""), exchange.trace);
        fault.reason = "the ReplyTo address is not registered for this partner";
        fault.subcodes = {{std::string(soap::kWsa), "InvalidAddressingHeader"}};
        fault.problem_header = "ReplyTo";
        return refused(exchange, std::move(fault), Error(Code::kDenied, "ReplyTo address is not registered"));
    }
    return run(exchange, *definition, *binding);
}

core::HttpReply SoapEndpoint::run(Exchange& exchange, core::Definition const& definition,
                                  core::SoapBinding const& binding) {
    soap::Envelope const& envelope = exchange.incoming->envelope;
    bool const asynchronous = envelope.reply_to.kind != soap::ReplyKind::kBackChannel;
    core::Inbound inbound{exchange.subject,
                          &exchange.peer,
                          settings_.public_url + path_,
                          asynchronous ? envelope.reply_to.address : "",
                          envelope.message_id,
                          exchange.trace,
                          core::WireRef::of(*exchange.incoming),
                          services_.clock.monotonic() + settings_.deadline,
                          std::move(exchange.payload_issues)};
    core::Outbound outbound = services_.pipeline.run(definition, inbound);

    soap::ReplyHeaders headers;
    headers.action = binding.response_action;
    headers.relates_to = envelope.message_id;
    headers.message_id = services_.ids.uuid().to_urn();
    core::HttpReply reply;
    if (outbound.fault) {
        soap::FaultSpec fault = soap::fault_for(*outbound.fault, exchange.trace);
        fault.relates_to = envelope.message_id;
        fault.status = status_of(*outbound.fault);
        reply = fault_reply(fault);
    } else {
        if (asynchronous) headers.to = envelope.reply_to.address;
        auto packaged = package(std::move(std::any_cast<soap::Outgoing&>(outbound.reply)), headers,
                                exchange.incoming->mtom ? Packaging::kMtom : Packaging::kSimple, services_.ids);
        // The record says what was decided and found; that the answer could not be built is ours to log.
        if (!packaged) {
            log_error("reply.failed", {{"detail", packaged.error().detail}});
            return fault_reply(soap::fault_for(packaged.error(), exchange.trace));
        }
        reply = std::move(*packaged);
    }
    if (!asynchronous) return reply;
    if (envelope.reply_to.kind == soap::ReplyKind::kAddress) {
        services_.delivery->deliver(envelope.reply_to.address, std::move(reply));
    }
    core::HttpReply accepted;
    accepted.status = 202;  // the answer travels on its own connection (WS-Addressing 1.0 SOAP Binding 5.1.2)
    return accepted;
}

core::SoapBinding const* SoapEndpoint::binding_of(core::Definition const& definition, std::string_view action) const {
    for (core::SoapBinding const& binding : definition.spec().soap) {
        if (binding.path == path_ && binding.action == action) return &binding;
    }
    return nullptr;
}

bool SoapEndpoint::may_reply_to(soap::ReplyTarget const& target, domain::Member const& member) const {
    if (target.kind != soap::ReplyKind::kAddress) return true;
    // The address comes from the peer: only what the agreement lists, so that nobody can make us call a stranger.
    auto const& allowed = member.reply_addresses;
    return services_.delivery && std::find(allowed.begin(), allowed.end(), target.address) != allowed.end();
}

core::HttpReply SoapEndpoint::describe() const {
    core::HttpReply reply;
    reply.content_type = "text/xml; charset=UTF-8";
    reply.segments.push_back({wsdl_of(services_.router, path_, settings_.public_url + path_), nullptr});
    return reply;
}

core::HttpReply SoapEndpoint::refused(Exchange& exchange, soap::FaultSpec fault, Error const& why) {
    domain::Subject const* subject = exchange.subject.member.code.empty() ? nullptr : &exchange.subject;
    static_cast<void>(services_.pipeline.record_refusal(subject, exchange.peer, settings_.public_url + path_,
                                                        exchange.trace, why));
    if (exchange.incoming) fault.relates_to = exchange.incoming->envelope.message_id;
    return fault_reply(fault);
}

core::HttpReply SoapEndpoint::refuse(int status, Error const& why) {
    soap::FaultSpec fault = soap::fault_for(why, services_.ids.uuid().to_string());
    fault.status = status;
    core::HttpReply reply = fault_reply(fault);
    if (status == 503) reply.headers.push_back({"Retry-After", "2"});
    return reply;
}

}  // namespace musubi::binding
