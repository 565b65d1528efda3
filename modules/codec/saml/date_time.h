#pragma once
// xs:dateTime as assertions write it. Pure function, thread-safe.

#include "platform/base/clock.h"

#include <optional>
#include <string_view>

namespace musubi::saml {

/// `2026-11-21T02:25:00.123Z`: UTC, or with an offset; the fraction is cut at microseconds. Nothing
/// when it is another text, no day of the calendar, or without a zone (SAML 2.0 core 1.3.3).
std::optional<WallTime> read_date_time(std::string_view text);

}  // namespace musubi::saml
