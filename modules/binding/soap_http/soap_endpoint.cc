#include "binding/soap_http/soap_endpoint.h"

#include "binding/soap_http/assertion_gate.h"
#include "binding/soap_http/packaging.h"
#include "binding/soap_http/reply_delivery.h"
#include "binding/soap_http/wsdl_of.h"
#include "codec/saml/faults.h"
#include "codec/soap/errors.h"
#include "core/admission.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "platform/base/text.h"

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
    if (reply.status == 503) reply.headers.push_back({"Retry-After", "2"});
    reply.content_type = soap::content_type(fault);
    reply.segments.push_back({soap::write_fault(fault), nullptr});
    return reply;
}

bool asks_for_wsdl(core::HttpRequestHead const& head) {
    return head.method == "GET" && equals_ignore_case(head.query, "wsdl");
}

domain::Subject subject_of(domain::Member member, core::PeerConnection const& peer) {
    return domain::subject_of(std::move(member), peer.certificate.subject, peer.remote_address);
}

/// The terms of the connection about users, which the pipeline holds at every door.
bool is_about_the_user(Error const& error) {
    return error.reason == core::kReasonAssertionMissing || error.reason == core::kReasonWeakLogin;
}

soap::FaultSpec addressing_fault(std::string header, std::string reason, std::string const& trace) {
    soap::FaultSpec fault = soap::fault_for(Error(Code::kInvalidMessage, ""), trace);
    fault.reason = std::move(reason);
    fault.subcodes = {{std::string(soap::kWsa), "InvalidAddressingHeader"}};
    fault.problem_header = std::move(header);
    return fault;
}

}  // namespace

/// One request on its way through this endpoint.
struct SoapEndpoint::Exchange {
    core::PeerConnection const peer;  ///< a copy: an asynchronous exchange outlives its connection
    std::string trace;
    domain::Subject subject;
    std::string message_id;                  ///< as soon as it could be read
    std::optional<soap::Incoming> incoming;  ///< none: the message could not be opened
    std::vector<Issue> payload_issues;
    ByteView envelope = {};  ///< as received; only until the user is identified
    std::optional<core::Inbound> inbound = {};
    std::shared_ptr<void> place = {};  ///< of an asynchronous answer in the delivery

    bool asynchronous() const {
        return incoming && incoming->envelope.reply_to.kind != soap::ReplyKind::kBackChannel;
    }
};

/// An exchange whose transaction waits for neighbours.
class SoapEndpoint::Pending final : public core::AwaitedReply,
                                    public std::enable_shared_from_this<Pending> {
public:
    Pending(SoapEndpoint const& endpoint, std::shared_ptr<Exchange> exchange,
            core::SoapBinding const& binding, std::unique_ptr<core::ParkedRun> parked)
        : endpoint_(endpoint),
          exchange_(std::move(exchange)),
          binding_(binding),
          parked_(std::move(parked)) {}

    void when_ready(std::function<void()> ready) override {
        parked_->errand().when_done(std::move(ready));
    }
    core::HttpReply take() override {
        auto outbound = parked_->go_on();
        if (outbound) return endpoint_.reply_of(*exchange_, binding_, std::move(*outbound));
        core::HttpReply later;
        later.awaited = shared_from_this();
        return later;
    }
    Exchange const& exchange() const { return *exchange_; }

private:
    SoapEndpoint const& endpoint_;
    std::shared_ptr<Exchange> const exchange_;  ///< before the run, which points into it
    core::SoapBinding const& binding_;
    std::unique_ptr<core::ParkedRun> const parked_;
};

SoapEndpoint::SoapEndpoint(std::string path, SoapServices services, SoapSettings settings)
    : path_(std::move(path)), services_(services), settings_(std::move(settings)) {}

