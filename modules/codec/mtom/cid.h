#pragma once
// xop:Include references to Content-IDs (XOP 1.0 section 4.2, RFC 2392). Pure functions,
// thread-safe.

#include "platform/base/result.h"

#include <span>
#include <string>
#include <string_view>

namespace musubi::mtom {

/// The index of the part that `href` ("cid:...") names. Clients disagree about where
/// percent-encoding belongs, so the first of four comparisons that finds something wins: as
/// written; href decoded; Content-ID decoded; both decoded. Any other scheme is refused before
/// anything is compared (a reference to the net must never be followed), and so is a reference to
/// no part: both kInvalidMessage. `ids` without <>.
Result<std::size_t> match_cid(std::string_view href, std::span<std::string const> ids);

/// %41 -> A; what is no escape stays.
std::string percent_decode(std::string_view text);

}  // namespace musubi::mtom
