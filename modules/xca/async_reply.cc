#include "xca/async_reply.h"

#include "codec/hl7v3/actions.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "platform/xml/subtree.h"

namespace musubi::xca {
namespace {

constexpr std::string_view kPath = "/async/reply";

/// Recorded as what came in, beside the record of the call that it belongs to.
core::TransactionSpec reply_spec(std::string_view id, std::string_view name, domain::Action action,
                                 domain::AuditCode event, char event_action,
                                 core::SoapBinding const& binding) {
    core::TransactionSpec spec;
    spec.id = id;
    spec.name = name;
    spec.action = action;
    spec.event_id = std::move(event);
    spec.event_action = event_action;
    spec.soap = {binding};
    spec.errors_are_faults = true;
    return spec;
}

core::TransactionSpec const& spec_of(ReplyTo to) {
    static core::TransactionSpec const kQuery = reply_spec(
        "ITI-38", "Cross Gateway Query", domain::Action::kQuery, domain::dcm("110112", "Query"),
        'E',
        {.path = kPath,
         .action = "urn:ihe:iti:2007:CrossGatewayQueryResponse",
         .response_action = "",
         .operation = "InitiatingGateway_Async_CrossGatewayQuery",
         .request_element = "{urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0}AdhocQueryResponse"});
    static core::TransactionSpec const kRetrieve =
        reply_spec("ITI-39", "Cross Gateway Retrieve", domain::Action::kRetrieve,
                   domain::dcm("110107", "Import"), 'C',
                   {.path = kPath,
                    .action = "urn:ihe:iti:2007:CrossGatewayRetrieveResponse",
                    .response_action = "",
                    .mtom = true,
                    .operation = "InitiatingGateway_Async_CrossGatewayRetrieve",
                    .request_element = "{urn:ihe:iti:xds-b:2007}RetrieveDocumentSetResponse"});
    static core::TransactionSpec const kDiscovery =
        reply_spec("ITI-55", "Cross Gateway Patient Discovery", domain::Action::kIdentify,
                   domain::dcm("110112", "Query"), 'E',
                   {.path = kPath,
                    .action = hl7v3::kDiscoveryActions.response,
                    .response_action = "",
                    .operation = "InitiatingGateway_Async_PRPA_IN201306UV02",
                    .request_element = "{urn:hl7-org:v3}PRPA_IN201306UV02"});
    static core::TransactionSpec const kImages = reply_spec(
        "RAD-75", "Cross Gateway Retrieve Imaging Document Set", domain::Action::kRetrieve,
        domain::dcm("110103", "DICOM Instances Accessed"), 'R',
        {.path = kPath,
         .action = "urn:ihe:rad:2011:CrossGatewayRetrieveImagingDocumentSetResponse",
         .response_action = "",
         .mtom = true,
         .operation = "InitiatingGateway_Async_CrossGatewayRetrieveImagingDocumentSet",
         .request_element = "{urn:ihe:iti:xds-b:2007}RetrieveDocumentSetResponse"});
    switch (to) {
        case ReplyTo::kQuery: return kQuery;
        case ReplyTo::kRetrieve: return kRetrieve;
        case ReplyTo::kDiscovery: return kDiscovery;
        case ReplyTo::kImages: return kImages;
    }
    return kQuery;
}

std::string_view word_for(Delivery delivery) {
    switch (delivery) {
        case Delivery::kTaken: return "taken";
        case Delivery::kUnknown: return "unknown";
        case Delivery::kOver: return "over";
        case Delivery::kSomebodyElse: return "somebody_else";
        case Delivery::kWrongAction: return "wrong_action";
    }
    return "unknown";
}

Status status_of(Delivery delivery) {
    switch (delivery) {
        case Delivery::kTaken: return {};
        case Delivery::kUnknown: return Error(Code::kNotFound, "nobody waits for this answer");
        case Delivery::kOver:
            return Error(Code::kConflict, "this answer was taken already, or came too late");
        case Delivery::kSomebodyElse:
            return Error(Code::kDenied, "this question was not for the member who answers it");
        case Delivery::kWrongAction:
            return Error(Code::kInvalidMessage, "the action is not that of the answer");
    }
    return Error(Code::kInternal, "unknown delivery");
}

}  // namespace

template <ReplyTo kTo>
core::TransactionSpec const& AsyncReply<kTo>::spec() {
    return spec_of(kTo);
}

template <ReplyTo kTo>
Result<ArrivedMessage> AsyncReply<kTo>::decode(Deps& deps, Wire const& wire,
                                               core::DecodeContext const&) {
    if (wire.envelope.relates_to.empty())
        return Error(Code::kInvalidMessage, "an answer says which message it belongs to");
    std::uint64_t octets = 0;
    ArrivedReply reply;
    for (soap::IncomingAttachment const& one : wire.attachments) {
        octets += one.content->size();
        reply.attachments[one.content_id] = one.content;
    }
    if (octets > deps.most_octets) return Error(Code::kTooLarge, "an answer of this size");
    xml::Writer writer;
    xml::write_subtree(wire.document.root(), writer);
    reply.envelope = writer.take();
    return ArrivedMessage{wire.envelope.relates_to, wire.envelope.action,
                          std::make_shared<ArrivedReply>(std::move(reply))};
}

template <ReplyTo kTo>
Result<core::Located> AsyncReply<kTo>::locate(Deps&, Request const&, domain::Subject const&) {
    return core::Located{};
}

template <ReplyTo kTo>
core::PolicyQuery AsyncReply<kTo>::policy_query(Request const&, core::Located const&) {
    return {};
}

template <ReplyTo kTo>
Result<ReplyTaken> AsyncReply<kTo>::handle(Deps& deps, core::Authorized<Request> const& request) {
    Delivery const delivery = deps.box->deliver(request->relates_to, request.subject().member.code,
                                                request->action, std::move(*request->reply));
    counter("musubi_xca_async_replies_total", "outcome=\"" + std::string(word_for(delivery)) + "\"")
        .add();
    TRY(status_of(delivery));
    return ReplyTaken{};
}

template <ReplyTo kTo>
int AsyncReply<kTo>::withhold(core::Permit const&, Response&) {
    return 0;
}

/// Which question it claims to answer: patients and documents stand in the record of that call.
template <ReplyTo kTo>
std::vector<core::AuditDraft> AsyncReply<kTo>::audit(
    Deps&, core::AuditInput<Request, Response> const& input) {
    core::AuditDraft draft;
    if (input.request) {
        domain::AuditObject object;
        object.id = input.request->relates_to;
        object.role = 24;
        object.id_type = domain::ihe_transaction(std::string(spec().id), std::string(spec().name));
        draft.objects.push_back(std::move(object));
    }
    return {std::move(draft)};
}

template <ReplyTo kTo>
Result<soap::Outgoing> AsyncReply<kTo>::encode(Deps&, Response&&, Request const&) {
    soap::Outgoing out;
    out.taken = true;
    return out;
}

/// Never asked for: errors are faults.
template <ReplyTo kTo>
soap::Outgoing AsyncReply<kTo>::encode_error(Deps&, Error const&, Request const*) {
    soap::Outgoing out;
    out.success = false;
    return out;
}

template struct AsyncReply<ReplyTo::kQuery>;
template struct AsyncReply<ReplyTo::kRetrieve>;
template struct AsyncReply<ReplyTo::kDiscovery>;
template struct AsyncReply<ReplyTo::kImages>;

}  // namespace musubi::xca
