#include "platform/xml/encoding.h"

#include "platform/base/text.h"

#include <algorithm>

namespace musubi::xml {
namespace {

enum class Source : std::uint8_t { kUtf8, kUtf16 };

Error refuse(char const* why) { return {Code::kInvalidMessage, why}; }

Result<std::string> from_utf16(ByteView bytes, bool big_endian) {
    if (bytes.size() % 2 != 0) return refuse("UTF-16 text of odd length");
    auto const unit = [&](std::size_t i) {
        return static_cast<char32_t>(big_endian ? bytes[i] << 8 | bytes[i + 1]
                                                : bytes[i + 1] << 8 | bytes[i]);
    };
    std::string out;
    out.reserve(bytes.size());
    for (std::size_t i = 0; i < bytes.size(); i += 2) {
        char32_t c = unit(i);
        if (c >= 0xd800 && c <= 0xdfff) {
            char32_t const low = c < 0xdc00 && i + 2 < bytes.size() ? unit(i + 2) : 0;
            if (low < 0xdc00 || low > 0xdfff) return refuse("unpaired UTF-16 surrogate");
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            i += 2;
        }
        append_utf8(out, c);
    }
    return out;
}

/// The value of the pseudo-attribute `name` in the XML declaration; empty when there is none.
std::string_view declared(std::string_view declaration, std::string_view name) {
    std::size_t at = declaration.find(name);
    if (at == std::string_view::npos) return {};
    std::string_view rest = trim(declaration.substr(at + name.size()));
    if (rest.empty() || rest.front() != '=') return {};
    rest = trim(rest.substr(1));
    if (rest.empty() || (rest.front() != '"' && rest.front() != '\'')) return {};
    std::size_t const end = rest.find(rest.front(), 1);
    return end == std::string_view::npos ? std::string_view() : rest.substr(1, end - 1);
}

Status check_declaration(std::string_view text, Source source) {
    if (!text.starts_with("<?xml") || text.size() < 6 ||
        std::string_view(" \t\r\n").find(text[5]) == std::string_view::npos) {
        return {};
    }
    std::size_t const end = text.find("?>");
    if (end == std::string_view::npos) return refuse("XML declaration without end");
    std::string_view const declaration = text.substr(5, end - 5);
    std::string_view const version = declared(declaration, "version");
    if (!version.empty() && version != "1.0") return refuse("XML version other than 1.0");
    std::string_view const encoding = declared(declaration, "encoding");
    if (encoding.empty()) return {};
    auto const is = [encoding](std::string_view name) {
        return equals_ignore_case(encoding, name);
    };
    if (is("UTF-8") || is("UTF8")) return {};
    if (source == Source::kUtf16) {
        if (is("UTF-16") || is("UTF-16LE") || is("UTF-16BE")) return {};
        return refuse("declared encoding contradicts the byte order mark");
    }
    // A label of an ASCII superset changes nothing as long as all octets are ASCII.
    bool const ascii = std::all_of(text.begin(), text.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (ascii && (is("US-ASCII") || is("ISO-8859-1") || is("windows-1252"))) return {};
    return refuse("encoding other than UTF-8 and UTF-16");
}

}  // namespace

Result<std::string_view> to_utf8(ByteView bytes, std::string& holder) {
    auto const starts = [bytes](std::initializer_list<std::uint8_t> mark) {
        return bytes.size() >= mark.size() && std::equal(mark.begin(), mark.end(), bytes.begin());
    };
    if (starts({0xff, 0xfe, 0, 0}) || starts({0, 0, 0xfe, 0xff})) return refuse("UTF-32 text");
    bool const little = starts({0xff, 0xfe});
    if (little || starts({0xfe, 0xff})) {
        holder = TRY(from_utf16(bytes.subspan(2), !little));
        TRY(check_declaration(holder, Source::kUtf16));
        return std::string_view(holder);
    }
    std::string_view text = as_text(bytes);
    if (starts({0xef, 0xbb, 0xbf})) text.remove_prefix(3);
    if (!is_valid_utf8(text)) return refuse("invalid UTF-8");
    TRY(check_declaration(text, Source::kUtf8));
    return text;
}

}  // namespace musubi::xml
