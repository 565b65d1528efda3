#pragma once
// Bytes of an HL7 v2 message to a Message: decode to Unicode first, split second, because two-byte
// Japanese text holds every delimiter as an octet. Source: HL7 v2.5 2.5-2.7 and 2.15.9, ITI TF-2
// C.2. Pure functions, thread-safe.
//
// Errors carry an Issue with the HL7 location ("MSH^1^18") and a Reason of table 0357, ready for an
// acknowledgement.

#include "codec/hl7v2/message.h"

#include <cstddef>
#include <cstdint>

namespace musubi::hl7v2 {

struct Limits {
    std::size_t message_bytes = 4U << 20;   ///< octets as received
    std::size_t segment_bytes = 64U << 10;  ///< octets of UTF-8
    std::size_t segments = 10'000;
    std::size_t fields = 1'000;       ///< in one segment
    std::size_t repetitions = 1'000;  ///< of one field
};

enum class Leniency : std::uint8_t {
    /// MSH-18 is believed; without it the partner's charset, and without that ASCII.
    kStrict,
    /// When the bytes contradict the declaration, ISO-2022-JP (an escape character is there), UTF-8
    /// (valid), CP932 or EUC-JP is taken, and Charset::guessed tells so. What could be either of
    /// the
    /// last two is refused. For partners and files of unknown origin.
    kGuessCharset,
};

struct ParseOptions {
    std::optional<Encoding> partner_charset;  ///< what this partner means by an empty MSH-18
    Leniency leniency = Leniency::kStrict;
    Limits limits;
};

/// Segments may end in CR, LF or CRLF; blank lines, a leading byte order mark and a trailing FS
/// (left over from MLLP) are skipped. kInvalidMessage: no MSH, bad delimiters, something that is no
/// segment. kInvalidContent: octets outside the declared character set. kTooLarge: a limit.
Result<Message> parse(ByteView bytes, ParseOptions const& options = {});

}  // namespace musubi::hl7v2
