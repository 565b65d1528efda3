#include "platform/base/bytes.h"

#include <array>

namespace musubi {
namespace {

constexpr char kHex[] = "0123456789abcdef";
constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kBad = 0xff;
constexpr std::uint8_t kSpace = 0xfe;

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

constexpr std::array<std::uint8_t, 256> make_base64_table() {
    std::array<std::uint8_t, 256> table{};
    for (auto& entry : table) entry = kBad;
    for (std::uint8_t i = 0; i < 64; ++i) table[static_cast<std::uint8_t>(kBase64[i])] = i;
    for (char c : {' ', '\t', '\r', '\n'}) table[static_cast<std::uint8_t>(c)] = kSpace;
    return table;
}
constexpr auto kBase64Values = make_base64_table();

}  // namespace

std::string to_hex(ByteView bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (std::uint8_t byte : bytes) {
        text.push_back(kHex[byte >> 4]);
        text.push_back(kHex[byte & 15]);
    }
    return text;
}

Result<Bytes> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return Error(Code::kInvalidContent, "hex text of odd length");
    Bytes bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        int const high = hex_digit(text[i]);
        int const low = hex_digit(text[i + 1]);
        if (high < 0 || low < 0) return Error(Code::kInvalidContent, "not a hex digit");
        bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
    }
    return bytes;
}

std::string to_base64(ByteView bytes) {
    std::size_t const whole = bytes.size() / 3;
    std::string text(whole * 4, '\0');
    char* out = text.data();
    std::uint8_t const* in = bytes.data();
    for (std::size_t group = 0; group < whole; ++group, in += 3, out += 4) {
        std::uint32_t const v = static_cast<std::uint32_t>(in[0] << 16 | in[1] << 8 | in[2]);
        out[0] = kBase64[v >> 18];
        out[1] = kBase64[v >> 12 & 63];
        out[2] = kBase64[v >> 6 & 63];
        out[3] = kBase64[v & 63];
    }
    std::size_t const i = whole * 3;
    std::size_t const rest = bytes.size() - i;
    if (rest == 0) return text;
    std::uint32_t v = static_cast<std::uint32_t>(bytes[i] << 16);
    if (rest == 2) v |= static_cast<std::uint32_t>(bytes[i + 1] << 8);
    text.push_back(kBase64[v >> 18 & 63]);
    text.push_back(kBase64[v >> 12 & 63]);
    text.push_back(rest == 2 ? kBase64[v >> 6 & 63] : '=');
    text.push_back('=');
    return text;
}

Result<Bytes> from_base64(std::string_view text) {
    // What has no spaces goes four characters at a time, up to the first one that is none of the
    // alphabet.
    Bytes bytes(text.size() / 4 * 3);
    std::size_t i = 0, done = 0;
    for (; i + 4 <= text.size(); i += 4, done += 3) {
        std::uint8_t value[4];
        for (std::size_t k = 0; k < 4; ++k)
            value[k] = kBase64Values[static_cast<std::uint8_t>(text[i + k])];
        if ((value[0] | value[1] | value[2] | value[3]) > 63) break;
        bytes[done] = static_cast<std::uint8_t>(value[0] << 2 | value[1] >> 4);
        bytes[done + 1] = static_cast<std::uint8_t>(value[1] << 4 | value[2] >> 2);
        bytes[done + 2] = static_cast<std::uint8_t>(value[2] << 6 | value[3]);
    }
    bytes.resize(done);
    std::uint32_t group = 0;
    int filled = 0;
    for (; i < text.size(); ++i) {
        std::uint8_t const value = kBase64Values[static_cast<std::uint8_t>(text[i])];
        if (value == kSpace) continue;
        if (value == kBad) break;
        group = group << 6 | value;
        if (++filled == 4) {
            bytes.push_back(static_cast<std::uint8_t>(group >> 16));
            bytes.push_back(static_cast<std::uint8_t>(group >> 8));
            bytes.push_back(static_cast<std::uint8_t>(group));
            filled = 0;
            group = 0;
        }
    }
    int padding = 0;
    for (; i < text.size(); ++i) {
        if (text[i] == '=') {
            ++padding;
        } else if (kBase64Values[static_cast<std::uint8_t>(text[i])] != kSpace) {
            return Error(Code::kInvalidContent, "not base64: unexpected character");
        }
    }
    if ((filled == 0 && padding != 0) || (filled != 0 && filled + padding != 4) || filled == 1) {
        return Error(Code::kInvalidContent, "not base64: wrong length or padding");
    }
    if (filled >= 2) {
        group <<= (4 - filled) * 6;
        bytes.push_back(static_cast<std::uint8_t>(group >> 16));
        if (filled == 3) bytes.push_back(static_cast<std::uint8_t>(group >> 8));
    }
    return bytes;
}

}  // namespace musubi
