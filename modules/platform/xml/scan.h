#pragma once
// The gate before the XML library: one linear pass over the text that refuses every document type
// declaration and whatever passes the limits. Private to this room. It looks at markup only as far
// as needed for that; whether the document is well-formed is the library's business.

#include "platform/base/result.h"
#include "platform/xml/limits.h"

#include <string>
#include <string_view>

namespace musubi::xml {

/// `utf8` is valid UTF-8. Errors: kInvalidMessage, kTooLarge, with line and column in the detail.
Status scan(std::string_view utf8, Limits const& limits);

/// "what, line L, column C" for the octet at `offset` (columns count characters).
std::string located(std::string_view what, std::string_view utf8, std::size_t offset);

}  // namespace musubi::xml
