#pragma once
// What every report as a file is made of, whatever it is about. Pure, thread-safe.

#include <string>
#include <string_view>
#include <vector>

namespace musubi::atna {

/// For text and attribute values of HTML; control characters become blanks.
std::string html_escaped(std::string_view text);
/// Up to and with <main>: one file without scripts, pictures or anything fetched, with a style for
/// screen and paper.
std::string html_head(std::string_view language, std::string_view title);
inline constexpr std::string_view kHtmlEnd = "</main>\n</body>\n</html>\n";

/// RFC 4180 with CR LF; a leading = + - @ would be run as a formula by spreadsheets, so it gets an
/// apostrophe in front.
std::string csv_line(std::vector<std::string> const& fields);
inline constexpr std::string_view kCsvBegin = "\xEF\xBB\xBF";  ///< Japanese spreadsheets need it

std::string joined(std::vector<std::string> const& values);

}  // namespace musubi::atna
