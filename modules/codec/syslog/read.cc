#include "codec/syslog/syslog_message.h"

#include <charconv>

namespace musubi::syslog {
namespace {

Error wrong(char const* what) {
    return Error(Code::kInvalidMessage, std::string("syslog: ") + what);
}

/// The field up to the next blank; moves behind it.
Result<std::string_view> take_field(std::string_view& rest, std::size_t limit, char const* name) {
    auto const end = rest.find(' ');
    if (end == std::string_view::npos || end == 0 || end > limit) return wrong(name);
    auto const field = rest.substr(0, end);
    for (char const c : field) {
        if (c < '!' || c > '~') return wrong(name);
    }
    rest.remove_prefix(end + 1);
    return field == "-" ? std::string_view() : field;
}

Result<int> number(std::string_view digits, int max, char const* name) {
    int value = 0;
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size() || value < 0 || value > max)
        return wrong(name);
    return value;
}

/// `-` or elements in brackets, in whose quoted values `]` stands behind a backslash (RFC
/// 5424 6.3).
Result<std::string_view> take_structured_data(std::string_view& rest) {
    std::size_t at = 0;
    if (rest.starts_with('-')) {
        at = 1;
    } else {
        while (at < rest.size() && rest[at] == '[') {
            bool quoted = false;
            for (++at; at < rest.size() && (quoted || rest[at] != ']'); ++at) {
                if (quoted && rest[at] == '\\')
                    ++at;
                else if (rest[at] == '"')
                    quoted = !quoted;
            }
            if (at >= rest.size()) return wrong("structured data");
            ++at;
        }
    }
    if (at == 0 || (at < rest.size() && rest[at] != ' ')) return wrong("structured data");
    auto const data = rest.substr(0, at);
    rest.remove_prefix(at < rest.size() ? at + 1 : at);
    return data == "-" ? std::string_view() : data;
}

}  // namespace

Result<Line> read(std::string_view text) {
    Line line;
    auto const close = text.find('>');
    if (!text.starts_with('<') || close == std::string_view::npos || close < 2 || close > 4)
        return wrong("priority");
    line.priority = TRY(number(text.substr(1, close - 1), 191, "priority"));
    auto rest = text.substr(close + 1);
    line.version = TRY(number(TRY(take_field(rest, 3, "version")), 999, "version"));
    if (line.version == 0) return wrong("version");
    line.timestamp = TRY(take_field(rest, 64, "timestamp"));
    line.host = TRY(take_field(rest, 255, "host name"));
    line.application = TRY(take_field(rest, 48, "application"));
    line.process_id = TRY(take_field(rest, 128, "process id"));
    line.message_id = TRY(take_field(rest, 32, "message id"));
    line.structured_data = TRY(take_structured_data(rest));
    if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
    line.message = rest;
    return line;
}

}  // namespace musubi::syslog
