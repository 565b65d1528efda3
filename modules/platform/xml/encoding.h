#pragma once
// Received octets to UTF-8. Private to this room.
//
// UTF-8 (with or without byte order mark) and UTF-16 with byte order mark are read; everything else
// is refused, also what an XML declaration merely claims, so that no second reading of the same
// octets exists.

#include "platform/base/bytes.h"

#include <string>
#include <string_view>

namespace musubi::xml {

/// `holder` keeps the converted text when one had to be made; the result points into it or into
/// `bytes`.
Result<std::string_view> to_utf8(ByteView bytes, std::string& holder);

}  // namespace musubi::xml
