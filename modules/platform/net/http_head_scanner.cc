#include "platform/net/http_head_scanner.h"

namespace musubi::net {

namespace {
constexpr std::size_t kMaxEmptyLines = 4;
}

HttpProblem HeadScanner::line_problem(std::string_view input, std::size_t end) const {
    std::size_t const size = end - line_start_;
    if (size > max_line_bytes_) {
        return lines_ == 0 ? HttpProblem{414, "request line is too long", "header_line"}
                           : HttpProblem{431, "header line is too long", "header_line"};
    }
    // The request line does not count as a header, nor does the empty line at the end.
    if (lines_ > max_lines_ && size > 0) return {431, "too many header lines", "header_lines"};
    char const first = size > 0 ? input[line_start_] : '\0';
    if (first == ' ' || first == '\t') return {400, "folded header line", nullptr};
    return {};
}

HeadScan HeadScanner::scan(std::string_view input) {
    HeadScan result;
    for (; position_ < input.size(); ++position_) {
        if (input[position_] == '\0') {
            result.problem = {400, "NUL in the head", nullptr};
            return result;
        }
        if (input[position_] != '\n') continue;
        if (position_ == 0 || input[position_ - 1] != '\r') {
            result.problem = {400, "line feed without carriage return", nullptr};
            return result;
        }
        std::size_t const end = position_ - 1;
        result.problem = line_problem(input, end);
        if (result.problem.status != 0) return result;
        bool const empty = end == line_start_;
        line_start_ = position_ + 1;
        if (!empty) {
            ++lines_;
        } else if (lines_ > 0) {
            result.complete = true;
            result.skipped = skipped_;
            result.end = ++position_;
            return result;
        } else if ((skipped_ = line_start_) > 2 * kMaxEmptyLines) {
            result.problem = {400, "only empty lines", nullptr};
            return result;
        }
    }
    // An unfinished line may be over the limit already (its carriage return may lie at the end).
    std::size_t const unfinished =
        input.size() > 0 && input.back() == '\r' ? input.size() - 1 : input.size();
    if (unfinished > line_start_) result.problem = line_problem(input, unfinished);
    return result;
}

}  // namespace musubi::net
