#pragma once
// Japanese legacy encodings to and from UTF-8: ISO-2022-JP as HL7 v2 and SS-MIX2 use it, CP932
// (Windows Shift_JIS) and EUC-JP. Pure functions, thread-safe (the tables are made once, from ICU's
// CP932 and EUC-JP converters).
//
// Real senders put NEC row 13 and IBM extension characters (①, ㈱, №, 髙, 﨑) into text that claims
// to be JIS X 0208, so the two-byte decoders accept the whole CP932 repertoire. Where the tables
// disagree (wave dash, minus sign, double vertical line, cent, pound, not sign) the JIS encodings
// give the JIS mapping (U+301C, U+2212, U+2016, U+00A2, U+00A3, U+00AC) and CP932 gives
// Microsoft's: text is stored as the sender wrote it, folding is the matcher's business. Malformed
// input is kInvalidContent and `detail` names the offset of the byte, never the text around it.

#include "platform/base/bytes.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace musubi {

/// ASCII, JIS X 0201 roman and katakana (ESC ( I, and 8-bit half-width outside two-byte text), JIS
/// X 0208-1978/-1983, JIS X 0212. 0x5C and 0x7E in JIS roman are `\` and `~`. A line end returns to
/// ASCII.
Result<std::string> decode_iso2022jp(ByteView bytes);
Result<std::string> decode_cp932(ByteView bytes);
/// With half-width katakana (8E) and JIS X 0212 (8F).
Result<std::string> decode_eucjp(ByteView bytes);

struct UnmappableCharacter {
    char32_t character = 0;
    std::size_t position = 0;  ///< offset of its first byte in the UTF-8 text
};
/// What to write instead (UTF-8 that the target set can represent), or nothing to refuse the whole
/// text.
using OnUnmappable = std::function<std::optional<std::string>(UnmappableCharacter const&)>;

/// The sets beside ASCII and JIS X 0208 that the receiver declared.
struct JisSets {
    bool half_width_katakana = false;  ///< JIS X 0201 katakana (ISO IR 13)
    bool supplementary_kanji = false;  ///< JIS X 0212 (ISO IR 159)
};

/// Ends in ASCII, and stands in ASCII before every ASCII character, hence before every HL7
/// delimiter. JIS X 0208 proper only: row 13 and the IBM extensions are unmappable. An empty
/// `on_unmappable` refuses.
Result<std::string> encode_iso2022jp(std::string_view utf8, OnUnmappable const& on_unmappable,
                                     JisSets sets = {});

/// With NEC row 13 and the IBM extensions; JIS and Microsoft spellings of the disputed characters
/// are both taken.
Result<std::string> encode_cp932(std::string_view utf8, OnUnmappable const& on_unmappable);
/// ASCII, JIS X 0208 proper and half-width katakana.
Result<std::string> encode_eucjp(std::string_view utf8, OnUnmappable const& on_unmappable);

/// An OnUnmappable: the usual JIS X 0208 relative of a variant kanji (髙 -> 高), the compatibility
/// decomposition (㈱ -> (株), half-width kana -> full-width), else the geta mark 〓.
std::optional<std::string> nearest_jis_text(UnmappableCharacter const& unmappable);

}  // namespace musubi
