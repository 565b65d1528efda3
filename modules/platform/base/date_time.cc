#include "platform/base/date_time.h"

#include "platform/base/text.h"

namespace musubi {
namespace {

/// Takes digits and separators off the front of a text.
class Taker {
public:
    explicit Taker(std::string_view text) : text_(text) {}
    bool literal(char c) {
        if (text_.empty() || text_.front() != c) return false;
        text_.remove_prefix(1);
        return true;
    }
    bool number(std::size_t digits, int& out) {
        if (text_.size() < digits) return false;
        out = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            if (text_[i] < '0' || text_[i] > '9') return false;
            out = out * 10 + (text_[i] - '0');
        }
        text_.remove_prefix(digits);
        return true;
    }
    /// One digit at least; microseconds.
    bool fraction(int& out) {
        out = 0;
        int scale = 100'000;
        std::size_t count = 0;
        for (; count < text_.size() && text_[count] >= '0' && text_[count] <= '9'; ++count) {
            out += (text_[count] - '0') * scale;
            scale /= 10;
        }
        text_.remove_prefix(count);
        return count > 0;
    }
    bool done() const { return text_.empty(); }

private:
    std::string_view text_;
};

std::optional<std::chrono::minutes> read_zone(Taker& from) {
    if (from.literal('Z')) return std::chrono::minutes(0);
    int const sign = from.literal('+') ? 1 : from.literal('-') ? -1 : 0;
    int hours = 0, minutes = 0;
    if (sign == 0 || !from.number(2, hours) || !from.literal(':') || !from.number(2, minutes))
        return std::nullopt;
    if (hours > 14 || minutes > 59) return std::nullopt;
    return std::chrono::minutes(sign * (hours * 60 + minutes));
}

}  // namespace

std::optional<WallTime> parse_date_time(std::string_view text,
                                        std::optional<std::chrono::minutes> zone_if_none) {
    Taker from(trim(text));
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, micro = 0;
    if (!from.number(4, year) || !from.literal('-') || !from.number(2, month) ||
        !from.literal('-') || !from.number(2, day) || !from.literal('T') || !from.number(2, hour) ||
        !from.literal(':') || !from.number(2, minute) || !from.literal(':') ||
        !from.number(2, second)) {
        return std::nullopt;
    }
    if (from.literal('.') && !from.fraction(micro)) return std::nullopt;
    auto const zone = from.done() ? zone_if_none : read_zone(from);
    bool const end_of_day = hour == 24 && minute == 0 && second == 0 && micro == 0;
    if (!zone || !from.done() || (hour > 23 && !end_of_day) || minute > 59 || second > 60)
        return std::nullopt;
    std::chrono::year_month_day const date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) return std::nullopt;
    return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
           std::chrono::minutes(minute) + std::chrono::seconds(second) +
           std::chrono::microseconds(micro) - *zone;
}

}  // namespace musubi
