#pragma once
// Opens a SOAP 1.2 envelope: addressing headers, what must be understood, the payload (ITI TF-2
// Appendix V.3.2, SOAP 1.2 part 1, WS-Addressing 1.0 SOAP Binding).
//
// Ownership: Envelope holds copies of the header texts; its Elements point into the Document, which
// must outlive it. Pure functions, thread-safe. Header texts are trimmed and at most kMaxAddress
// octets.
//
// Errors of read_envelope are kInvalidMessage (a SOAP 1.1 or other envelope: kUnsupported) with a
// reason from the list below, so that errors.h can phrase the exact fault.

#include "codec/soap/names.h"
#include "platform/base/bytes.h"
#include "platform/xml/document.h"
#include "platform/xml/schema_set.h"

#include <optional>
#include <string>
#include <vector>

namespace musubi::soap {

inline constexpr std::size_t kMaxAddress = 2048;

/// Causes that only this codec knows; above the range that domain/reason.h uses.
inline constexpr Reason kReasonVersionMismatch{0xf001};
inline constexpr Reason kReasonActionMissing{0xf002};  ///< no wsa:Action
inline constexpr Reason kReasonHeaderCardinality{
    0xf003};  ///< an addressing header twice; Issue::context names it
inline constexpr Reason kReasonAddressMissing{0xf004};  ///< endpoint without wsa:Address; likewise
inline constexpr Reason kReasonHeaderInvalid{0xf005};   ///< empty or too long; likewise
inline constexpr Reason kReasonActionUnknown{
    0xf006};  ///< for the dispatcher; Issue::context is the action

/// Where an answer goes.
enum class ReplyKind : std::uint8_t {
    kBackChannel,  ///< anonymous, or the header is absent
    kNowhere,      ///< .../addressing/none
    kAddress,
};
struct ReplyTarget {
    ReplyKind kind = ReplyKind::kBackChannel;
    std::string address;  ///< only with kAddress
};

struct Envelope {
    std::string action;
    std::string message_id;  ///< empty when absent
    std::string to;
    std::string relates_to;  ///< of the relationship "reply"
    ReplyTarget reply_to;
    std::optional<ReplyTarget> fault_to;
    xml::Element header;    ///< null when absent
    xml::Element security;  ///< wsse:Security addressed to us; null when absent
    /// The sender insists on wsse:Security. It counts as understood only once the assertion was
    /// validated, which is not known here; so it is never in not_understood.
    bool security_must_understand = false;
    std::vector<QName> not_understood;  ///< mandatory headers addressed to us that we do not know
    xml::Element payload;               ///< the only child of the body
};

Result<Envelope> read_envelope(xml::Document const& document);

/// The MessageID of an envelope that may be broken elsewhere: for the RelatesTo of a fault. Empty
/// when unreadable.
std::string find_message_id(xml::Document const& document);

struct Message {
    xml::Document document;
    Envelope envelope;
    std::vector<Issue>
        payload_issues;  ///< schema violations inside the payload; the caller chooses the answer
};

/// What to hold a message against. `schemas` null: no validation.
struct ReadOptions {
    xml::SchemaSet const* schemas = nullptr;
    std::size_t max_bytes = 16U << 20;
};

/// Parses, validates and opens. A schema violation outside the payload is an error; one inside it
/// is reported in Message::payload_issues, because most transactions answer it with a registry
/// response and not with a fault. With schemas, document content is checked too: base64 text or
/// exactly one xop:Include. `message_id`, if given, receives the MessageID as soon as it is
/// readable, also when the result is an error.
Result<Message> read_message(ByteView bytes, ReadOptions const& options,
                             std::string* message_id = nullptr);

/// The schemas of the wire formats that come with the program (schemas/*.xsd), compiled. Load once,
/// keep.
Result<xml::SchemaSet> load_schemas();

}  // namespace musubi::soap
