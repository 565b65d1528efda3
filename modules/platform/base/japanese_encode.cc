// ISO-2022-JP on the way out. ITI TF-2 and the JAHIS HL7 rules: return to ASCII before every
// delimiter.
#include "platform/base/japanese.h"
#include "platform/base/jis_tables.h"
#include "platform/base/text.h"

#include <unicode/normalizer2.h>

#include <cstdio>
#include <iterator>
#include <utility>

namespace musubi {
namespace {

/// The code point at `at` of valid UTF-8, which moves behind it.
char32_t next_character(std::string_view utf8, std::size_t& at) {
    auto const lead = static_cast<unsigned char>(utf8[at++]);
    if (lead < 0x80) return lead;
    int const extra = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    char32_t c = lead & (0x3fU >> extra);
    for (int i = 0; i < extra; ++i) c = c << 6 | (static_cast<unsigned char>(utf8[at++]) & 0x3fU);
    return c;
}

class JisEncoder {
public:
    explicit JisEncoder(JisSets sets) : sets_(sets) {}

    /// False when no permitted set has the character.
    bool put(char32_t c) {
        if (c < 0x80) return put_ascii(static_cast<char>(c));
        if (c > 0xffff) return false;
        auto const unit = static_cast<char16_t>(c);
        JisTables const& tables = jis_tables();
        if (auto found = tables.to_jis0208.find(unit); found != tables.to_jis0208.end()) {
            return put_pair("\x1b$B", found->second);
        }
        if (sets_.half_width_katakana && c >= 0xff61 && c <= 0xff9f) {
            designate("\x1b(I");
            out_.push_back(static_cast<char>(c - 0xff61 + 0x21));
            return true;
        }
        if (!sets_.supplementary_kanji) return false;
        auto const found = tables.to_jis0212.find(unit);
        return found != tables.to_jis0212.end() && put_pair("\x1b$(D", found->second);
    }
    std::string finish() {
        designate(kAscii);
        return std::move(out_);
    }

private:
    static constexpr std::string_view kAscii = "\x1b(B";

    bool put_ascii(char c) {
        // These would be read as shifts of the set: text cannot carry them.
        if (c == '\x1b' || c == '\x0e' || c == '\x0f') return false;
        designate(kAscii);
        out_.push_back(c);
        return true;
    }
    bool put_pair(std::string_view set, std::uint16_t code) {
        designate(set);
        out_.push_back(static_cast<char>(code >> 8));
        out_.push_back(static_cast<char>(code & 0xff));
        return true;
    }
    void designate(std::string_view set) {
        if (set == current_) return;
        out_ += set;
        current_ = set;
    }

