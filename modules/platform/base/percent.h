#pragma once
// Percent encoding of the query part of an address (RFC 3986 2.1; a plus stands for a blank, as
// forms write it). Pure, thread-safe.

#include "platform/base/result.h"

#include <string>
#include <string_view>

namespace musubi {

/// kInvalidContent: a percent sign without two hex digits. The octets are not looked at.
Result<std::string> percent_decoded(std::string_view text);

}  // namespace musubi
