#include "xcpd/deferred.h"

#include "codec/hl7v3/actions.h"
#include "codec/hl7v3/names.h"
#include "domain/reason.h"
#include "platform/base/fault.h"
#include "platform/xml/subtree.h"

#include <algorithm>

namespace musubi::xcpd {
namespace {

constexpr std::size_t kLongestQuestion = 256U << 10;  ///< octets; it is kept until it is answered

Error refusal(Reason reason, std::string text, std::string location) {
    return Error(Code::kInvalidContent,
                 {{Severity::kError, reason, std::move(text), std::move(location)}});
}

/// Nothing when the answer may go where the question says.
std::optional<Error> misuse(DiscoveryRequest const& request, domain::Member const& member) {
    if (request.problem) return request.problem;
    if (!request.query.deferred) {
        return refusal(
            hl7v3::kReasonProcessingMode, "the question does not ask for a deferred answer",
            "/PRPA_IN201305UV02/controlActProcess/queryByParameter/responsePriorityCode");
    }
    std::string const& address = request.query.respond_to;
    std::string const place = "/PRPA_IN201305UV02/respondTo/telecom";
    if (address.empty())
        return refusal(Reason::kRequiredFieldMissing, "an address to respond to", place);
    auto const& known = member.reply_addresses;
    bool const registered = std::find(known.begin(), known.end(), address) != known.end();
    if (!registered || !address.starts_with("https://")) {
        return refusal(hl7v3::kReasonUnknownDestination,
                       "the address to respond to is not registered for this partner", place);
    }
    return std::nullopt;
}

soap::Outgoing acknowledgement(DeferredDeps& deps, hl7v3::Header const& header,
                               Error const* error) {
    soap::Outgoing out;
    out.body.push_back(
        {hl7v3::write_acknowledgement(header, seal_of(deps.clock, deps.ids, deps.settings), error,
                                      hl7v3::AckFamily::kApplication),
         nullptr, ""});
    out.success = error == nullptr;
    return out;
}

}  // namespace

core::TransactionSpec const& Iti55Deferred::spec() {
    static core::TransactionSpec const kSpec = [] {
        core::TransactionSpec spec = Iti55::spec();
        spec.changes_data = true;
        spec.soap = {{.path = "/xcpd/responding",
                      .action = hl7v3::kDeferredDiscoveryActions.request,
                      .response_action = hl7v3::kDeferredDiscoveryActions.response,
                      .mtom = false,
                      .operation = "RespondingGateway_Deferred_PRPA_IN201305UV02",
                      .request_element = "{urn:hl7-org:v3}PRPA_IN201305UV02",
                      .response_element = "{urn:hl7-org:v3}MCCI_IN000002UV01",
                      .leave = hl7v3::kTimeToLive}};
        return spec;
    }();
    return kSpec;
}

Result<Iti55Deferred::Request> Iti55Deferred::decode(Deps&, Wire const& wire,
                                                     core::DecodeContext const&) {
    Request request{TRY(read_discovery(wire.envelope.payload)), {}};
    xml::Writer writer;
    xml::write_subtree(wire.envelope.payload, writer);
    request.text = writer.take();
    if (!request.asked.problem && request.text.size() > kLongestQuestion)
        request.asked.problem = Error(Code::kTooLarge, "a deferred question of this size");
    return request;
}

Result<core::Located> Iti55Deferred::locate(Deps&, Request const& request,
                                            domain::Subject const& subject) {
    if (auto const wrong = misuse(request.asked, subject.member)) return *wrong;
    return core::Located{};
}

core::PolicyQuery Iti55Deferred::policy_query(Request const&, core::Located const&) { return {}; }

Result<Iti55Deferred::Response> Iti55Deferred::handle(Deps& deps,
                                                      core::Authorized<Request> const& request) {
    std::string const& reply_to = request->asked.query.respond_to;
    pg::Tx& tx = request.tx().tx();
    if (TRY(pg::Outbox::waiting(tx, kDeferredTopic, reply_to)) >= deps.most_waiting)
        return Error(Code::kBusy, "too many questions wait for this address");
    core::CallContext const& call = request.call();
    PendingQuestion const question{call.subject, call.endpoint, call.trace, request->text};
    pg::Outbox::queue(
        tx, {kDeferredTopic, reply_to, TRY(seal_question(deps.keys, reply_to, question))});
    TRY(FAULT("xcpd.after_queue"));
    if (deps.after_commit) request.tx().after_commit(deps.after_commit);
    return Response{};
}

int Iti55Deferred::withhold(core::Permit const&, Response&) { return 0; }

/// Nobody was looked for yet: the patients stand in the record of the answer.
std::vector<core::AuditDraft> Iti55Deferred::audit(
    Deps&, core::AuditInput<Request, Response> const& input) {
    if (!input.request) return {};
    core::AuditDraft draft;
    draft.objects.push_back(audit_question(input.request->asked));
    return {std::move(draft)};
}

Result<soap::Outgoing> Iti55Deferred::encode(Deps& deps, Response&&, Request const& request) {
    return acknowledgement(deps, request.asked.header, nullptr);
}

soap::Outgoing Iti55Deferred::encode_error(Deps& deps, Error const& error, Request const* request) {
    Error const told = in_v3_words(error);
    return acknowledgement(deps, request ? request->asked.header : hl7v3::Header{}, &told);
}

Result<DiscoveryRequest> Iti55Answer::decode(Deps&, Wire const& wire, core::DecodeContext const&) {
    return read_discovery(wire.envelope.payload);
}

}  // namespace musubi::xcpd
