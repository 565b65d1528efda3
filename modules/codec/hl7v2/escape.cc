#include "codec/hl7v2/escape.h"

#include <algorithm>

namespace musubi::hl7v2 {
namespace {

/// The text of \Xhh..\, or nothing when the digits, the octets or the result are not fit to be
/// text.
std::optional<std::string> hex_text(std::string_view digits, Charset const& charset) {
    auto const octets = from_hex(digits);
    if (!octets || octets->empty()) return std::nullopt;
    auto text = decode_text(*octets, charset);
    if (!text) return std::nullopt;
    bool const control = std::any_of(text->begin(), text->end(), [](char c) {
        auto const byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t' && c != '\r' && c != '\n') || byte == 0x7f;
    });
    if (control) return std::nullopt;
    return *std::move(text);
}

/// `body` stands between two escape characters. Nothing: not an escape we know.
std::optional<std::string> resolve(std::string_view body, Delimiters const& d,
                                   Charset const& charset) {
    if (body.empty()) return std::nullopt;
    if (body.size() == 1) {
        switch (body[0]) {
            case 'F': return std::string(1, d.field);
            case 'S': return std::string(1, d.component);
            case 'T': return std::string(1, d.subcomponent);
            case 'R': return std::string(1, d.repetition);
            case 'E': return std::string(1, d.escape);
            case 'H':
            case 'N': return std::string();
            default: return std::nullopt;
        }
    }
    if (body == ".br" || body.starts_with(".sp") || body == ".ce") return std::string("\n");
    if (body == ".fi" || body == ".nf" || body.starts_with(".in") || body.starts_with(".ti")) {
        return std::string();
    }
    if (body[0] == 'X') return hex_text(body.substr(1), charset);
    bool const switches_set =
        (body[0] == 'C' && body.size() == 5) || (body[0] == 'M' && body.size() >= 5);
    if (switches_set && body.size() <= 7 && from_hex(body.substr(1))) return std::string();
    return std::nullopt;
}

}  // namespace

std::string unescape(std::string_view raw, Delimiters const& delimiters, Charset const& charset) {
    if (raw.find(delimiters.escape) == std::string_view::npos) return std::string(raw);
    std::string out;
    out.reserve(raw.size());
    std::size_t at = 0;
    while (at < raw.size()) {
        std::size_t const start = raw.find(delimiters.escape, at);
        out.append(raw.substr(at, start - at));
        if (start == std::string_view::npos) break;
        std::size_t const end = raw.find(delimiters.escape, start + 1);
        auto const text =
            end == std::string_view::npos
                ? std::nullopt
                : resolve(raw.substr(start + 1, end - start - 1), delimiters, charset);
        if (text) {
            out += *text;
            at = end + 1;
        } else {
            // Not an escape: keep the character, and let its partner open the next one.
            out.push_back(delimiters.escape);
            at = start + 1;
        }
    }
    return out;
}

std::string escape(std::string_view text, Delimiters const& d) {
    std::string out;
    out.reserve(text.size());
    auto const add = [&out, &d](std::string_view body) {
        out.push_back(d.escape);
        out += body;
        out.push_back(d.escape);
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        char const c = text[i];
        auto const byte = static_cast<std::uint8_t>(c);
        if (c == d.field)
            add("F");
        else if (c == d.component)
            add("S");
        else if (c == d.subcomponent)
            add("T");
        else if (c == d.repetition)
            add("R");
        else if (c == d.escape)
            add("E");
        else if (c == '\n' && i > 0 && text[i - 1] == '\r')
            continue;
        else if (c == '\r' || c == '\n')
            add(".br");
        else if ((byte < 0x20 && c != '\t') || byte == 0x7f)
            add("X" + to_hex(ByteView(&byte, 1)));
        else
            out.push_back(c);
    }
    return out;
}

}  // namespace musubi::hl7v2
