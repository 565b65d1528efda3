#include "codec/auditmsg/date_time.h"

#include <charconv>

namespace musubi::auditmsg {
namespace {

/// Takes text apart from the left; once it fails it stays failed.
class Cursor {
public:
    explicit Cursor(std::string_view text) : rest_(text) {}
    int number(std::size_t digits) {
        int value = 0;
        if (rest_.size() < digits) return fail();
        auto const [end, error] = std::from_chars(rest_.data(), rest_.data() + digits, value);
        if (error != std::errc{} || end != rest_.data() + digits || rest_[0] == '-') return fail();
        rest_.remove_prefix(digits);
        return value;
    }
    void skip(char c) {
        if (rest_.empty() || rest_[0] != c) {
            fail();
        } else {
            rest_.remove_prefix(1);
        }
    }
    /// Fraction of a second, microseconds.
    int fraction() {
        if (rest_.empty() || rest_[0] != '.') return 0;
        rest_.remove_prefix(1);
        int value = 0, scale = 100'000;
        std::size_t digits = 0;
        for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9';
             ++digits, scale /= 10) {
            value += (rest_[digits] - '0') * scale;
        }
        if (digits == 0) return fail();
        rest_.remove_prefix(digits);
        return value;
    }
    /// Offset from UTC in minutes.
    int zone() {
        if (rest_.empty()) return 0;
        char const sign = rest_[0];
        rest_.remove_prefix(1);
        if (sign == 'Z') return 0;
        if (sign != '+' && sign != '-') return fail();
        int const hours = number(2);
        skip(':');
        int const minutes = number(2);
        if (hours > 14 || minutes > 59) return fail();
        return (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
    }
    bool good_to_the_end() const { return good_ && rest_.empty(); }

private:
    int fail() {
        good_ = false;
        rest_ = {};
        return 0;
    }
    std::string_view rest_;
    bool good_ = true;
};

}  // namespace

Result<WallTime> parse_date_time(std::string_view text) {
    namespace chr = std::chrono;
    Cursor at(text);
    int const year = at.number(4);
    at.skip('-');
    int const month = at.number(2);
    at.skip('-');
    int const day = at.number(2);
    at.skip('T');
    int const hour = at.number(2);
    at.skip(':');
    int const minute = at.number(2);
    at.skip(':');
    int const second = at.number(2);
    int const micros = at.fraction();
    int const zone = at.zone();
    chr::year_month_day const date{chr::year(year), chr::month(static_cast<unsigned>(month)),
                                   chr::day(static_cast<unsigned>(day))};
    if (!at.good_to_the_end() || year < 1970 || !date.ok() || hour > 24 || minute > 59 ||
        second > 60) {
        return Error(Code::kInvalidContent, "no date and time");
    }
    return WallTime(chr::sys_days(date)) + chr::hours(hour) + chr::minutes(minute - zone) +
           chr::seconds(second) + chr::microseconds(micros);
}

}  // namespace musubi::auditmsg
