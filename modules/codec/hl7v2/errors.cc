#include "codec/hl7v2/errors.h"

#include "domain/reason.h"

#include <utility>

namespace musubi::hl7v2 {
namespace {

struct Row {
    AckCode ack;
    Condition condition;
};

Row row_of(Code code) {
    switch (code) {
        case Code::kInvalidMessage: return {AckCode::kError, Condition::kDataType};
        case Code::kInvalidContent: return {AckCode::kError, Condition::kDataType};
        case Code::kUnsupported: return {AckCode::kReject, Condition::kUnsupportedMessageType};
        case Code::kUnauthenticated: return {AckCode::kReject, Condition::kInternalError};
        case Code::kDenied: return {AckCode::kReject, Condition::kInternalError};
        case Code::kNotFound: return {AckCode::kError, Condition::kUnknownKeyIdentifier};
        case Code::kConflict: return {AckCode::kError, Condition::kDuplicateKeyIdentifier};
        case Code::kTooLarge: return {AckCode::kReject, Condition::kInternalError};
        case Code::kBusy: return {AckCode::kReject, Condition::kInternalError};
        case Code::kPeerUnavailable: return {AckCode::kReject, Condition::kInternalError};
        case Code::kStorageUnavailable: return {AckCode::kReject, Condition::kInternalError};
        case Code::kInternal: return {AckCode::kReject, Condition::kInternalError};
    }
    return {AckCode::kReject, Condition::kInternalError};
}

// Reasons of other protocols have no row: their Code speaks for them.
constexpr std::pair<Reason, Condition> kReasons[] = {
    {Reason::kSegmentSequence, Condition::kSegmentSequence},
    {Reason::kRequiredFieldMissing, Condition::kRequiredFieldMissing},
    {Reason::kDataType, Condition::kDataType},
    {Reason::kUnsupportedMessageType, Condition::kUnsupportedMessageType},
    {Reason::kUnsupportedEvent, Condition::kUnsupportedEvent},
    {Reason::kUnsupportedProcessingId, Condition::kUnsupportedProcessingId},
    {Reason::kUnsupportedVersion, Condition::kUnsupportedVersion},
    {Reason::kUnknownKeyIdentifier, Condition::kUnknownKeyIdentifier},
    {Reason::kUnknownPatientId, Condition::kUnknownKeyIdentifier},
    {Reason::kDuplicateKeyIdentifier, Condition::kDuplicateKeyIdentifier},
    // Version 2.5 has no word for it (table 0208 learns TM later).
    {Reason::kTooManyResults, Condition::kInternalError},
};

}  // namespace

std::string_view text_of(Condition condition) {
    switch (condition) {
        case Condition::kAccepted: return "Message accepted";
        case Condition::kSegmentSequence: return "Segment sequence error";
        case Condition::kRequiredFieldMissing: return "Required field missing";
        case Condition::kDataType: return "Data type error";
        case Condition::kUnsupportedMessageType: return "Unsupported message type";
        case Condition::kUnsupportedEvent: return "Unsupported trigger event";
        case Condition::kUnsupportedProcessingId: return "Unsupported processing id";
        case Condition::kUnsupportedVersion: return "Unsupported version id";
        case Condition::kUnknownKeyIdentifier: return "Unknown key identifier";
        case Condition::kDuplicateKeyIdentifier: return "Duplicate key identifier";
        case Condition::kInternalError: return "Application internal error";
    }
    return "Application internal error";
}

AckCode ack_code(Code code) { return row_of(code).ack; }
Condition condition_of(Code code) { return row_of(code).condition; }

Condition condition_of(Code code, Reason reason) {
    for (auto const& [known, condition] : kReasons) {
        if (known == reason) return condition;
    }
    return condition_of(code);
}

}  // namespace musubi::hl7v2
