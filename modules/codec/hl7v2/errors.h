#pragma once
// Errors as HL7 v2 tells them: acknowledgement codes (table 0008) and error conditions (table
// 0357). Pure functions.

#include "platform/base/error.h"

#include <string_view>

namespace musubi::hl7v2 {

enum class AckCode : std::uint8_t { kAccept, kError, kReject };

/// Table 0357. Only what a receiver of ours ever says.
enum class Condition : std::uint16_t {
    kAccepted = 0,
    kSegmentSequence = 100,
    kRequiredFieldMissing = 101,
    kDataType = 102,
    kUnsupportedMessageType = 200,
    kUnsupportedEvent = 201,
    kUnsupportedProcessingId = 202,
    kUnsupportedVersion = 203,
    kUnknownKeyIdentifier = 204,
    kDuplicateKeyIdentifier = 205,
    kInternalError = 207,
};
std::string_view text_of(Condition condition);

/// AE: correct the message before you resend it. AR: what we do not offer, or are temporarily
/// unable to do.
AckCode ack_code(Code code);
/// What a Code says without a Reason.
Condition condition_of(Code code);
/// The Reason's condition when it has one in table 0357, else the Code's.
Condition condition_of(Code code, Reason reason);

}  // namespace musubi::hl7v2