std::optional<core::HttpReply> SoapEndpoint::admit(core::PeerConnection const& peer,
                                                   core::HttpRequestHead const& head) {
    std::string const trace = services_.ids.uuid().to_string();
    LogTrace const log_trace(trace);
    auto member = services_.policy.member_of(peer.certificate);
    if (!member) {
        static_cast<void>(services_.pipeline.record_refusal(
            nullptr, peer, settings_.public_url + path_, trace, member.error()));
        soap::FaultSpec fault = soap::fault_for(member.error(), trace);
        fault.status = member.error().code == Code::kDenied ? 403 : 503;
        return fault_reply(fault);
    }
    if (!path_.empty() && (head.method == "POST" || asks_for_wsdl(head))) return std::nullopt;
    domain::Subject const subject = subject_of(std::move(*member), peer);
    Error const why(Code::kUnsupported, path_.empty() ? "no such path" : "no such method here");
    // The path is the peer's text: only one of ours stands in the record.
    static_cast<void>(services_.pipeline.record_refusal(&subject, peer,
                                                        settings_.public_url + path_, trace, why));
    if (path_.empty()) return plain(404, "no such path\n");
    core::HttpReply reply = plain(405, "POST a SOAP message, or GET ?wsdl\n");
    reply.headers.push_back({"Allow", "POST, GET"});
    return reply;
}

core::HttpReply SoapEndpoint::handle(core::PeerConnection const& peer,
                                     core::HttpRequestHead const& head, core::BodyStream& body) {
    if (head.method == "GET") return describe();
    auto const shared = std::make_shared<Exchange>(
        Exchange{peer, services_.ids.uuid().to_string(), {}, {}, std::nullopt, {}});
    Exchange& exchange = *shared;
    LogTrace const log_trace(exchange.trace);
    auto member = services_.policy.member_of(peer.certificate);
    if (!member)
        return refused(exchange, soap::fault_for(member.error(), exchange.trace), member.error());
    exchange.subject = subject_of(std::move(*member), peer);

    auto request = read_request_body(head, body, services_.spool,
                                     exchange.subject.member.institution_oid, settings_.limits);
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
    auto message = soap::read_message(request->envelope, options, &exchange.message_id);
    if (!message)
        return refused(exchange, soap::fault_for(message.error(), exchange.trace), message.error());
    exchange.payload_issues = std::move(message->payload_issues);
    exchange.envelope = request->envelope;
    exchange.incoming.emplace(soap::Incoming{std::move(message->document),
                                             std::move(message->envelope),
                                             std::move(request->attachments), request->mtom});
    return answer(shared);
}

core::HttpReply SoapEndpoint::answer(std::shared_ptr<Exchange> const& shared) {
    Exchange& exchange = *shared;
    soap::Envelope const& envelope = exchange.incoming->envelope;
    std::vector<soap::QName> not_understood = envelope.not_understood;
    core::Definition const* definition = services_.router.find_soap(path_, envelope.action);
    core::SoapBinding const* binding =
        definition ? binding_of(*definition, envelope.action) : nullptr;
    if (binding) {
        std::erase_if(not_understood, [&](soap::QName const& name) {
            return binding->leave == "{" + name.namespace_uri + "}" + name.local_name;
        });
    }
    std::string_view const transaction =
        definition ? std::string_view(definition->spec().id) : std::string_view();
    domain::Member const sender = exchange.subject.member;
    bool const users = services_.users && services_.users->understands(sender, transaction);
    if (envelope.security_must_understand && !users) {
        not_understood.push_back({std::string(envelope.security.namespace_uri()), "Security"});
    }
    if (!not_understood.empty()) {
        return refused(exchange,
                       soap::must_understand_fault(std::move(not_understood), exchange.trace),
                       Error(Code::kUnsupported, "mandatory header not understood"));
    }
    if (users) {
        auto subject = services_.users->identify(
            exchange.subject, exchange.peer,
            {exchange.envelope, *exchange.incoming, settings_.public_url + path_, transaction});
        if (!subject) return refused_user(exchange, subject.error());
        exchange.subject = std::move(*subject);
    }
    if (!binding) {
        Error const error = soap::unknown_action_error(envelope.action);
        return refused(exchange, soap::fault_for(error, exchange.trace), error);
    }
    if (!may_reply_to(envelope.reply_to, sender)) {
        return refused(
            exchange,
            addressing_fault("ReplyTo", "The ReplyTo address is not registered for this partner.",
                             exchange.trace),
            Error(Code::kDenied, "ReplyTo address is not registered"));
    }
    if (envelope.reply_to.kind == soap::ReplyKind::kAddress && envelope.message_id.empty()) {
        // Nobody could tell which request the answer belongs to.
        soap::FaultSpec fault = addressing_fault(
            "MessageID", "An asynchronous request needs a MessageID.", exchange.trace);
        fault.subcodes.front().local_name = "MessageAddressingHeaderRequired";
        return refused(exchange, std::move(fault),
                       Error(Code::kInvalidMessage, "MessageID is missing"));
    }
    return run(shared, *definition, *binding);
}

