#include "codec/auditmsg/audit_message.h"

namespace musubi::auditmsg {
namespace {

constexpr std::size_t kMaxDepth = 64;  // deeper is no audit message; the parser refuses it too

/// Behind the tag, comment or declaration that begins at `at`; npos when it does not end. Quotes
/// hide a '>'.
std::size_t end_of_markup(std::string_view xml, std::size_t at) {
    if (xml.substr(at).starts_with("<!--")) {
        auto const end = xml.find("-->", at + 4);
        return end == std::string_view::npos ? end : end + 3;
    }
    char quote = '\0';
    for (std::size_t i = at + 1; i < xml.size(); ++i) {
        if (quote != '\0') {
            if (xml[i] == quote) quote = '\0';
        } else if (xml[i] == '"' || xml[i] == '\'') {
            quote = xml[i];
        } else if (xml[i] == '>') {
            return i + 1;
        }
    }
    return std::string_view::npos;
}

std::string_view name_of(std::string_view tag) {  // behind '<'
    auto const end = tag.find_first_of(" \t\r\n/>");
    return tag.substr(0, end);
}

/// Text that stops inside a character or a reference must lose that beginning.
std::string_view whole_characters(std::string_view text) {
    auto const reference = text.rfind('&');
    if (reference != std::string_view::npos && text.find(';', reference) == std::string_view::npos)
        text = text.substr(0, reference);
    std::size_t back = text.size();
    while (back > 0 && text.size() - back < 4 && (text[back - 1] & 0xC0) == 0x80) --back;
    if (back == 0 || (text[back - 1] & 0x80) == 0) return text;
    auto const lead = static_cast<unsigned char>(text[back - 1]);
    std::size_t const length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    return text.size() - back + 1 < length ? text.substr(0, back - 1) : text;
}

}  // namespace

std::string close_open_elements(std::string_view xml) {
    std::vector<std::string_view> open;
    std::size_t good = 0;  // behind the last finished markup
    for (std::size_t at = xml.find('<'); at != std::string_view::npos; at = xml.find('<', good)) {
        std::size_t const end = end_of_markup(xml, at);
        if (end == std::string_view::npos) {
            xml = xml.substr(0, at);
            break;
        }
        std::string_view const tag = xml.substr(at + 1, end - at - 2);
        if (tag.starts_with('/')) {
            if (!open.empty()) open.pop_back();
        } else if (!tag.starts_with('?') && !tag.starts_with('!') && !tag.ends_with('/')) {
            open.push_back(name_of(tag));
            if (open.size() > kMaxDepth) break;
        }
        good = end;
    }
    std::string out(whole_characters(xml));
    for (auto name = open.rbegin(); name != open.rend(); ++name) {
        out += "</";
        out += *name;
        out += '>';
    }
    return out;
}

}  // namespace musubi::auditmsg
