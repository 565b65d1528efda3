#include "codec/dicomparts/json_value.h"

#include "platform/base/json_text.h"
#include "platform/base/text.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>

namespace musubi::dicomparts {
namespace {

bool is_one_of(std::string_view vr, std::string_view list) {
    for (std::size_t i = 0; i + 1 < list.size(); i += 2) {
        if (list.substr(i, 2) == vr) return true;
    }
    return false;
}

bool is_padding(char c) { return c == ' ' || c == '\0'; }

/// Leading spaces mean nothing in most texts, trailing ones in none (PS3.5 6.2).
std::string_view unpadded(std::string_view text, bool both) {
    while (!text.empty() && is_padding(text.back())) text.remove_suffix(1);
    while (both && !text.empty() && is_padding(text.front())) text.remove_prefix(1);
    return text;
}

std::uint64_t little_endian(ByteView octets) {
    std::uint64_t out = 0;
    for (std::size_t i = octets.size(); i-- > 0;) out = out << 8 | octets[i];
    return out;
}

template <class T>
void put_number(std::string& out, T number) {
    std::array<char, 40> text;
    auto const done = std::to_chars(text.data(), text.data() + text.size(), number);
    out.append(text.data(), done.ptr);
}

template <class T>
void put_float(std::string& out, T number) {
    if (std::isfinite(number))
        put_number(out, number);
    else
        out += "null";  // JSON has no word for it
}

/// Beyond it a reader that takes numbers for doubles would change them.
constexpr std::uint64_t kMostExact = std::uint64_t{1} << 53;

void put_binary_number(std::string& out, std::string_view vr, ByteView octets) {
    std::uint64_t const n = little_endian(octets);
    if (vr == "FL") return put_float(out, std::bit_cast<float>(static_cast<std::uint32_t>(n)));
    if (vr == "FD") return put_float(out, std::bit_cast<double>(n));
    if (vr == "SS") return put_number(out, static_cast<std::int16_t>(n));
    if (vr == "SL") return put_number(out, static_cast<std::int32_t>(n));
    if (vr == "AT") {
        constexpr char kDigits[] = "0123456789ABCDEF";
        std::uint32_t const tag = static_cast<std::uint32_t>(n << 16 | (n >> 16 & 0xFFFF));
        out += '"';
        for (int shift = 28; shift >= 0; shift -= 4) out += kDigits[tag >> shift & 0xF];
        out += '"';
        return;
    }
    bool const is_signed = vr == "SV";
    auto const as_signed = static_cast<std::int64_t>(n);
    std::uint64_t const size = is_signed && as_signed < 0 ? 0 - n : n;
    bool const quoted = (is_signed || vr == "UV") && size > kMostExact;
    if (quoted) out += '"';
    if (is_signed)
        put_number(out, as_signed);
    else
        put_number(out, n);
    if (quoted) out += '"';
}

void put_person(std::string& out, std::string_view name) {
    constexpr std::string_view kGroups[] = {"Alphabetic", "Ideographic", "Phonetic"};
    auto const groups = split(name, '=');
    std::string object;
    for (std::size_t i = 0; i < groups.size() && i < std::size(kGroups); ++i) {
        std::string_view const group = unpadded(groups[i], true);
        if (group.empty()) continue;
        object += object.empty() ? "\"" : ",\"";
        object += kGroups[i];
        object += "\":";
        put_json_text(object, group);
    }
    out += object.empty() ? "null" : "{" + object + "}";
}

void put_one_text(std::string& out, std::string_view vr, std::string_view text) {
    text = unpadded(text, !is_one_of(vr, "LTSTUTUCUR"));
    if (text.empty()) {
        out += "null";
    } else if (vr == "PN") {
        put_person(out, text);
    } else if (std::string const number = is_one_of(vr, "DSIS") ? json_number(text) : "";
               !number.empty()) {
        out += number;
    } else {
        put_json_text(out, text);
    }
}

void put_texts(std::string& out, std::string_view vr, std::string_view octets,
               TextDecoder const& decoder) {
    if (unpadded(octets, true).empty()) return;
    bool const single = is_one_of(vr, "LTSTUTUR");
    std::string text;
    if (!is_one_of(vr, "LOLTPNSHSTUCUT"))
        text = cleaned(octets);
    else
        text = decoder.utf8(octets, vr == "PN" ? "\\^=" : single ? "" : "\\");
    out += ",\"Value\":[";
    if (single) {
        put_one_text(out, vr, text);
    } else {
        char const* comma = "";
        for (std::string_view const one : split(text, '\\')) {
            out += comma;
            put_one_text(out, vr, one);
            comma = ",";
        }
    }
    out += ']';
}

std::size_t width_of(std::string_view vr) {
    if (is_one_of(vr, "SSUS")) return 2;
    if (is_one_of(vr, "ATFLSLUL")) return 4;
    return is_one_of(vr, "FDSVUV") ? 8 : 0;
}

}  // namespace

std::string json_number(std::string_view text) {
    auto const digits = [&] {
        std::size_t count = 0;
        while (count < text.size() && text[count] >= '0' && text[count] <= '9') ++count;
        std::string_view const out = text.substr(0, count);
        text.remove_prefix(count);
        return out;
    };
    auto const sign = [&] {
        bool const minus = text.starts_with('-');
        if (minus || text.starts_with('+')) text.remove_prefix(1);
        return minus;
    };
    std::string out = sign() ? "-" : "";
    std::string_view whole = digits(), fraction;
    bool const point = text.starts_with('.');
    if (point) {
        text.remove_prefix(1);
        fraction = digits();
    }
    if (whole.empty() && fraction.empty()) return "";
    while (whole.starts_with('0')) whole.remove_prefix(1);
    out += whole.empty() ? "0" : whole;
    if (!fraction.empty()) (out += '.') += fraction;
    if (text.starts_with('e') || text.starts_with('E')) {
        text.remove_prefix(1);
        out += sign() ? "e-" : "e";
        std::string_view const exponent = digits();
        if (exponent.empty()) return "";
        out += exponent;
    }
    return text.empty() ? out : "";
}

void put_value(std::string& out, std::string_view vr, ByteView value, TextDecoder const& decoder) {
    if (value.empty()) return;
    if (vr == "UN" || vr.starts_with('O')) {
        out += ",\"InlineBinary\":\"" + to_base64(value) + "\"";
        return;
    }
    std::size_t const width = width_of(vr);
    if (width == 0) return put_texts(out, vr, as_text(value), decoder);
    if (value.size() < width) return;
    out += ",\"Value\":[";
    for (std::size_t at = 0; at + width <= value.size(); at += width) {
        if (at != 0) out += ',';
        put_binary_number(out, vr, value.subspan(at, width));
    }
    out += ']';
}

}  // namespace musubi::dicomparts
