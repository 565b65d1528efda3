#include "codec/hl7v2/charset.h"

#include "platform/base/text.h"

#include <algorithm>
#include <array>

namespace musubi::hl7v2 {
namespace {

std::string squeezed(std::string_view text) {
    std::string out;
    for (char const c : text) {
        if (c != ' ') out.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    }
    return out;
}

/// Adds what one repetition of MSH-18 names; false when it is not known.
bool add_set(std::string const& name, Charset& charset) {
    auto const jis = [&charset] { charset.encoding = Encoding::kIso2022Jp; };
    if (name.empty() || name == "ASCII" || name == "ISOIR6") {
        return true;
    } else if (name == "UNICODEUTF-8" || name == "UTF-8" || name == "UTF8" || name == "UNICODE") {
        charset.encoding = Encoding::kUtf8;
    } else if (name == "ISOIR87" || name == "JISX0202" || name == "JAS2020") {
        jis();
    } else if (name == "ISOIR159") {
        jis();
        charset.jis.supplementary_kanji = true;
    } else if (name == "ISOIR14" || name == "ISOIR13") {
        jis();
        charset.jis.half_width_katakana = true;
    } else if (name == "8859/1") {
        charset.encoding = Encoding::kLatin1;
    } else {
        return false;
    }
    return true;
}

constexpr std::string_view kEscapeLetters = "CM";

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

/// `\C2842\` or `\M2442\` at `at` as the ISO 2022 sequence it stands for; empty when there is none.
/// Only designations of the sets we read are taken: anything else could be the bytes of two kanji.
std::string switch_at(std::string_view text, std::size_t at, std::size_t& length) {
    if (text[at] != '\\' || at + 2 >= text.size()) return {};
    if (kEscapeLetters.find(text[at + 1]) == std::string_view::npos) return {};
    std::size_t const end = text.find('\\', at + 2);
    if (end == std::string_view::npos || (end - at != 6 && end - at != 8)) return {};
    std::string sequence = "\x1b";
    for (std::size_t i = at + 2; i < end; i += 2) {
        int const high = hex_value(text[i]);
        int const low = hex_value(text[i + 1]);
        if (high < 0 || low < 0) return {};
        sequence.push_back(static_cast<char>(high << 4 | low));
    }
    constexpr std::array<std::string_view, 6> kKnown = {"\x1b(B", "\x1b(J", "\x1b(I",
                                                        "\x1b$@", "\x1b$B", "\x1b$(D"};
    if (std::find(kKnown.begin(), kKnown.end(), sequence) == kKnown.end()) return {};
    length = end - at + 1;
    return sequence;
}

/// HL7's spelling of set switches as ISO 2022 ones. Walks two-byte text in pairs, so that a kanji
/// whose second byte is 0x5C is not taken for the start of an escape.
std::string with_iso2022_switches(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    bool two_byte = false;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t length = 0;
        std::string const sequence = switch_at(text, i, length);
        if (!sequence.empty()) {
            two_byte = sequence[1] == '$';
            out += sequence;
            i += length;
            continue;
        }
        if (text[i] == '\x1b' && i + 1 < text.size()) two_byte = text[i + 1] == '$';
        bool const pair = two_byte && text[i] > 0x20 && i + 1 < text.size();
        out.append(text.substr(i, pair ? 2 : 1));
        i += pair ? 2 : 1;
    }
    return out;
}

std::string with_hl7_switches(std::string_view iso2022) {
    std::string out;
    for (std::size_t i = 0; i < iso2022.size(); ++i) {
        if (iso2022[i] != '\x1b') {
            out.push_back(iso2022[i]);
            continue;
        }
        std::size_t const size = iso2022.substr(i).starts_with("\x1b$(D") ? 3 : 2;
        std::string hex = to_hex(as_bytes(iso2022.substr(i + 1, size)));
        std::transform(hex.begin(), hex.end(), hex.begin(),
                       [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
        out += std::string("\\") + (iso2022[i + 1] == '$' ? 'M' : 'C') + hex + "\\";
        i += size;
    }
    return out;
}

Error bad_byte(std::string_view what, std::size_t offset) {
    return Error(Code::kInvalidContent, std::string(what) + " at byte " + std::to_string(offset));
}

Result<std::string> decode_latin1(ByteView bytes) {
    std::string out;
    for (std::uint8_t const byte : bytes) append_utf8(out, byte);
    return out;
}

/// For the sets without an encoder of their own: ASCII, and Latin-1 up to U+00FF.
Result<std::string> encode_narrow(std::string_view utf8, unsigned limit,
                                  OnUnmappable const& on_unmappable) {
    std::string out;
    for (std::size_t i = 0; i < utf8.size();) {
        auto const lead = static_cast<unsigned char>(utf8[i]);
        std::size_t const size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        char32_t c = size == 1 ? lead : lead & (0x7fU >> size);
        for (std::size_t k = 1; k < size; ++k)
            c = c << 6 | (static_cast<unsigned char>(utf8[i + k]) & 0x3fU);
        if (c < limit) {
            out.push_back(static_cast<char>(c));
        } else {
            auto const other = on_unmappable ? on_unmappable({c, i}) : std::nullopt;
            // Half of the usual replacements (the geta mark) are Japanese themselves: a question
            // mark then.
            bool const plain = other && std::all_of(other->begin(), other->end(), [](char o) {
                                   return static_cast<unsigned char>(o) < 0x80;
                               });
            if (!other) return bad_byte("character outside the declared set", i);
            out += plain ? *other : "?";
        }
        i += size;
    }
    return out;
}

}  // namespace

std::string_view to_string(Encoding encoding) {
    switch (encoding) {
        case Encoding::kAscii: return "ascii";
        case Encoding::kUtf8: return "utf-8";
        case Encoding::kIso2022Jp: return "iso-2022-jp";
        case Encoding::kLatin1: return "latin-1";
        case Encoding::kCp932: return "cp932";
        case Encoding::kEucJp: return "euc-jp";
    }
    return "unknown";
}

std::optional<Charset> charset_of(std::string_view msh18, std::string_view msh20, char repetition) {
    Charset charset;
    bool any = false;
    for (std::string_view const part : split(msh18, repetition)) {
        std::string const name = squeezed(part);
        if (!add_set(name, charset)) return std::nullopt;
        any = any || !name.empty();
    }
    std::string const scheme = squeezed(msh20);
    if (scheme == "2.3") charset.switching = Switching::kHl7Escapes;
    if (!any && (scheme == "ISO2022-1994" || scheme == "2.3"))
        charset.encoding = Encoding::kIso2022Jp;
    charset.declared = msh18;
    std::replace(charset.declared.begin(), charset.declared.end(), repetition, '~');
    charset.declared_scheme = msh20;
    return charset;
}

Charset charset_for(Encoding encoding) {
    Charset charset;
    charset.encoding = encoding;
    switch (encoding) {
        case Encoding::kUtf8: charset.declared = "UNICODE UTF-8"; break;
        case Encoding::kIso2022Jp:
            charset.declared = "~ISO IR87";
            charset.declared_scheme = "ISO 2022-1994";
            break;
        case Encoding::kLatin1: charset.declared = "8859/1"; break;
        // Neither has a value in table 0211: such partners send them undeclared and expect them so.
        case Encoding::kAscii:
        case Encoding::kCp932:
        case Encoding::kEucJp: break;
    }
    return charset;
}

Result<std::string> decode_text(ByteView bytes, Charset const& charset) {
    switch (charset.encoding) {
        case Encoding::kAscii: {
            auto const bad = std::find_if(bytes.begin(), bytes.end(),
                                          [](std::uint8_t b) { return b >= 0x80 || b == 0x1b; });
            if (bad == bytes.end()) return std::string(as_text(bytes));
            return bad_byte("not ASCII", static_cast<std::size_t>(bad - bytes.begin()));
        }
        case Encoding::kUtf8:
            if (!is_valid_utf8(as_text(bytes))) return Error(Code::kInvalidContent, "not UTF-8");
            return std::string(as_text(bytes));
        case Encoding::kIso2022Jp:
            return decode_iso2022jp(as_bytes(with_iso2022_switches(as_text(bytes))));
        case Encoding::kLatin1: return decode_latin1(bytes);
        case Encoding::kCp932: return decode_cp932(bytes);
        case Encoding::kEucJp: return decode_eucjp(bytes);
    }
    return Error(Code::kInternal, "unknown encoding");
}

Result<std::string> encode_text(std::string_view utf8, Charset const& charset,
                                OnUnmappable const& on_unmappable) {
    if (!is_valid_utf8(utf8)) return Error(Code::kInternal, "text to send is not UTF-8");
    switch (charset.encoding) {
        case Encoding::kUtf8: return std::string(utf8);
        case Encoding::kLatin1: return encode_narrow(utf8, 0x100, on_unmappable);
        case Encoding::kIso2022Jp: {
            std::string bytes = TRY(encode_iso2022jp(utf8, on_unmappable, charset.jis));
            return charset.switching == Switching::kHl7Escapes ? with_hl7_switches(bytes) : bytes;
        }
        case Encoding::kCp932: return encode_cp932(utf8, on_unmappable);
        case Encoding::kEucJp: return encode_eucjp(utf8, on_unmappable);
        case Encoding::kAscii: break;
    }
    return encode_narrow(utf8, 0x80, on_unmappable);
}

}  // namespace musubi::hl7v2