core::HttpReply SoapEndpoint::run(std::shared_ptr<Exchange> const& shared,
                                  core::Definition const& definition,
                                  core::SoapBinding const& binding) {
    Exchange& exchange = *shared;
    soap::Envelope const& envelope = exchange.incoming->envelope;
    bool const asynchronous = exchange.asynchronous();
    if (envelope.reply_to.kind == soap::ReplyKind::kAddress &&
        !(exchange.place = services_.delivery->promise())) {
        Error const busy(Code::kBusy, "too many asynchronous answers wait");
        return refused(exchange, soap::fault_for(busy, exchange.trace), busy);
    }
    exchange.inbound.emplace(core::Inbound{
        exchange.subject, &exchange.peer, settings_.public_url + path_,
        asynchronous ? envelope.reply_to.address : "", envelope.message_id, exchange.trace,
        core::WireRef::of(*exchange.incoming), services_.clock.monotonic() + settings_.deadline,
        std::move(exchange.payload_issues)});
    core::Started started = services_.pipeline.start(definition, *exchange.inbound);
    if (started.outbound && started.outbound->fault &&
        is_about_the_user(*started.outbound->fault)) {
        Error why = std::move(*started.outbound->fault);
        if (why.reason == core::kReasonAssertionMissing) why.reason = saml::kInvalidSecurity;
        return refused_user(exchange, why);
    }
    core::HttpReply reply;
    if (started.parked) {
        auto const pending =
            std::make_shared<Pending>(*this, shared, binding, std::move(started.parked));
        if (asynchronous) {
            deliver_later(pending);
        } else {
            reply.awaited = pending;
        }
    } else {
        reply = reply_of(exchange, binding, std::move(*started.outbound));
    }
    if (!asynchronous) return reply;
    if (!started.parked && started.outbound) deliver(exchange, std::move(reply));
    core::HttpReply accepted;
    accepted.status =
        202;  // the answer travels on its own connection (WS-Addressing 1.0 SOAP Binding 5.1.2)
    return accepted;
}

/// The connection is answered already; what waits goes on with a thread of the delivery.
void SoapEndpoint::deliver_later(std::shared_ptr<Pending> const& pending) const {
    if (!services_.delivery) return;
    auto const take_job = services_.delivery->job_taker();
    pending->when_ready([this, pending, take_job] {
        take_job([this, pending] {
            core::HttpReply reply = pending->take();
            if (reply.awaited) {
                deliver_later(pending);
            } else {
                deliver(pending->exchange(), std::move(reply));
            }
        });
    });
}

void SoapEndpoint::deliver(Exchange const& exchange, core::HttpReply reply) const {
    soap::ReplyTarget const& target = target_of(exchange, reply.status >= 400);
    if (target.kind == soap::ReplyKind::kAddress)
        services_.delivery->deliver(target.address, std::move(reply));
}

/// A fault goes where the message wants faults (WS-Addressing 1.0 Core 3.4), if that is registered.
soap::ReplyTarget const& SoapEndpoint::target_of(Exchange const& exchange, bool fault) const {
    soap::Envelope const& envelope = exchange.incoming->envelope;
    auto const& wanted = envelope.fault_to;
    bool const elsewhere = fault && wanted && wanted->kind == soap::ReplyKind::kAddress &&
                           may_reply_to(*wanted, exchange.subject.member);
    return elsewhere ? *wanted : envelope.reply_to;
}

