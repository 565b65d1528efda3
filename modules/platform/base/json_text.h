#pragma once
// A text as a JSON string, in the one form that RFC 8785 3.2.2.2 knows: short escapes where there
// are any, \u00xx in lower case for the other control characters, everything else as it is. So what
// was written can also be hashed and signed. Pure, thread-safe.
//
// The text must be UTF-8; octets that are not are copied as they are: whoever may have such asks
// is_valid_utf8 first.

#include <string>
#include <string_view>

namespace musubi {

/// Appends `text` with its quotation marks.
void put_json_text(std::string& out, std::string_view text);
std::string json_text(std::string_view text);

}  // namespace musubi
