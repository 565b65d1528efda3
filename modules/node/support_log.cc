#include "node/support_log.h"

#include <algorithm>

namespace musubi::node {
namespace {

constexpr std::string_view kOurs[] = {"time",     "level",  "event",     "trace",  "code",
                                      "door",     "module", "phase",     "limit",  "outcome",
                                      "sqlstate", "point",  "statement", "action", "transaction"};
constexpr std::size_t kLongestNumber = 9;

bool is_ours(std::string_view key) { return std::ranges::find(kOurs, key) != std::end(kOurs); }

/// Ids of patients are numbers too, but longer.
bool is_small_number(std::string_view value) {
    return !value.empty() && value.size() <= kLongestNumber &&
           value.find_first_not_of("0123456789.") == std::string_view::npos;
}

/// A word of ours has none but these.
bool is_plain(std::string_view value) {
    return std::ranges::all_of(value, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("._:+-").find(c) != std::string_view::npos;
    });
}

}  // namespace

std::string cleaned_log_line(std::string_view line) {
    std::string out;
    std::size_t at = 0;
    while (at < line.size()) {
        std::size_t const equals = line.find('=', at);
        if (equals == std::string_view::npos) break;
        std::size_t const blank = line.rfind(' ', equals);
        std::size_t const begin = blank == std::string_view::npos || blank < at ? at : blank + 1;
        std::string_view const key = line.substr(begin, equals - begin);
        std::size_t end = equals + 1;
        if (end < line.size() && line[end] == '"') {
            for (++end; end < line.size() && line[end] != '"'; ++end)
                if (line[end] == '\\') ++end;
            end = std::min(end + 1, line.size());
        } else {
            end = std::min(line.find(' ', end), line.size());
        }
        std::string_view const value = line.substr(equals + 1, end - equals - 1);
        bool const stays = is_small_number(value) || (is_ours(key) && is_plain(value));
        if (is_plain(key) && key.size() <= 40)
            out.append(out.empty() ? "" : " ").append(key).append("=").append(stays ? value : "-");
        at = end;
    }
    return out;
}

}  // namespace musubi::node
