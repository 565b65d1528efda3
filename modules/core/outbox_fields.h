#pragma once
// What stands in a message of the outbox before it is sealed: texts one after the other, of any
// length and holding any character. Pure functions.

#include "platform/base/bytes.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::core {

/// Appends one text: its length in four octets, then its octets.
void put_field(Bytes& out, std::string_view text);
/// All of them; nothing when the octets were not made so.
std::optional<std::vector<std::string>> fields_of(ByteView plain);

}  // namespace musubi::core
