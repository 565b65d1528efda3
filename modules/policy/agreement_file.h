#pragma once
// Internal to policy: the octets of an agreement file and the dates in it.

#include "platform/base/clock.h"
#include "platform/base/result.h"

#include <optional>
#include <string>
#include <string_view>

namespace musubi::policy {

/// kNotFound, kTooLarge beyond 1 MiB.
Result<std::string> read_agreement_text(std::string const& file);

/// YYYY-MM-DD: midnight in Japan (UTC+9, no daylight saving) at the beginning of that day.
std::optional<WallTime> japanese_day(std::string_view text);

}  // namespace musubi::policy
