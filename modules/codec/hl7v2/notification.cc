#include "codec/hl7v2/notification.h"

#include "codec/hl7v2/query_frame.h"

#include <algorithm>

namespace musubi::hl7v2 {
namespace {

constexpr std::string_view kVersion = "2.5";
constexpr std::size_t kMaxConditions = 100;

/// MSH and EVN.
Builder begin_message(Envelope const& envelope, std::string_view trigger,
                      std::string_view structure) {
    Builder message;
    message.segment("MSH");
    set_hd(message, 3, envelope.sending_application);
    set_hd(message, 4, envelope.sending_facility);
    set_hd(message, 5, envelope.receiving_application);
    set_hd(message, 6, envelope.receiving_facility);
    message.set(7, envelope.time);
    message.set(At{9, 1, 1, 1}, "ADT").set(At{9, 1, 2, 1}, trigger).set(At{9, 1, 3, 1}, structure);
    message.set(10, envelope.control_id).set(11, envelope.processing_id).set(12, kVersion);
    return message;
}

std::optional<AckCode> code_of(std::string_view text) {
    if (text == "AA" || text == "CA") return AckCode::kAccept;
    if (text == "AE" || text == "CE") return AckCode::kError;
    if (text == "AR" || text == "CR") return AckCode::kReject;
    return std::nullopt;
}

/// ERR-3.1 from 2.5 on, ERR-1.4.1 of each repetition before.
void add_conditions(Segment const& err, std::vector<int>& conditions) {
    constexpr int kHighest = 9999;
    auto const add = [&](std::string const& text) {
        auto const number = number_in(text, 0, kHighest);
        if (number && conditions.size() < kMaxConditions) conditions.push_back(*number);
    };
    add(err.get({3}));
    int const old = err.repetition_count(1);
    for (int r = 1; r <= old; ++r) add(err.get({1, r, 4, 1}));
}

}  // namespace

Result<Bytes> write_update_notification(Envelope const& envelope,
                                        std::vector<domain::LocalId> const& ids,
                                        AuthorityNames const& authorities) {
    Builder message = begin_message(envelope, "A31", "ADT_A05");
    message.set(At{21, 1, 1, 1}, "ITI-10").set(At{21, 1, 2, 1}, "IHE");
    message.segment("EVN").set(2, envelope.time);
    message.segment("PID");
    set_identifiers(message, 3, ids, authorities);
    message.set(5, " ");  // ITI TF-2 3.10.4.1.2.3: one blank, the name is not told
    message.segment("PV1").set(2, "N");
    return write(message.text(), envelope.charset);
}

Result<Bytes> write_link_change(Envelope const& envelope, OutgoingLinkChange const& change,
                                AuthorityNames const& authorities) {
    if (envelope.sending_application.universal_id.empty() ||
        envelope.sending_application.universal_id_type != "ISO") {
        return Error(Code::kInternal, "ITI-64 needs an OID in MSH-3");
    }
    Builder message = begin_message(envelope, "A43", "ADT_A43");
    message.segment("EVN").set(2, envelope.time);
    message.segment("PID");
    set_identifier(message, 3, 1, change.regional, authorities);
    set_identifier(message, 3, 2, change.local, authorities);
    message.set(5, " ");
    message.segment("MRG");
    set_identifier(message, 1, 1, change.previous_regional, authorities);
    if (change.subsumed_local) set_identifier(message, 1, 2, *change.subsumed_local, authorities);
    return write(message.text(), envelope.charset);
}

Result<Acknowledgement> read_acknowledgement(Message const& message, std::string_view control_id) {
    auto const msa = message.find("MSA");
    if (!msa) return Error(Code::kInvalidMessage, "an answer without MSA");
    std::string const text = msa->get({1});
    auto const code = code_of(text);
    if (!code) return Error(Code::kInvalidMessage, "an answer with an unknown MSA-1");
    if (msa->get({2}) != control_id)
        return Error(Code::kInvalidMessage, "an answer to another message");
    Acknowledgement ack;
    ack.code = *code;
    ack.commit = text[0] == 'C';
    for (std::size_t i = 0; i < message.segment_count(); ++i) {
        Segment const segment = message.segment(i);
        if (segment.name() == "ERR") add_conditions(segment, ack.conditions);
    }
    // Table 0008: a reject may be repeated as it is, unless what MSH says is the reason.
    bool const header = std::any_of(ack.conditions.begin(), ack.conditions.end(),
                                    [](int c) { return c >= 200 && c <= 203; });
    ack.resend_later = *code == AckCode::kReject && !header;
    return ack;
}

}  // namespace musubi::hl7v2
