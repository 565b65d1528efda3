#pragma once
// Unicode text as UTF-8. Pure functions, thread-safe.

#include "platform/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace musubi {

bool is_valid_utf8(std::string_view text);
/// Writes the one to four octets of a code point to `out`, which has room for them; returns the
/// place behind. `c` is at most U+10FFFF; a lone surrogate is the caller's affair: three octets.
char* put_utf8(char* out, char32_t c);
void append_utf8(std::string& out, char32_t c);  ///< as put_utf8()
/// Unicode code points, not bytes: the unit of the profile's length limits.
std::size_t length_in_characters(std::string_view utf8);
/// Normalisation form C (ITI TF-2 Appendix F): stored keys and query values are compared in it.
/// Text that is already in form C is returned as it is; ideographic variation sequences survive.
std::string to_nfc(std::string_view utf8);
std::string_view trim(std::string_view text);  ///< ASCII white space
std::vector<std::string_view> split(std::string_view text, char separator);
std::string to_lower_ascii(std::string_view text);
bool equals_ignore_case(std::string_view a, std::string_view b);  ///< ASCII

}  // namespace musubi
