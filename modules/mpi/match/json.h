#pragma once
// Just enough JSON (RFC 8259) for record files that the house itself writes: one value on a line.
// Bounded in depth and size; errors name the offset, never the text. Internal to the room.

#include "platform/base/result.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace musubi::mpi::match {

struct Json {
    enum class Kind : std::uint8_t { kNull, kText, kList, kObject };  ///< numbers, true: kText
    Kind kind = Kind::kNull;
    std::string text;
    std::vector<Json> items;
    std::vector<std::pair<std::string, Json>> members;

    Json const& operator[](std::string_view name) const;  ///< kNull when it is not there
};

/// kInvalidMessage: no JSON; kTooLarge: deeper than 16.
Result<Json> parse_json(std::string_view line);
void append_json_text(std::string& out, std::string_view utf8);  ///< with quotes

}  // namespace musubi::mpi::match
