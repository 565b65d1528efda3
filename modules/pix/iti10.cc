// ITI-10 PIX Update Notification, HL7 v2 (ITI TF-2 3.10): ADT^A31 to a consumer over MLLP.

#include "codec/hl7v2/notification.h"
#include "codec/hl7v2/parse.h"
#include "core/patient_ports.h"
#include "pix/iti9.h"
#include "pix/notifier.h"

namespace musubi::pix {

Status send_iti10(Sending const& sending, core::MllpPeerPort& peers,
                  core::AuthorityPort const& authorities) {
    Consumer const& consumer = sending.consumer;
    hl7v2::Envelope envelope;
    envelope.sending_application.namespace_id = sending.settings.application;
    envelope.sending_facility.namespace_id = sending.settings.facility;
    envelope.receiving_application.namespace_id = consumer.application;
    envelope.receiving_facility.namespace_id = consumer.facility;
    envelope.control_id = control_id_of(sending.notice);
    envelope.time = sending.notice.time;
    envelope.charset = hl7v2::charset_for(consumer.encoding);
    Bytes const message = TRY(hl7v2::write_update_notification(
        envelope, sending.notice.ids, authority_names(authorities, sending.notice.ids)));
    core::MllpPeerCall call;
    call.host = consumer.host;
    call.port = consumer.port;
    call.server_name = consumer.server_name;
    call.message = as_text(message);
    call.timeout = sending.settings.timeout;
    std::string const answer = TRY(peers.exchange(call));
    auto const parsed = hl7v2::parse(as_bytes(answer));
    if (!parsed) return Error(Code::kPeerUnavailable, "the answer is no HL7 v2 message");
    auto const ack = hl7v2::read_acknowledgement(*parsed, envelope.control_id);
    if (!ack) return Error(Code::kPeerUnavailable, "the answer is no acknowledgement of this");
    if (ack->code == hl7v2::AckCode::kAccept) return {};
    // Giving this one up would lose it: whoever is in maintenance says so with AR.
    if (ack->resend_later)
        return Error(Code::kPeerUnavailable, "the consumer cannot take the notification now");
    return Error(Code::kInvalidContent, "the consumer refused the notification");
}

}  // namespace musubi::pix
