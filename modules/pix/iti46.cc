// ITI-46 PIXV3 Update Notification (ITI TF-2 3.46): PRPA_IN201302UV02 to a consumer over SOAP.

#include "codec/hl7v3/actions.h"
#include "codec/hl7v3/read.h"
#include "codec/hl7v3/write.h"
#include "codec/soap/packaging.h"
#include "pix/notifier.h"

#include <algorithm>

namespace musubi::pix {
namespace {

/// For our log: a status and our own words, never the consumer's text.
Error failed(int status, std::string const& what) {
    return Error(Code::kPeerUnavailable, what + " (HTTP " + std::to_string(status) + ")");
}

/// A reject whose cause is what we send at the top of each message: it would be the same again.
bool blames_header(hl7v3::Acknowledgement const& ack) {
    return std::any_of(ack.details.begin(), ack.details.end(), [](Issue const& detail) {
        return detail.context.starts_with("NS") || detail.context.starts_with("SYN");
    });
}

}  // namespace

Status send_iti46(Sending const& sending, core::PeerPort& peers, IdSource& ids) {
    Consumer const& consumer = sending.consumer;
    hl7v3::Seal seal;
    seal.message_id = sending.notice.message_id;
    seal.time = sending.notice.time;
    seal.self.device = sending.settings.device;
    hl7v3::UpdateNotification notification;
    notification.receiver.device = consumer.device;
    notification.ids = sending.notice.ids;
    notification.custodian = sending.settings.device;
    notification.provider = sending.settings.device;

    soap::RequestHeaders headers;
    headers.action = hl7v3::kRevisePatientActions.request;
    headers.message_id = ids.uuid().to_urn();
    headers.to = consumer.url;
    std::vector<soap::BodyPiece> body;
    body.push_back({hl7v3::write_update_notification(seal, notification), nullptr, ""});
    soap::Packaged packaged =
        TRY(soap::package_request(std::move(body), headers, soap::Packaging::kSimple, ids));
    core::PeerCall call;
    call.url = consumer.url;
    call.headers = {{"Content-Type", std::move(packaged.content_type)}};
    for (auto& segment : packaged.segments)
        call.body.push_back({std::move(segment.text), std::move(segment.content)});
    call.timeout = sending.settings.timeout;
    core::PeerReply const reply = TRY(peers.post(call));
    auto const message = soap::read_message(as_bytes(reply.body), {});
    if (!message) return failed(reply.status, "the answer is no SOAP message");
    auto const ack = hl7v3::read_acknowledgement(message->envelope.payload);
    if (!ack) return failed(reply.status, "the answer is no acknowledgement");
    std::string const& target = ack->target.root;
    if (!target.empty() && target != seal.message_id)
        return failed(reply.status, "the acknowledgement belongs to another message");
    if (ack->outcome == hl7v3::Acknowledgement::Outcome::kAccepted) return {};
    if (ack->outcome == hl7v3::Acknowledgement::Outcome::kRejected && !blames_header(*ack))
        return Error(Code::kPeerUnavailable, "the consumer cannot take the notification now");
    return Error(Code::kInvalidContent, "the consumer refused the notification");
}

}  // namespace musubi::pix
