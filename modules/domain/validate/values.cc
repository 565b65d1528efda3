#include "domain/validate/values.h"

#include "domain/identifiers.h"
#include "platform/base/ids.h"
#include "platform/base/text.h"

#include <algorithm>

namespace musubi::domain {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_alnum(char c) { return is_digit(c) || is_alpha(c); }
bool all(std::string_view text, bool (*what)(char)) {
    return std::all_of(text.begin(), text.end(), what);
}

bool is_wide_oid(std::string_view text) {
    if (text.empty() || text.size() > 64) return false;
    auto const arcs = split(text, '.');
    return arcs.size() >= 2 && std::all_of(arcs.begin(), arcs.end(), [](std::string_view arc) {
               return !arc.empty() && all(arc, is_digit) && (arc.size() == 1 || arc[0] != '0');
           });
}

// RFC 2045 token.
bool is_token_char(char c) {
    return c > 0x20 && c < 0x7f &&
           std::string_view("()<>@,;:\\\"/[]?=").find(c) == std::string_view::npos;
}

}  // namespace

std::string_view rule_of_dtm(std::string_view value) {
    return is_dtm(value) ? "" : "must be a time YYYY[MM[DD[hh[mm[ss]]]]] in UTC";
}

std::string_view rule_of_oid(std::string_view value) {
    return is_wide_oid(value) ? "" : "must be an OID of at most 64 characters";
}

std::string_view rule_of_sha1(std::string_view value) {
    bool const hex = std::all_of(value.begin(), value.end(), [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    });
    return hex && value.size() == 40 ? "" : "must be a SHA-1 of 40 hexadecimal digits";
}

std::string_view rule_of_size(std::string_view value) {
    // 18 digits hold any size and still fit 64 bits.
    return !value.empty() && value.size() <= 18 && all(value, is_digit)
               ? ""
               : "must be a number of octets, digits only";
}

std::string_view rule_of_language(std::string_view value) {
    auto const parts = split(value, '-');
    bool right = !parts[0].empty() && all(parts[0], is_alpha);
    for (std::string_view part : parts)
        right = right && !part.empty() && part.size() <= 8 && all(part, is_alnum);
    return right ? "" : "must be a language tag of RFC 5646 such as ja-JP";
}

std::string_view rule_of_mime_type(std::string_view value) {
    constexpr std::string_view kRule = "must be a MIME type type/subtype";
    std::string_view const type = trim(value.substr(0, value.find(';')));
    std::size_t const slash = type.find('/');
    if (slash == std::string_view::npos || slash == 0 || slash + 1 == type.size()) return kRule;
    return all(type.substr(0, slash), is_token_char) && all(type.substr(slash + 1), is_token_char)
               ? ""
               : kRule;
}

std::string_view rule_of_uri(std::string_view value) {
    // RFC 3986 characters, and those of other scripts that RFC 3987 adds.
    bool const right = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
        auto const u = static_cast<unsigned char>(c);
        return u >= 0x80 || is_alnum(c) ||
               std::string_view("-._~:/?#[]@!$&'()*+,;=%").find(c) != std::string_view::npos;
    });
    return right ? "" : "must be a URI";
}

std::string_view rule_of_document_availability(std::string_view value) {
    constexpr std::string_view kPrefix = "urn:ihe:iti:2010:DocumentAvailability:";
    bool const right = value.starts_with(kPrefix) && (value.substr(kPrefix.size()) == "Online" ||
                                                      value.substr(kPrefix.size()) == "Offline");
    return right ? "" : "must be urn:ihe:iti:2010:DocumentAvailability: and Online or Offline";
}

std::string_view rule_of_home(std::string_view value) {
    constexpr std::string_view kPrefix = "urn:oid:";
    return value.starts_with(kPrefix) && is_wide_oid(value.substr(kPrefix.size()))
               ? ""
               : "must be urn:oid: and an OID";
}

std::string_view rule_of_entry_unique_id(std::string_view value) {
    bool const right = !value.empty() && std::all_of(value.begin(), value.end(),
                                                     [](char c) { return c > 0x20 && c < 0x7f; });
    return right ? "" : "must be printable ASCII without blanks";
}

bool is_urn(std::string_view name) {
    auto const parts = split(name, ':');
    return parts.size() >= 3 && equals_ignore_case(parts[0], "urn") && !parts[1].empty() &&
           !parts[2].empty() &&
           std::all_of(parts[1].begin(), parts[1].end(),
                       [](char c) { return is_alnum(c) || c == '-'; }) &&
           std::none_of(name.begin(), name.end(), [](char c) { return c == ' '; });
}

std::string_view rule_of_patient_id(std::string_view value) {
    return PatientId::parse(value) ? ""
                                   : "must be id^^^&OID&ISO with nothing in the other components";
}

std::string_view rule_of_patient_info(std::string_view value, std::string_view& field) {
    constexpr std::string_view kRule =
        "must be written PID-n|value, with n from 1 to 39 and not 2, 4, 12 or 19";
    field = "";
    std::string_view const name = value.substr(0, value.find('|'));
    if (!name.starts_with("PID-") || name.size() == value.size()) return kRule;
    std::string_view const number = name.substr(4);
    if (number.empty() || number.size() > 2 || !all(number, is_digit) || number[0] == '0')
        return kRule;
    field = name;
    int n = 0;
    for (char c : number) n = n * 10 + (c - '0');
    return n > 39 || n == 2 || n == 4 || n == 12 || n == 19 ? kRule : "";
}

}  // namespace musubi::domain
