#include "platform/base/json_text.h"

namespace musubi {

void put_json_text(std::string& out, std::string_view text) {
    constexpr char kHex[] = "0123456789abcdef";
    out += '"';
    for (char const c : text) {
        auto const octet = static_cast<unsigned char>(c);
        switch (c) {
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\b': out += "\\b"; break;
            case '\f': out += "\\f"; break;
            case '\n': out += "\\n"; break;
            case '\r': out += "\\r"; break;
            case '\t': out += "\\t"; break;
            default:
                if (octet < 0x20) {
                    out += "\\u00";
                    out += kHex[octet >> 4];
                    out += kHex[octet & 15];
                } else {
                    out += c;
                }
        }
    }
    out += '"';
}

std::string json_text(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 2);
    put_json_text(out, text);
    return out;
}

}  // namespace musubi
