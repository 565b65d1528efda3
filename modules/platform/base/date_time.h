#pragma once
// Times as XML Schema (xs:dateTime) and RFC 3339 write them. Pure, thread-safe. The other way is
// to_rfc3339() of clock.h.

#include "platform/base/clock.h"

#include <chrono>
#include <optional>
#include <string_view>

namespace musubi {

/// `2026-11-21T02:25:00.123+09:00`, `Z` for UTC; the fraction is cut at microseconds; a leap second
/// is the second after. A time without a zone is one of `zone_if_none`; nullopt: it is none.
/// Nothing for another text or a day that no calendar has.
std::optional<WallTime> parse_date_time(
    std::string_view text, std::optional<std::chrono::minutes> zone_if_none = std::nullopt);

}  // namespace musubi
