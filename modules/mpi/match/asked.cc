#include "mpi/match/asked.h"

#include <algorithm>

namespace musubi::mpi::match {
namespace {

constexpr std::int32_t kFirstDay = 18680101, kLastDay = 20991231;

AskedPart read_one(std::string_view text, domain::Script script) {
    AskedPart asked;
    while (text.ends_with('*')) {
        asked.prefix = true;
        text.remove_suffix(1);
    }
    if (text.empty()) return asked;
    asked.part = read_part(text, script);
    if (!asked.part.latin.empty()) {
        for (char16_t c : fold_width(text.substr(0, 256))) {
            asked.letters.push_back(is_latin(c) ? c : u' ');
        }
    }
    return asked;
}

}  // namespace

AskedName read_asked(domain::NameCriterion const& criterion) {
    return {read_one(criterion.family, criterion.script),
            read_one(criterion.given, criterion.script),
            read_one(criterion.middle, criterion.script)};
}

AskedDays days_of(BirthDate const& date) {
    std::int32_t const low = date.year * 10000 + std::max(date.month, 1) * 100 +
                             (date.month == 0 ? 1 : std::max(date.day, 1));
    std::int32_t const high = date.year * 10000 + (date.month == 0 ? 12 : date.month) * 100 +
                              (date.month == 0 || date.day == 0 ? 31 : date.day);
    return {low, high};
}

std::optional<AskedDays> read_asked(domain::DateRange const& range) {
    AskedDays days{kFirstDay, kLastDay};
    if (!range.low.empty()) {
        BirthDate const low = parse_birth_date(range.low);
        if (!low.known()) return std::nullopt;
        days.low = days_of(low).low;
    }
    if (!range.high.empty()) {
        BirthDate const high = parse_birth_date(range.high);
        if (!high.known()) return std::nullopt;
        days.high = days_of(high).high;
    }
    return days;
}

}  // namespace musubi::mpi::match
