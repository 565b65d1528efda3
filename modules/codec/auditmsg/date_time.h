#pragma once
// xs:dateTime as audit messages carry it. Pure, thread-safe.

#include "platform/base/clock.h"
#include "platform/base/result.h"

#include <string_view>

namespace musubi::auditmsg {

/// `YYYY-MM-DDThh:mm:ss[.f...][Z|+hh:mm|-hh:mm]`; without a zone it is taken as UTC; digits beyond
/// microseconds are dropped; years 1970 to 9999.
Result<WallTime> parse_date_time(std::string_view text);

}  // namespace musubi::auditmsg
