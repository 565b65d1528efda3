#include "platform/xml/writer.h"

#include "platform/base/text.h"

#include <array>

namespace musubi::xml {
namespace {

// What an octet means to the escaper. Multi-octet characters are looked at only from their first
// octet on.
enum Kind : unsigned char { kPlain, kEscape, kForbidden, kLead };

constexpr std::array<Kind, 256> make_table(bool attribute) {
    std::array<Kind, 256> table{};
    for (unsigned c = 0; c < 0x20; ++c) table[c] = kForbidden;
    for (unsigned c = 0x80; c < 0x100; ++c) table[c] = kLead;
    table['\t'] = table['\n'] = attribute ? kEscape : kPlain;
    table['\r'] = table['&'] = table['<'] = table['>'] = kEscape;
    if (attribute) table['"'] = kEscape;
    return table;
}
constexpr std::array<Kind, 256> kInText = make_table(false);
constexpr std::array<Kind, 256> kInAttribute = make_table(true);

std::string_view reference(char c) {
    switch (c) {
        case '&': return "&amp;";
        case '<': return "&lt;";
        case '>': return "&gt;";
        case '"': return "&quot;";
        case '\t': return "&#9;";
        case '\n': return "&#10;";
        default: return "&#13;";
    }
}

/// Octets of the well-formed UTF-8 character at the start of `text`; 0 when there is none or XML
/// forbids it.
std::size_t character_size(std::string_view text) {
    auto const lead = static_cast<unsigned char>(text[0]);
    std::size_t const size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    std::string_view const character = text.substr(0, size);
    if (character.size() < size || !is_valid_utf8(character)) return 0;
    if (character == "\xef\xbf\xbe" || character == "\xef\xbf\xbf") return 0;
    return size;
}

bool append_escaped(std::string& out, std::string_view text, std::array<Kind, 256> const& table) {
    bool clean = true;
    std::size_t copied = 0;
    for (std::size_t i = 0; i < text.size();) {
        Kind const kind = table[static_cast<unsigned char>(text[i])];
        if (kind == kPlain) {
            ++i;
            continue;
        }
        std::size_t const size = kind == kLead ? character_size(text.substr(i)) : 1;
        if (kind == kLead && size > 0) {
            i += size;
            continue;
        }
        out.append(text, copied, i - copied);
        if (kind == kEscape) {
            out.append(reference(text[i]));
        } else {
            out.append("\xef\xbf\xbd");
            clean = false;
        }
        copied = ++i;
    }
    out.append(text, copied, text.size() - copied);
    return clean;
}

}  // namespace

bool append_text(std::string& out, std::string_view text) {
    return append_escaped(out, text, kInText);
}
bool append_attribute_value(std::string& out, std::string_view value) {
    return append_escaped(out, value, kInAttribute);
}

Writer& Writer::declaration() { return raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"); }

Writer& Writer::start(std::string_view name) {
    close_start_tag();
    out_.push_back('<');
    open_.push_back({out_.size(), name.size()});
    out_.append(name);
    in_start_tag_ = true;
    return *this;
}

Writer& Writer::attribute(std::string_view name, std::string_view value) {
    out_.push_back(' ');
    out_.append(name);
    out_.append("=\"");
    clean_ = append_attribute_value(out_, value) && clean_;
    out_.push_back('"');
    return *this;
}

Writer& Writer::text(std::string_view text) {
    close_start_tag();
    clean_ = append_text(out_, text) && clean_;
    return *this;
}

Writer& Writer::end() {
    Name const name = open_.back();
    open_.pop_back();
    if (in_start_tag_) {
        out_.append("/>");
        in_start_tag_ = false;
        return *this;
    }
    out_.append("</");
    out_.append(out_, name.at, name.size);
    out_.push_back('>');
    return *this;
}

Writer& Writer::element(std::string_view name, std::string_view content) {
    return start(name).text(content).end();
}

Writer& Writer::raw(std::string_view fragment) {
    close_start_tag();
    out_.append(fragment);
    return *this;
}

std::string Writer::take() {
    while (!open_.empty()) end();
    clean_ = true;
    return std::move(out_);
}

}  // namespace musubi::xml
