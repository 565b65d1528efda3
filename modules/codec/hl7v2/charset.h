#pragma once
// Character sets of HL7 v2 messages: MSH-18 (table 0211), MSH-20 (table 0356). Source: HL7
// v2.5 2.15.9.18 and .20, ITI TF-2 C.2.2, the Japanese national rules (`~ISO IR87` with `ISO
// 2022-1994`). Pure functions, thread-safe.

#include "platform/base/bytes.h"
#include "platform/base/japanese.h"

#include <optional>
#include <string>
#include <string_view>

namespace musubi::hl7v2 {

enum class Encoding : std::uint8_t { kAscii, kUtf8, kIso2022Jp, kLatin1, kCp932, kEucJp };

std::string_view to_string(Encoding encoding);  ///< "cp932", for logs and metrics

/// How the alternate set is switched on (MSH-20).
enum class Switching : std::uint8_t {
    kIso2022,     ///< raw ISO 2022 escape sequences
    kHl7Escapes,  ///< `\C2842\` and `\M2442\`
};

struct Charset {
    Encoding encoding = Encoding::kAscii;
    JisSets jis;  ///< sets beside ASCII and JIS X 0208 that may be written
    Switching switching = Switching::kIso2022;
    std::string declared;         ///< MSH-18 as it was sent, with the repetition separator `~`
    std::string declared_scheme;  ///< MSH-20 as it was sent
    bool guessed = false;  ///< the bytes contradicted the declaration and a lenient reader chose
    bool assumed = false;  ///< nothing was declared, the bytes are not ASCII: the partner's set
};

/// What MSH-18 and MSH-20 say. Names are taken without regard to case and blanks (`ISOIR87` is
/// met). Nothing when a value is not one of ours; an empty MSH-18 is ASCII, or ISO-2022-JP when
/// MSH-20 alone announces it.
std::optional<Charset> charset_of(std::string_view msh18, std::string_view msh20, char repetition);

/// The charset a partner's configuration names, with the MSH-18 and MSH-20 we then write.
Charset charset_for(Encoding encoding);

/// To UTF-8. Wrong bytes are kInvalidContent with the offset in `detail`.
Result<std::string> decode_text(ByteView bytes, Charset const& charset);

/// From UTF-8. A character the set lacks goes to `on_unmappable` (empty function: refuse).
Result<std::string> encode_text(std::string_view utf8, Charset const& charset,
                                OnUnmappable const& on_unmappable);

}  // namespace musubi::hl7v2