    JisSets sets_;
    std::string_view current_ = kAscii;
    std::string out_;
};

/// CP932 and EUC-JP: no state, one or two bytes a character.
class Cp932Encoder {
public:
    bool put(char32_t c) {
        if (c < 0x80) {
            out_.push_back(static_cast<char>(c));
        } else if (c >= 0xff61 && c <= 0xff9f) {
            out_.push_back(static_cast<char>(c - 0xff61 + 0xa1));
        } else {
            auto const& codes = jis_tables().to_cp932;
            auto const found = c > 0xffff ? codes.end() : codes.find(static_cast<char16_t>(c));
            if (found == codes.end()) return false;
            out_.push_back(static_cast<char>(found->second >> 8));
            out_.push_back(static_cast<char>(found->second & 0xff));
        }
        return true;
    }
    std::string finish() { return std::move(out_); }

private:
    std::string out_;
};

class EucEncoder {
public:
    bool put(char32_t c) {
        if (c < 0x80) {
            out_.push_back(static_cast<char>(c));
        } else if (c >= 0xff61 && c <= 0xff9f) {
            out_.push_back('\x8e');
            out_.push_back(static_cast<char>(c - 0xff61 + 0xa1));
        } else {
            auto const& codes = jis_tables().to_jis0208;
            auto const found = c > 0xffff ? codes.end() : codes.find(static_cast<char16_t>(c));
            if (found == codes.end()) return false;
            out_.push_back(static_cast<char>(found->second >> 8 | 0x80));
            out_.push_back(static_cast<char>((found->second & 0xff) | 0x80));
        }
        return true;
    }
    std::string finish() { return std::move(out_); }

private:
    std::string out_;
};

std::string code_point_name(char32_t c) {
    char text[16];
    std::snprintf(text, sizeof text, "U+%04X", static_cast<unsigned>(c));
    return text;
}

// Kanji of names and places that JIS X 0208 has only in the form on the right (japan.md 12.1, 12.2
// name the common ones). Compatibility ideographs need no row: their decomposition finds the
// relative.
constexpr std::pair<char32_t, std::string_view> kRelatives[] = {
    {U'髙', "高"}, {U'﨑', "崎"}, {U'德', "徳"}, {U'瀨', "瀬"}, {U'𠮷', "吉"}, {U'濵', "浜"},
    {U'栁', "柳"}, {U'槗', "橋"}, {U'𣘺', "橋"}, {U'𡈽', "土"}, {U'圡', "土"}, {U'𠀋', "丈"},
    {U'緖', "緒"}, {U'寬', "寛"}, {U'郞', "郎"}, {U'敎', "教"}, {U'淸', "清"}, {U'增', "増"},
    {U'橫', "横"}, {U'靑', "青"}, {U'黑', "黒"}, {U'曻', "昇"}, {U'ﾞ', "゛"},  {U'ﾟ', "゜"},
};

template <class Encoder>
Result<std::string> encode(std::string_view utf8, OnUnmappable const& on_unmappable,
                           Encoder encoder) {
    if (!is_valid_utf8(utf8)) return Error(Code::kInvalidContent, "text to encode is not UTF-8");
    std::size_t at = 0;
    while (at < utf8.size()) {
        std::size_t const position = at;
        char32_t const c = next_character(utf8, at);
        if (encoder.put(c)) continue;
        // The control characters are nobody's to replace.
        std::optional<std::string> const other =
            on_unmappable && c >= 0x80 ? on_unmappable({c, position}) : std::nullopt;
        bool written = other.has_value() && is_valid_utf8(*other);
        for (std::size_t i = 0; written && i < other->size();) {
            written = encoder.put(next_character(*other, i));
        }
        if (!written) {
            return Error(Code::kInvalidContent, "no code for " + code_point_name(c) + " at byte " +
                                                    std::to_string(position));
        }
    }
    return encoder.finish();
}

}  // namespace

Result<std::string> encode_iso2022jp(std::string_view utf8, OnUnmappable const& on_unmappable,
                                     JisSets sets) {
    return encode(utf8, on_unmappable, JisEncoder(sets));
}
Result<std::string> encode_cp932(std::string_view utf8, OnUnmappable const& on_unmappable) {
    return encode(utf8, on_unmappable, Cp932Encoder());
}
Result<std::string> encode_eucjp(std::string_view utf8, OnUnmappable const& on_unmappable) {
    return encode(utf8, on_unmappable, EucEncoder());
}

std::optional<std::string> nearest_jis_text(UnmappableCharacter const& unmappable) {
    for (auto const& [character, relative] : kRelatives) {
        if (character == unmappable.character) return std::string(relative);
    }
    // A variation selector only refines the character before it, which is there already.
    char32_t const c = unmappable.character;
    if ((c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef)) return std::string();
    constexpr char kGeta[] = "〓";
    UErrorCode status = U_ZERO_ERROR;
    icu::Normalizer2 const* nfkc = icu::Normalizer2::getNFKCInstance(status);
    if (U_FAILURE(status)) return kGeta;
    icu::UnicodeString const folded =
        nfkc->normalize(icu::UnicodeString(static_cast<UChar32>(c)), status);
    if (U_FAILURE(status) || folded.isEmpty()) return kGeta;
    JisEncoder probe{JisSets{}};
    for (std::int32_t i = 0; i < folded.length(); i = folded.moveIndex32(i, 1)) {
        // A decomposition into a delimiter of HL7 would change the message's structure.
        auto const part = static_cast<char32_t>(folded.char32At(i));
        bool const structural =
            part < 0x20 || std::u32string_view(U"|^~\\&").find(part) != std::u32string_view::npos;
        if (structural || !probe.put(part)) return kGeta;
    }
    std::string out;
    folded.toUTF8String(out);
    return out;
}

}  // namespace musubi
