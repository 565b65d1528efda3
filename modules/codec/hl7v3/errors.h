#pragma once
// Our errors as HL7 v3 acknowledgements tell them, and back (ITI TF-2 Appendix O; code system
// AcknowledgementDetailCode; table 0357 of v2 for unknown keys, as IHE uses it). Pure functions,
// thread-safe. `Error::detail` never travels.

#include "domain/reason.h"

#include <string>
#include <string_view>
#include <vector>

namespace musubi::hl7v3 {

/// Causes that only HL7 v3 has words for; above the range that domain/reason.h uses.
inline constexpr Reason kReasonProcessingMode{0xF301};      ///< NS250
inline constexpr Reason kReasonUnknownDestination{0xF302};  ///< RTUDEST

/// Who answers: the receiver of a message (CA, CE, CR) or the application (AA, AE, AR).
enum class AckFamily : std::uint8_t { kAccept, kApplication };

/// AE: correct it before you send again. AR: not offered, or not possible now. Null: accepted.
std::string_view ack_type_code(Error const* error, AckFamily family);

struct AckDetail {
    std::string code;
    std::string_view code_system;
    std::string text;
    std::string location;  ///< XPath; empty when the error has no place
};

/// One for each issue, at most 100; an error without issues gives one. `trace` joins both sides'
/// logs and is told where the text of an issue is not.
std::vector<AckDetail> ack_details(Error const& error, std::string_view trace = {});

/// QE: the query itself could not be read; AE: it could not be answered.
std::string_view query_response_code(Error const& error);

/// kNone for a code that we have no word for.
Reason reason_of(std::string_view detail_code);

/// What breaks the schema: a message that could not be read (SYN113, QE), with what was found, so
/// that its sender can mend it. The findings name line, elements and rule, never a value
/// (xml/parse.h).
Error schema_violation(Error const& error);

}  // namespace musubi::hl7v3
