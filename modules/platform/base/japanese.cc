#include "platform/base/japanese.h"

#include "platform/base/jis_tables.h"
#include "platform/base/text.h"

namespace musubi {
namespace {

constexpr char16_t kHalfWidthBase = 0xff61 - 0xa1;  // JIS X 0201 katakana A1..DF -> U+FF61..FF9F

bool is_half_width(std::uint8_t byte) { return byte >= 0xa1 && byte <= 0xdf; }
bool is_cell(std::uint8_t byte) { return byte >= 0x21 && byte <= 0x7e; }

Error malformed(char const* what, std::size_t offset) {
    return Error(Code::kInvalidContent, std::string(what) + " at byte " + std::to_string(offset));
}

/// 0 when the cell is undefined. `high` and `low` are 0x21..0x7e.
char16_t jis0208(std::uint8_t high, std::uint8_t low) {
    int const index = (high - 0x21) * kJisCells + (low - 0x21);
    return jis_mapping(jis_tables().cp932[static_cast<std::size_t>(index)]);
}
char16_t jis0212(std::uint8_t high, std::uint8_t low) {
    int const index = (high - 0x21) * kJisCells + (low - 0x21);
    return jis_tables().supplementary[static_cast<std::size_t>(index)];
}

enum class JisSet : std::uint8_t { kAscii, kKatakana, kKanji, kSupplementary };

struct Designation {
    std::string_view sequence;
    JisSet set;
};
// JIS roman differs from ASCII in two glyphs only, which HL7 needs as its escape and repetition
// characters.
constexpr Designation kDesignations[] = {
    {"\x1b(B", JisSet::kAscii},       {"\x1b(J", JisSet::kAscii},
    {"\x1b(H", JisSet::kAscii},       {"\x1b(I", JisSet::kKatakana},
    {"\x1b$@", JisSet::kKanji},       {"\x1b$B", JisSet::kKanji},
    {"\x1b$(@", JisSet::kKanji},      {"\x1b$(B", JisSet::kKanji},
    {"\x1b&@\x1b$B", JisSet::kKanji}, {"\x1b$(D", JisSet::kSupplementary},
};

class JisDecoder {
public:
    explicit JisDecoder(ByteView bytes) : bytes_(bytes) {
        out_.reserve(bytes.size() + bytes.size() / 2);
    }

    Result<std::string> run() {
        while (at_ < bytes_.size()) {
            std::uint8_t const byte = bytes_[at_];
            if (byte == 0x1b) {
                TRY(designate());
            } else if (byte <= 0x20 || byte == 0x7f) {
                TRY(control(byte));
            } else if (set_ == JisSet::kAscii || set_ == JisSet::kKatakana) {
                TRY(single(byte));
            } else {
                TRY(pair(byte));
            }
        }
        return std::move(out_);
    }

private:
    Status designate() {
        std::string_view const rest = as_text(bytes_.subspan(at_));
        for (auto const& [sequence, set] : kDesignations) {
            if (!rest.starts_with(sequence)) continue;
            set_ = set;
            at_ += sequence.size();
            return {};
        }
        return malformed("unknown or cut escape sequence", at_);
    }
    Status control(std::uint8_t byte) {
        if (byte == 0x0e || byte == 0x0f) return malformed("shift function", at_);
        if (byte == '\r' || byte == '\n') set_ = JisSet::kAscii;
        out_.push_back(static_cast<char>(byte));
        ++at_;
        return {};
    }
    Status single(std::uint8_t byte) {
        bool const katakana = set_ == JisSet::kKatakana && byte <= 0x5f;
        if (katakana) {
            append_utf8(out_, static_cast<char16_t>(kHalfWidthBase + (byte | 0x80)));
        } else if (is_half_width(byte)) {
            append_utf8(out_, static_cast<char16_t>(kHalfWidthBase + byte));
        } else if (set_ == JisSet::kAscii && byte < 0x80) {
            out_.push_back(static_cast<char>(byte));
        } else {
            return malformed("undefined single-byte code", at_);
        }
        ++at_;
        return {};
    }
    Status pair(std::uint8_t byte) {
        if (at_ + 1 >= bytes_.size()) return malformed("two-byte code cut short", at_);
        std::uint8_t const low = bytes_[at_ + 1];
        if (!is_cell(byte) || !is_cell(low)) return malformed("not a two-byte code", at_);
        char16_t const c = set_ == JisSet::kKanji ? jis0208(byte, low) : jis0212(byte, low);
        if (c == 0) return malformed("undefined two-byte code", at_);
        append_utf8(out_, c);
        at_ += 2;
        return {};
    }

    ByteView bytes_;
    std::size_t at_ = 0;
    JisSet set_ = JisSet::kAscii;
    std::string out_;
};

/// The character of a CP932 lead and trail byte; 0 when they are no pair or an undefined one.
char16_t cp932_pair(std::uint8_t lead, std::uint8_t trail) {
    bool const is_lead = (lead >= 0x81 && lead <= 0x9f) || (lead >= 0xe0 && lead <= 0xfc);
    if (!is_lead || trail < 0x40 || trail == 0x7f || trail > 0xfc) return 0;
    int const row = (lead - (lead < 0xa0 ? 0x81 : 0xc1)) * 2 + (trail >= 0x9f ? 1 : 0);
    int const cell = trail >= 0x9f ? trail - 0x9f : trail - 0x40 - (trail > 0x7f ? 1 : 0);
    return jis_tables().cp932[static_cast<std::size_t>(row * kJisCells + cell)];
}

}  // namespace

Result<std::string> decode_iso2022jp(ByteView bytes) { return JisDecoder(bytes).run(); }

Result<std::string> decode_cp932(ByteView bytes) {
    std::string out;
    out.reserve(bytes.size() * 2);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        std::uint8_t const byte = bytes[i];
        if (byte < 0x80) {
            out.push_back(static_cast<char>(byte));
        } else if (is_half_width(byte)) {
            append_utf8(out, static_cast<char16_t>(kHalfWidthBase + byte));
        } else {
            if (i + 1 >= bytes.size()) return malformed("two-byte code cut short", i);
            char16_t const c = cp932_pair(byte, bytes[i + 1]);
            if (c == 0) return malformed("undefined two-byte code", i);
            append_utf8(out, c);
            ++i;
        }
    }
    return out;
}

Result<std::string> decode_eucjp(ByteView bytes) {
    std::string out;
    out.reserve(bytes.size() * 2);
    std::size_t i = 0;
    while (i < bytes.size()) {
        std::uint8_t const byte = bytes[i];
        if (byte < 0x80) {
            out.push_back(static_cast<char>(byte));
            ++i;
            continue;
        }
        std::size_t const size = byte == 0x8f ? 3 : 2;
        if (i + size > bytes.size()) return malformed("multi-byte code cut short", i);
        std::uint8_t const high = bytes[i + size - 2];
        std::uint8_t const low = bytes[i + size - 1];
        char16_t c = 0;
        if (byte == 0x8e) {
            if (is_half_width(low)) c = static_cast<char16_t>(kHalfWidthBase + low);
        } else if (high >= 0xa1 && high <= 0xfe && low >= 0xa1 && low <= 0xfe) {
            auto const h = static_cast<std::uint8_t>(high & 0x7f);
            auto const l = static_cast<std::uint8_t>(low & 0x7f);
            c = byte == 0x8f ? jis0212(h, l) : jis0208(h, l);
        }
        if (c == 0) return malformed("undefined multi-byte code", i);
        append_utf8(out, c);
        i += size;
    }
    return out;
}

}  // namespace musubi
