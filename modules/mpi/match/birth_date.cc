#include "mpi/match/birth_date.h"

#include "mpi/match/characters.h"

#include <array>
#include <vector>

namespace musubi::mpi::match {
namespace {

struct Era {
    View kanji;
    char16_t letter, number;
    int before;  ///< year before its first
};
constexpr std::array kEras = {
    Era{u"明治", u'M', u'1', 1867}, Era{u"大正", u'T', u'2', 1911}, Era{u"昭和", u'S', u'3', 1925},
    Era{u"平成", u'H', u'4', 1988}, Era{u"令和", u'R', u'5', 2018},
};

int days_in(int year, int month) {
    constexpr std::array kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool const leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

/// 00 parts are unknown; a month or day that cannot be makes the whole date unknown.
BirthDate checked(int year, int month, int day) {
    if (year < 1868 || year >= 2100 || month > 12 || month < 0 || day < 0) return {};
    if (month == 0) return {year, 0, 0};
    if (day > days_in(year, month)) return {};
    return {year, month, day};
}

int number(View digits) {
    int value = 0;
    for (char16_t c : digits) value = value * 10 + (c - u'0');
    return value;
}

std::vector<View> digit_groups(View text) {
    std::vector<View> groups;
    std::size_t at = 0;
    while (at < text.size() && groups.size() < 8) {
        std::size_t end = at;
        while (end < text.size() && is_digit(text[end])) ++end;
        if (end > at) groups.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return groups;
}

BirthDate from_groups(int year_base, std::vector<View> const& groups) {
    if (groups.empty() || groups[0].size() > 4) return {};
    auto const part = [&groups](std::size_t i) {
        return i < groups.size() && groups[i].size() <= 2 ? number(groups[i]) : 0;
    };
    return checked(year_base + number(groups[0]), part(1), part(2));
}

BirthDate of_era(Era const& era, Text rest) {
    if (auto const first = rest.find(u'元'); first != Text::npos) rest[first] = u'1';
    auto groups = digit_groups(rest);
    if (groups.size() == 1 && groups[0].size() == 6) {  // S350102
        View const all = groups[0];
        groups = {all.substr(0, 2), all.substr(2, 2), all.substr(4, 2)};
    }
    return from_groups(era.before, groups);
}

}  // namespace

BirthDate parse_birth_date(std::string_view utf8) {
    if (utf8.size() > 64) return {};
    Text const text = fold_width(utf8);
    if (text.empty()) return {};
    for (Era const& era : kEras) {
        if (View(text).starts_with(era.kanji)) return of_era(era, text.substr(era.kanji.size()));
        if (text[0] == era.letter) return of_era(era, text.substr(1));
    }
    auto const groups = digit_groups(text);
    if (groups.empty()) return {};
    View const digits = groups[0];
    if (digits.size() == 7 && groups.size() == 1) {
        for (Era const& era : kEras) {
            if (digits[0] == era.number) return of_era(era, Text(digits.substr(1)));
        }
        return {};
    }
    if (groups.size() > 1 && digits.size() == 4) return from_groups(0, groups);
    if (digits.size() < 4 || digits.size() == 5) return {};
    return checked(number(digits.substr(0, 4)),
                   digits.size() >= 6 ? number(digits.substr(4, 2)) : 0,
                   digits.size() >= 8 ? number(digits.substr(6, 2)) : 0);
}

}  // namespace musubi::mpi::match
