#pragma once
// Words of many patients in one file, for `musubi consent import`: CSV with a header line, or
// NDJSON (one object with text values a line), chosen by the first character. Pure; a line is at
// most 16 KiB, a file 100,000 lines.
//
// Columns: patient, says (grant or withdraw), about (view, publish, death), member, reader, person,
// purpose, department, code, document, from, until (YYYY-MM-DD in Japan, both days included),
// basis, given_by, evidence, organisation, absolute (yes or empty). Needed: patient and says.

#include "policy/consent.h"

#include <istream>

namespace musubi::policy {

struct ConsentLine {
    int line = 0;
    bool granted = false;
    ConsentChange change;  ///< patient as written
};

/// Every problem at once, "file:line: what". `defaults` fills what a line leaves out.
Result<std::vector<ConsentLine>> read_consent_file(std::istream& in, std::string const& name,
                                                   ConsentChange const& defaults);

/// A word from pairs of column and value; kInvalidContent with what is wrong.
Result<ConsentLine> consent_line(std::vector<std::pair<std::string, std::string>> const& cells,
                                 ConsentChange const& defaults);

/// Midnight in Japan at the beginning of a day, YYYY-MM-DD.
std::optional<WallTime> japanese_midnight(std::string const& day);

}  // namespace musubi::policy
