#pragma once
// Birth dates as hospitals write them. Pure. Source: pix-pdq.md 9 and 10.2, japan.md 12.3.

#include <cstdint>
#include <string_view>

namespace musubi::mpi::match {

/// Western calendar. 0 in a part: not known.
struct BirthDate {
    int year = 0, month = 0, day = 0;
    bool known() const { return year != 0; }
    bool exact() const { return year != 0 && month != 0 && day != 0; }
    std::int32_t packed() const { return year * 10000 + month * 100 + day; }  ///< yyyymmdd
    bool operator==(BirthDate const&) const = default;
};

/// HL7 TS (YYYY[MM[DD...]]), with separators, with an era (S35.1.2, 昭和35年1月2日, 元年) or the
/// claims form of an era digit and six digits (3350102). Nonsense, and years before 1868 or from
/// 2100 on, give an unknown date; whether it lies in the future is for those who have a clock.
BirthDate parse_birth_date(std::string_view text);

}  // namespace musubi::mpi::match
