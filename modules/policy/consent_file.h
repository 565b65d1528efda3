#pragma once
// Words of many patients in one file, for `musubi consent import`: CSV with a header line, or
// NDJSON (one object with text values a line), chosen by the first character. Pure; a line is at
// most 16 KiB, a file 1,000,000 lines.
//
// Columns: patient, says (grant or withdraw), about (view, publish, death), member, reader, person,
// purpose, department, code, document, from, until (YYYY-MM-DD in Japan, both days included),
// basis, given_by, evidence, organisation, absolute (yes or empty). Needed: patient and says.
// `from` and `until` may also be exact times (RFC 3339; `until` is the first moment after). An
// export's own columns (docs/export.md): id, under which the word is entered once; ended, a word
// that no longer counts; recorded_by, recorded_at, position, which are read over.

#include "policy/consent.h"

#include <istream>

namespace musubi::policy {

struct ConsentLine {
    int line = 0;
    bool granted = false;
    ConsentChange change;  ///< patient as written
    bool ended = false;    ///< counted once, and is not entered again
};

/// Every problem at once, "file:line: what". `defaults` fills what a line leaves out.
Result<std::vector<ConsentLine>> read_consent_file(std::istream& in, std::string const& name,
                                                   ConsentChange const& defaults);

/// A word from pairs of column and value; kInvalidContent with what is wrong.
Result<ConsentLine> consent_line(std::vector<std::pair<std::string, std::string>> const& cells,
                                 ConsentChange const& defaults);

}  // namespace musubi::policy
