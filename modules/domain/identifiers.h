#pragma once
// Patient identifiers and coded values (ITI TF-3 4.2.3.1.7).

#include "platform/base/result.h"

#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::domain {

/// A patient identifier in its domain: CX `id^^^&oid&ISO`. Compared exactly, byte for byte (XDS.b).
struct PatientId {
    std::string id;         ///< CX.1, unescaped text
    std::string authority;  ///< assigning authority OID (CX.4.2)

    /// Strict CX of document metadata: CX.1 and CX.4 = `&OID&ISO` only; trailing empty delimiters
    /// are ignored.
    static Result<PatientId> parse(std::string_view cx);
    std::string to_cx() const;
    auto operator<=>(PatientId const&) const = default;
};

/// Characters of an id that somebody feeds: what a whole CX may have (ITI TF-2 table 3.8-2, which
/// extends HL7's 15). A longer one could not be kept under its index, which would look like a
/// failure of ours.
inline constexpr std::size_t kLongestPatientId = 250;
/// Why an id (CX.1) cannot be kept as it stands: too long, or control characters in it, which
/// HL7 v3 could only give back altered. Empty when it can.
std::string flaw_of_patient_id(std::string_view id);

/// A patient id without trailing delimiters, which count for nothing (ITI TF-3 4.2.3.1.7), so that
/// one id has one spelling. What is no patient id stays as it is, to be refused.
std::string one_spelling(std::string cx);

/// Text for people in one language (rim:LocalizedString).
struct LocalizedString {
    std::string value;
    std::string lang;     ///< xml:lang, empty when absent
    std::string charset;  ///< empty when absent
};
using InternationalString = std::vector<LocalizedString>;

/// Code + codingScheme is the identity; `display` is information and never compared.
struct CodedValue {
    std::string code;
    std::string scheme;
    std::string display;
    /// The display name as it was said in all its languages, `display` being the first; empty where
    /// there is no more to it than that one text.
    InternationalString names = {};

    bool same_code(CodedValue const& other) const {
        return code == other.code && scheme == other.scheme;
    }
    /// `code^^scheme`, the form of stored-query parameters and of our index columns.
    std::string key() const { return code + "^^" + scheme; }
};

/// DTM `YYYY[MM[DD[hh[mm[ss]]]]]` with calendar ranges checked (ITI TF-3 table 4.2.3.1.7-2).
bool is_dtm(std::string_view text);
/// Padded to 14 digits with the lowest values (01 for month and day, 00 for times) for comparison;
/// precision is lost.
std::string dtm_lower_bound(std::string_view dtm);
/// Padded with the highest values: 2026 -> 20261231235959.
std::string dtm_upper_bound(std::string_view dtm);

}  // namespace musubi::domain