core::HttpReply SoapEndpoint::reply_of(Exchange& exchange, core::SoapBinding const& binding,
                                       core::Outbound outbound) const {
    soap::Envelope const& envelope = exchange.incoming->envelope;
    soap::ReplyHeaders headers;
    headers.action = binding.response_action;
    headers.relates_to = envelope.message_id;
    headers.message_id = services_.ids.uuid().to_urn();
    if (exchange.asynchronous()) headers.to = envelope.reply_to.address;
    auto const failed = [&](Error const& error) {
        soap::FaultSpec fault = soap::fault_for(error, exchange.trace);
        fault.relates_to = envelope.message_id;
        if (exchange.asynchronous()) fault.to = target_of(exchange, true).address;
        return fault_reply(fault);
    };
    core::HttpReply reply;
    if (outbound.fault) {
        reply = failed(*outbound.fault);
    } else if (auto& outgoing = std::any_cast<soap::Outgoing&>(outbound.reply); outgoing.taken) {
        reply.status = 202;
    } else {
        headers.more = std::move(outgoing.headers);
        auto packaged =
            package(std::move(outgoing), headers,
                    exchange.incoming->mtom ? Packaging::kMtom : Packaging::kSimple, services_.ids);
        // The record says what was decided and found; that the answer could not be built is ours to
        // log.
        if (!packaged) log_error("reply.failed", {{"detail", packaged.error().detail}});
        reply = packaged ? std::move(*packaged) : failed(packaged.error());
    }
    return reply;
}

core::SoapBinding const* SoapEndpoint::binding_of(core::Definition const& definition,
                                                  std::string_view action) const {
    for (core::SoapBinding const& binding : definition.spec().soap) {
        if (binding.path == path_ && binding.action == action) return &binding;
    }
    return nullptr;
}

bool SoapEndpoint::may_reply_to(soap::ReplyTarget const& target,
                                domain::Member const& member) const {
    if (target.kind != soap::ReplyKind::kAddress) return true;
    // The address comes from the peer: only what the agreement lists, so that nobody can make us
    // call a stranger.
    auto const& allowed = member.reply_addresses;
    return services_.delivery &&
           std::find(allowed.begin(), allowed.end(), target.address) != allowed.end();
}

core::HttpReply SoapEndpoint::describe() const {
    core::HttpReply reply;
    reply.content_type = "text/xml; charset=UTF-8";
    reply.segments.push_back(
        {wsdl_of(services_.router, path_, settings_.public_url + path_), nullptr});
    return reply;
}

core::HttpReply SoapEndpoint::refused(Exchange& exchange, soap::FaultSpec fault, Error const& why) {
    domain::Subject const* subject =
        exchange.subject.member.code.empty() ? nullptr : &exchange.subject;
    static_cast<void>(services_.pipeline.record_refusal(
        subject, exchange.peer, settings_.public_url + path_, exchange.trace, why));
    fault.relates_to = exchange.message_id;
    return fault_reply(fault);
}

/// The code of WS-Security tells which stage refused, and nothing of what was compared with what.
core::HttpReply SoapEndpoint::refused_user(Exchange& exchange, Error const& why) {
    std::string const name(why.code == Code::kUnauthenticated ? saml::fault_name(why.reason)
                                                              : to_string(why.code));
    counter("musubi_assertions_refused_total", "fault=\"" + name + "\"").add();
    log_warning("assertion.refused", {{"fault", name},
                                      {"detail", why.detail},
                                      {"member", exchange.subject.member.code},
                                      {"peer", exchange.peer.remote_address}});
    for (auto& event : refusal_events({exchange.subject, exchange.peer, *exchange.incoming,
                                       settings_.public_url + path_, exchange.trace},
                                      why)) {
        static_cast<void>(services_.pipeline.record_event(std::move(event)));
    }
    soap::FaultSpec fault = soap::fault_for(why, exchange.trace);
    if (why.code == Code::kUnauthenticated) {
        fault.subcodes = {{std::string(soap::kWsse), name}};
        fault.reason = "The security token of the message was not accepted.";
    }
    fault.relates_to = exchange.message_id;
    return fault_reply(fault);
}

core::HttpReply SoapEndpoint::refuse(int status, Error const& why) {
    soap::FaultSpec fault = soap::fault_for(why, services_.ids.uuid().to_string());
    fault.status = status;
    return fault_reply(fault);
}

}  // namespace musubi::binding
