#include "registry_link/soap_call.h"

#include "codec/soap/packaging.h"
#include "platform/base/text.h"

namespace musubi::registry_link {
namespace {

bool refused_unread(int status) { return (status >= 400 && status < 500) || status == 503; }

/// For our log: a status and our own words, never the neighbour's text.
Error failed(int status, std::string const& what) {
    Error error(Code::kPeerUnavailable, what + " (HTTP " + std::to_string(status) + ")");
    if (refused_unread(status)) error.reason = core::kReasonNothingDone;
    return error;
}

bool blames_sender(xml::Element fault) {
    std::string_view const code =
        trim(fault.first_child(soap::kSoap12, "Code").first_child(soap::kSoap12, "Value").text());
    return code.substr(code.rfind(':') + 1) == "Sender";
}

}  // namespace

Result<soap::Message> call_soap(core::PeerPort& port, IdSource& ids, SoapCall call) {
    soap::RequestHeaders headers;
    headers.action = call.action;
    headers.message_id = ids.uuid().to_urn();
    headers.to = call.url;
    headers.security = std::move(call.security);
    std::vector<soap::BodyPiece> body;
    body.push_back({std::move(call.payload), nullptr, ""});
    soap::Packaged packaged =
        TRY(soap::package_request(std::move(body), headers, soap::Packaging::kSimple, ids));
    core::PeerCall request;
    request.url = std::move(call.url);
    request.headers = {{"Content-Type", std::move(packaged.content_type)}};
    for (auto& segment : packaged.segments)
        request.body.push_back({std::move(segment.text), std::move(segment.content)});
    request.certificate_file = std::move(call.identity.certificate_file);
    request.key_file = std::move(call.identity.key_file);
    request.timeout = call.timeout;
    core::PeerReply const reply = TRY(port.post(request));
    auto message = soap::read_message(as_bytes(reply.body), {});
    if (!message) return failed(reply.status, "the answer is no SOAP message");
    xml::Element const payload = message->envelope.payload;
    if (payload.is(soap::kSoap12, "Fault")) {
        Error error = failed(reply.status, "the answer is a fault");
        if (blames_sender(payload)) error.reason = core::kReasonNothingDone;
        return error;
    }
    if (reply.status != 200) return failed(reply.status, "the answer has no good status");
    std::string const& relates_to = message->envelope.relates_to;
    if (!relates_to.empty() && relates_to != headers.message_id) {
        return Error(Code::kPeerUnavailable, "the answer belongs to another request");
    }
    return message;
}

}  // namespace musubi::registry_link
