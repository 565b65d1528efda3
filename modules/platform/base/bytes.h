#pragma once
// Bytes and their printed forms. Pure functions, thread-safe.

#include "platform/base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace musubi {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<std::uint8_t const>;

inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

std::string to_hex(ByteView bytes);  ///< lower case
Result<Bytes> from_hex(std::string_view text);
std::string to_base64(ByteView bytes);  ///< RFC 4648 section 4, padded, no line breaks
/// White space anywhere is skipped (XML Schema base64Binary lexical form); anything else wrong is
/// an error.
Result<Bytes> from_base64(std::string_view text);

}  // namespace musubi
