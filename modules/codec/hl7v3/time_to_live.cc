#include "codec/hl7v3/time_to_live.h"

#include "codec/hl7v3/names.h"
#include "platform/base/text.h"

#include <algorithm>

namespace musubi::hl7v3 {
namespace {

constexpr std::int64_t kLongest = 10LL * 365 * 86'400;

/// Seconds of one designator; 0: it does not stand in this half.
std::int64_t seconds_of(char designator, bool in_time) {
    switch (designator) {
        case 'Y': return in_time ? 0 : 365 * 86'400;
        case 'M': return in_time ? 60 : 30 * 86'400;
        case 'W':
        case 'D': return in_time ? 0 : designator == 'W' ? 7 * 86'400 : 86'400;
        case 'H': return in_time ? 3'600 : 0;
        case 'S': return in_time ? 1 : 0;
        default: return 0;
    }
}

}  // namespace

std::optional<std::chrono::seconds> read_duration(std::string_view text) {
    text = trim(text);
    if (text.size() < 3 || text.size() > 64 || text.front() != 'P') return std::nullopt;
    text.remove_prefix(1);
    std::int64_t total = 0, number = 0;
    bool in_time = false, digits = false, fraction = false, any = false;
    for (char const c : text) {
        if (c == 'T') {
            if (in_time || digits) return std::nullopt;
            in_time = true;
        } else if (c >= '0' && c <= '9') {
            digits = true;
            if (!fraction) number = std::min<std::int64_t>(number * 10 + (c - '0'), kLongest);
        } else if (c == '.' && digits && !fraction) {
            fraction = true;
        } else {
            std::int64_t const unit = seconds_of(c, in_time);
            if (!digits || unit == 0 || (fraction && c != 'S')) return std::nullopt;
            total = std::min(total + std::min(number, kLongest / unit) * unit, kLongest);
            number = 0;
            digits = fraction = false;
            any = true;
        }
    }
    if (digits || !any) return std::nullopt;
    return std::chrono::seconds(total);
}

std::string write_time_to_live(std::chrono::seconds time) {
    std::int64_t const whole = std::clamp<std::int64_t>(time.count(), 0, kLongest);
    return "<xcpd:CorrelationTimeToLive xmlns:xcpd=\"" + std::string(kXcpd) + "\">P" +
           std::to_string(whole / 86'400) + "DT" + std::to_string(whole % 86'400) +
           "S</xcpd:CorrelationTimeToLive>";
}

}  // namespace musubi::hl7v3
