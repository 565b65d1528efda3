#include "binding/mllp/hl7v2_endpoint.h"

#include "domain/reason.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"

namespace musubi::binding {
namespace {

std::string facility_and_application(hl7v2::HierarchicDesignator const& facility,
                                     hl7v2::HierarchicDesignator const& application) {
    auto const name = [](hl7v2::HierarchicDesignator const& hd) {
        return hd.namespace_id.empty() ? hd.universal_id : hd.namespace_id;
    };
    if (facility.empty() && application.empty()) return {};
    return name(facility) + "|" + name(application);  // ITI TF-2 3.8.5.1
}

/// Where not MSH-18 but the agreement or the octets chose, the choice is on record: a wrong one
/// spoils names, and whoever finds such names must be able to see it.
void tell_charset(domain::Member const& member, hl7v2::Charset const& taken,
                  std::string const& trace) {
    if (!taken.guessed && !taken.assumed) return;
    std::string const set(hl7v2::to_string(taken.encoding));
    std::string_view const by = taken.guessed ? "octets" : "agreement";
    counter("musubi_mllp_undeclared_character_set_total",
            "member=\"" + member.code + "\",set=\"" + set + "\",by=\"" + std::string(by) + "\"")
        .add();
    LogTrace const log_trace(trace);
    log_info("mllp.character_set",
             {{"member", member.code}, {"set", set}, {"by", std::string(by)}});
}

/// No transaction for it: AR with the code for the type or the event (ITI TF-2 C.2.3).
Error unsupported(core::Router const& router, hl7v2::Header const& header) {
    if (!router.knows_hl7v2_type(header.message_type)) {
        return Error(Code::kUnsupported, {{Severity::kError, Reason::kUnsupportedMessageType,
                                           "message type is not offered here", "MSH^1^9^1^1"}});
    }
    return Error(Code::kUnsupported, {{Severity::kError, Reason::kUnsupportedEvent,
                                       "trigger event is not offered here", "MSH^1^9^1^2"}});
}

/// What cannot even be taken apart was never accepted: a reject, not an application error (HL7 v2.5
/// 2.9.2).
Error as_reject(Error why) {
    if (why.code != Code::kInvalidMessage) return why;
    why.code = Code::kUnsupported;
    if (why.issues.empty())
        why.issues.push_back({Severity::kError, Reason::kSegmentSequence, why.detail, ""});
    return why;
}

}  // namespace

hl7v2::ParseOptions reading_of(domain::Member const& member) {
    using domain::MessageCharset;
    hl7v2::ParseOptions options;
    switch (member.character_set) {
        case MessageCharset::kDeclared: break;
        case MessageCharset::kGuess: options.leniency = hl7v2::Leniency::kGuessCharset; break;
        case MessageCharset::kUtf8: options.partner_charset = hl7v2::Encoding::kUtf8; break;
        case MessageCharset::kIso2022Jp:
            options.partner_charset = hl7v2::Encoding::kIso2022Jp;
            break;
        case MessageCharset::kLatin1: options.partner_charset = hl7v2::Encoding::kLatin1; break;
        case MessageCharset::kCp932: options.partner_charset = hl7v2::Encoding::kCp932; break;
        case MessageCharset::kEucJp: options.partner_charset = hl7v2::Encoding::kEucJp; break;
    }
    return options;
}

Hl7v2Endpoint::Hl7v2Endpoint(core::Router const& router, core::Pipeline& pipeline,
                             core::PolicyPort& policy, Clock const& clock, IdSource& ids,
                             Hl7v2Settings settings)
    : router_(router),
      pipeline_(pipeline),
      policy_(policy),
      clock_(clock),
      ids_(ids),
      settings_(std::move(settings)) {}

std::string Hl7v2Endpoint::handle(core::PeerConnection const& peer, std::string_view bytes) {
    std::string const trace = ids_.uuid().to_string();
    auto member = policy_.member_of(peer.certificate);
    if (!member)
        return refused(peer, nullptr, hl7v2::peek_header(as_bytes(bytes)), trace, member.error());
    auto const subject =
        domain::subject_of(std::move(*member), peer.certificate.subject, peer.remote_address);

    auto message = hl7v2::parse(as_bytes(bytes), reading_of(subject.member));
    if (!message) {
        return refused(peer, &subject, hl7v2::peek_header(as_bytes(bytes)), trace,
                       as_reject(message.error()));
    }
    tell_charset(subject.member, message->charset(), trace);
    hl7v2::Incoming const incoming{*message, hl7v2::read_header(*message), as_bytes(bytes)};
    hl7v2::Header const& header = incoming.header;
    core::Definition const* definition =
        router_.find_hl7v2(header.message_type, header.trigger, header.version);
    if (!definition) return refused(peer, &subject, header, trace, unsupported(router_, header));

    std::string addressed =
        facility_and_application(header.receiving_facility, header.receiving_application);
    core::Inbound const inbound{
        subject,
        &peer,
        addressed.empty() ? settings_.facility + "|" + settings_.application : addressed,
        facility_and_application(header.sending_facility, header.sending_application),
        header.control_id,
        trace,
        core::WireRef::of(incoming),
        clock_.monotonic() + settings_.deadline};
    core::Outbound outbound = pipeline_.run(*definition, inbound);
    if (outbound.fault) return answer(incoming, trace, hl7v2::Outgoing{*outbound.fault});
    return answer(incoming, trace, std::any_cast<hl7v2::Outgoing const&>(outbound.reply));
}

std::string Hl7v2Endpoint::refuse(core::PeerConnection const& peer, std::string_view message,
                                  Error const& why) {
    return refused(peer, nullptr, hl7v2::peek_header(as_bytes(message)), ids_.uuid().to_string(),
                   as_reject(why));
}

std::string Hl7v2Endpoint::refused(core::PeerConnection const& peer, domain::Subject const* subject,
                                   hl7v2::Header const& header, std::string const& trace,
                                   Error const& why) {
    LogTrace const log_trace(trace);
    // The refusal gives nothing away, so it is told even when its record could not be written; the
    // failure is logged and counted by the audit trail itself.
    static_cast<void>(pipeline_.record_refusal(subject, peer, "mllp", trace, why));
    return std::string(as_text(hl7v2::write_ack(header, seal(trace), &why)));
}

hl7v2::AckSeal Hl7v2Endpoint::seal(std::string const& trace) const {
    hl7v2::AckSeal seal;
    seal.application = settings_.application;
    seal.facility = settings_.facility;
    seal.control_id = ids_.uuid().to_string().substr(0, 20);
    // UTC, and says so: a time without an offset is the reader's own.
    seal.time = to_dtm(clock_.now()) + "+0000";
    seal.correlation = trace;
    return seal;
}

std::string Hl7v2Endpoint::answer(hl7v2::Incoming const& request, std::string const& trace,
                                  hl7v2::Outgoing const& reply) const {
    static Counter& replaced = counter("mllp_replaced_characters_total");
    hl7v2::WrittenAnswer const written =
        hl7v2::write_answer(request, seal(trace), reply, settings_.answers);
    if (written.replaced > 0) {
        replaced.add(written.replaced);
        LogTrace const log_trace(trace);
        log_warning("mllp.characters_replaced", {{"characters", std::to_string(written.replaced)}});
    }
    return std::string(as_text(written.bytes));
}

}  // namespace musubi::binding
