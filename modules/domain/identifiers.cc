#include "domain/identifiers.h"

#include "platform/base/ids.h"
#include "platform/base/text.h"

#include <algorithm>
#include <array>
#include <vector>

namespace musubi::domain {
namespace {

constexpr std::string_view kSpecial = "|^&~\\";
constexpr std::string_view kEscaped = "FSTRE";  // HL7 v2 escape letters of kSpecial, in its order

std::string escape(std::string_view text) {
    std::string out;
    for (char c : text) {
        std::size_t const at = kSpecial.find(c);
        if (at == std::string_view::npos) {
            out.push_back(c);
        } else {
            out.append({'\\', kEscaped[at], '\\'});
        }
    }
    return out;
}

Result<std::string> unescape(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            out.push_back(text[i]);
            continue;
        }
        std::size_t const at = i + 2 < text.size() && text[i + 2] == '\\'
                                   ? kEscaped.find(text[i + 1])
                                   : std::string_view::npos;
        if (at == std::string_view::npos)
            return Error(Code::kInvalidContent, "unknown escape in an identifier");
        out.push_back(kSpecial[at]);
        i += 2;
    }
    return out;
}

int two_digits(std::string_view text, std::size_t at) {
    return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

int days_in_month(int year, int month) {
    constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool const leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

}  // namespace

Result<PatientId> PatientId::parse(std::string_view cx) {
    auto parts = split(cx, '^');
    while (parts.size() > 4 && parts.back().empty()) parts.pop_back();
    if (parts.size() != 4 || !parts[1].empty() || !parts[2].empty()) {
        return Error(Code::kInvalidContent,
                     "expected CX id^^^&OID&ISO with nothing in the other components");
    }
    if (parts[0].empty()) return Error(Code::kInvalidContent, "CX.1 (the id) is empty");
    auto const hd = split(parts[3], '&');
    if (hd.size() != 3 || !hd[0].empty() || hd[2] != "ISO" || !is_oid(hd[1])) {
        return Error(Code::kInvalidContent, "CX.4 must be &OID&ISO");
    }
    return PatientId{TRY(unescape(parts[0])), std::string(hd[1])};
}

std::string PatientId::to_cx() const { return escape(id) + "^^^&" + authority + "&ISO"; }

bool is_dtm(std::string_view text) {
    std::size_t const size = text.size();
    if (size < 4 || size > 14 || size % 2 != 0) return false;
    if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
        return false;
    int const year = two_digits(text, 0) * 100 + two_digits(text, 2);
    int const month = size >= 6 ? two_digits(text, 4) : 1;
    if (month < 1 || month > 12) return false;
    if (size >= 8 && (two_digits(text, 6) < 1 || two_digits(text, 6) > days_in_month(year, month)))
        return false;
    if (size >= 10 && two_digits(text, 8) > 23) return false;
    if (size >= 12 && two_digits(text, 10) > 59) return false;
    return size < 14 || two_digits(text, 12) <= 59;
}

std::string flaw_of_patient_id(std::string_view id) {
    if (length_in_characters(id) > kLongestPatientId)
        return "the id (CX.1) is longer than " + std::to_string(kLongestPatientId);
    bool const control = std::any_of(id.begin(), id.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    return control ? "the id (CX.1) has control characters" : "";
}

std::string one_spelling(std::string cx) {
    if (PatientId::parse(cx)) cx.resize(cx.find_last_not_of('^') + 1);
    return cx;
}

std::string dtm_lower_bound(std::string_view dtm) {
    constexpr std::string_view kLowest = "00000101000000";
    return std::string(dtm) + std::string(kLowest.substr(std::min(dtm.size(), kLowest.size())));
}

std::string dtm_upper_bound(std::string_view dtm) {
    std::string out(dtm);
    if (out.size() == 4) out += "12";
    if (out.size() == 6) {
        int const year = two_digits(out, 0) * 100 + two_digits(out, 2);
        out += std::to_string(days_in_month(year, two_digits(out, 4)));
    }
    constexpr std::string_view kHighest = "00000000235959";
    return out + std::string(kHighest.substr(std::min(out.size(), kHighest.size())));
}

}  // namespace musubi::domain
