#include "codec/mtom/part_headers.h"

#include "codec/mtom/content_type.h"
#include "platform/base/text.h"

#include <algorithm>

namespace musubi::mtom {
namespace {

Error malformed(char const* what) { return Error(Code::kInvalidMessage, what); }

bool is_name(std::string_view name) {
    return !name.empty() &&
           std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string_view without_angles(std::string_view id) {
    if (id.size() >= 2 && id.front() == '<' && id.back() == '>') return id.substr(1, id.size() - 2);
    return id;
}

Status assign(std::string& target, std::string_view value) {
    // Which of two would another reader take?
    if (!target.empty()) return malformed("part header twice");
    target = value;
    return {};
}

}  // namespace

Status add_header(std::string_view field, PartHeaders& headers) {
    std::size_t const colon = field.find(':');
    if (colon == std::string_view::npos) return malformed("part header without colon");
    std::string_view const raw_name = trim(field.substr(0, colon));
    if (!is_name(raw_name)) return malformed("part header name");
    std::string const name = to_lower_ascii(raw_name);
    std::string_view const value = trim(field.substr(colon + 1));
    bool const control = std::any_of(value.begin(), value.end(), [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    });
    if (control) return malformed("control character in a part header");
    if (name == "content-id") return assign(headers.content_id, without_angles(value));
    if (name == "content-type") return assign(headers.content_type, value);
    if (name == "content-transfer-encoding") return assign(headers.transfer_encoding, value);
    return {};
}

}  // namespace musubi::mtom
