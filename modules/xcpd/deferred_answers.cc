// The other half of deferred.h: what waits is answered and posted.

#include "codec/hl7v3/actions.h"
#include "codec/soap/packaging.h"
#include "core/module.h"
#include "platform/xml/parse.h"
#include "xcpd/deferred.h"

namespace musubi::xcpd {
namespace {

constexpr int kThreads = 4;

core::OutboxRunnerSettings runner_settings(DeliverySettings const& settings) {
    core::OutboxRunnerSettings out;
    out.topic = kDeferredTopic;
    out.shared_threads = kThreads;
    out.poll = std::chrono::seconds(2);
    // Finding the answer and a connection may each take as long as the receiver.
    out.lease = 3 * settings.timeout + std::chrono::seconds(5);
    out.first_pause = settings.first_pause;
    out.longest_pause = settings.longest_pause;
    out.patience = settings.patience;
    out.refusals = settings.tries;
    return out;
}

/// For our log: a status and our own words, never the receiver's text.
Error failed(int status, std::string const& what) {
    return Error(Code::kPeerUnavailable, what + " (HTTP " + std::to_string(status) + ")");
}

}  // namespace

DeferredAnswers::DeferredAnswers(core::ModuleContext& context, Deps& deps,
                                 DeliverySettings settings)
    : ports_(context.ports),
      pipeline_(context.pipeline),
      clock_(context.clock),
      ids_(context.ids),
      keys_(context.ports.require<vault::KeyRing>()),
      settings_(settings),
      definition_(core::define<Iti55Answer>(deps)),
      runner_(context.pool, context.clock, runner_settings(settings),
              [this](std::string const& reply_to, ByteView sealed) {
                  return deliver(reply_to, sealed);
              }) {}

Status DeferredAnswers::deliver(std::string const& reply_to, ByteView sealed) {
    PendingQuestion const question = TRY(open_question(keys_, reply_to, sealed));
    auto document = TRY(xml::parse(as_bytes(question.message)));
    soap::Incoming incoming{std::move(document), {}, {}, false};
    incoming.envelope.payload = incoming.document.root();
    core::Outbound outbound = pipeline_.run(
        definition_,
        core::Inbound{question.subject, nullptr, question.endpoint, reply_to, "", question.trace,
                      core::WireRef::of(incoming), clock_.monotonic() + settings_.timeout});
    if (outbound.fault) {
        // Who may ask no longer gets no answer; anything else may pass.
        bool const over =
            outbound.fault->code == Code::kDenied || outbound.fault->code == Code::kUnauthenticated;
        return Error(over ? Code::kInvalidContent : outbound.fault->code,
                     "no answer to a deferred question");
    }
    return post(reply_to, std::move(std::any_cast<soap::Outgoing&>(outbound.reply)));
}

Status DeferredAnswers::post(std::string const& reply_to, soap::Outgoing&& answer) {
    soap::RequestHeaders headers;
    headers.action = hl7v3::kDeferredResultActions.request;
    headers.message_id = ids_.uuid().to_urn();
    headers.to = reply_to;
    soap::Packaged packaged =
        TRY(soap::package_request(std::move(answer.body), headers, soap::Packaging::kSimple, ids_));
    core::PeerCall call;
    call.url = reply_to;
    call.headers = {{"Content-Type", std::move(packaged.content_type)}};
    for (auto& segment : packaged.segments)
        call.body.push_back({std::move(segment.text), std::move(segment.content)});
    call.timeout = settings_.timeout;
    core::PeerReply const reply = TRY(ports_.require<core::PeerPort>().post(call));
    auto const message = soap::read_message(as_bytes(reply.body), {});
    if (!message) return failed(reply.status, "the receipt is no SOAP message");
    auto const ack = hl7v3::read_acknowledgement(message->envelope.payload);
    if (!ack) return failed(reply.status, "the receipt is no acknowledgement");
    if (ack->outcome == hl7v3::Acknowledgement::Outcome::kAccepted) return {};
    return Error(Code::kInvalidContent, "the deferred answer was refused");
}

}  // namespace musubi::xcpd
