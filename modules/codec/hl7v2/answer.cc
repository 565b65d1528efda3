#include "codec/hl7v2/answer.h"

#include "codec/hl7v2/pid.h"
#include "codec/hl7v2/visit.h"

#include <algorithm>

namespace musubi::hl7v2 {
namespace {

struct ResponseKind {
    std::string_view trigger;
    std::string_view type;
    bool visits = false;  ///< each group has a PV1
};
constexpr ResponseKind kKinds[] = {
    {"Q23", "RSP^K23^RSP_K23"}, {"Q22", "RSP^K22^RSP_K21"}, {"ZV1", "RSP^ZV2^RSP_ZV2", true}};

ResponseKind const* kind_of(Header const& request) {
    if (request.message_type != "QBP") return nullptr;
    for (ResponseKind const& kind : kKinds) {
        if (kind.trigger == request.trigger) return &kind;
    }
    return nullptr;
}

bool is_header_problem(Reason reason) {
    return reason == Reason::kUnsupportedMessageType || reason == Reason::kUnsupportedEvent ||
           reason == Reason::kUnsupportedProcessingId || reason == Reason::kUnsupportedVersion;
}
/// Refused before it was understood: a general acknowledgement, not a response (ITI TF-2 C.2.3).
bool is_acceptance_failure(Error const& error) {
    return is_header_problem(error.reason) ||
           std::any_of(error.issues.begin(), error.issues.end(),
                       [](Issue const& issue) { return is_header_problem(issue.reason); });
}

/// Segments as they stand in the response structures: PID, for a visit PV1, QRI.
void add_patient(Builder& rsp, PatientGroup const& patient, ResponseKind const& kind,
                 AuthorityNames const& authorities) {
    rsp.segment("PID");
    set_identifiers(rsp, 3, patient.ids, authorities);
    if (!patient.person) {
        rsp.set(At{5, 2, 7, 1}, "S");  // ~^^^^^^S: a name that is withheld on purpose
        return;
    }
    set_demographics(rsp, *patient.person, authorities);
    if (kind.visits) set_visit(rsp.segment("PV1"), patient.visit);
    if (patient.degree) rsp.segment("QRI").set(1, std::to_string(*patient.degree));
}

/// QAK-1 as it stands in QPD-2, QAK-2 from table 0208.
void add_qak(Builder& rsp, Segment const& qpd, AckSeal const& seal, Outgoing const& reply) {
    rsp.segment("QAK").raw(1, qpd.raw_field(2));
    if (reply.error) {
        rsp.set(2, ack_code_text(seal.mode, ack_code_of(&*reply.error)));
        return;
    }
    QueryAnswer const& answer = *reply.answer;
    rsp.set(2, answer.patients.empty() ? "NF" : "OK");
    if (answer.total) {
        rsp.set(4, std::to_string(*answer.total));
        rsp.set(5, std::to_string(answer.patients.size()));
    }
    if (answer.remaining) rsp.set(6, std::to_string(*answer.remaining));
}

std::string response_text(Incoming const& request, AckSeal const& seal, Outgoing const& reply,
                          ResponseKind const& kind, Segment const& qpd) {
    Builder rsp = begin_answer(request.header, seal, kind.type);
    Error const* const error = reply.error ? &*reply.error : nullptr;
    add_msa(rsp, request.header, seal, error);
    if (error) add_err(rsp, request.header, seal, *error);
    add_qak(rsp, qpd, seal, reply);
    rsp.raw_segment(qpd.raw());
    if (!error) {
        for (PatientGroup const& patient : reply.answer->patients)
            add_patient(rsp, patient, kind, reply.answer->authorities);
        if (!reply.answer->continuation.empty())
            rsp.segment("DSC").set(1, reply.answer->continuation).set(2, "I");
    }
    return rsp.text();
}

/// The set the sender can read: its own, and where it told none and ASCII will not do, ours.
Charset answer_charset(Charset const& request, std::string_view text,
                       AnswerOptions const& options) {
    bool const ascii = std::all_of(text.begin(), text.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (ascii || request.encoding != Encoding::kAscii) return request;
    return charset_for(options.undeclared);
}

}  // namespace

WrittenAnswer write_answer(Incoming const& request, AckSeal const& seal, Outgoing const& reply,
                           AnswerOptions const& options) {
    Header const& header = request.header;
    auto const acknowledge = [&](Error const* error) {
        AckSeal general = seal;
        general.mode = AckMode::kOriginal;
        // Nobody is left without an answer, whatever MSH-16 says: senders on MLLP wait for one.
        bool const commit = reply.mode == AckMode::kEnhancedAccept &&
                            ack_wanted(header.accept_ack, ack_code_of(error));
        if (commit) general.mode = AckMode::kEnhancedAccept;
        return WrittenAnswer{write_ack(header, general, error), 0};
    };
    ResponseKind const* const kind = kind_of(header);
    auto const qpd = request.message.find("QPD");
    bool const respond = kind && qpd && (reply.error || reply.answer) &&
                         !(reply.error && is_acceptance_failure(*reply.error));
    if (!respond) return acknowledge(reply.error ? &*reply.error : nullptr);

    AckSeal original = seal;
    original.mode = AckMode::kOriginal;
    std::string const text = response_text(request, original, reply, *kind, *qpd);
    WrittenAnswer written;
    OnUnmappable const counting = [&](UnmappableCharacter const& character) {
        ++written.replaced;
        return options.on_unmappable ? options.on_unmappable(character) : std::nullopt;
    };
    auto bytes = write(text, answer_charset(header.charset, text, options), counting);
    if (!bytes) {
        Error const unwritable(Code::kInternal, "an answer that its character set cannot hold");
        return acknowledge(&unwritable);
    }
    written.bytes = *std::move(bytes);
    return written;
}

}  // namespace musubi::hl7v2
