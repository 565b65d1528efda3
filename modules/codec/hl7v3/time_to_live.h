#pragma once
// How long a correlation may be kept: the SOAP header xcpd:CorrelationTimeToLive (ITI TF-2
// 3.55.4.1.2.4), an xs:duration. Pure functions.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace musubi::hl7v3 {

/// "P0Y0M7D", "PT12H30M"; a year has 365 days, a month 30. None for what is no duration or a
/// negative one. At most ten years.
std::optional<std::chrono::seconds> read_duration(std::string_view text);
/// The header as a ready element.
std::string write_time_to_live(std::chrono::seconds time);

}  // namespace musubi::hl7v3
