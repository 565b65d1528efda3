#pragma once
// Inside the room: finds the end of a request's head in bytes that arrive in any pieces, in linear
// time, and refuses early what could never become a legal head: too many or too long lines, folded
// lines, a line feed without return.

#include "platform/net/http_parser.h"

namespace musubi::net {

struct HeadScan {
    bool complete = false;
    std::size_t skipped = 0;  ///< empty lines before the request line (RFC 9112 2.2)
    std::size_t end = 0;      ///< behind the empty line that ends the head
    HttpProblem problem;
};

class HeadScanner {
public:
    HeadScanner(int max_lines, std::size_t max_line_bytes)
        : max_lines_(max_lines), max_line_bytes_(max_line_bytes) {}

    /// `input` is everything from the first byte on, each time.
    HeadScan scan(std::string_view input);
    bool started() const { return position_ > 0; }

private:
    HttpProblem line_problem(std::string_view input, std::size_t end) const;

    int max_lines_;
    std::size_t max_line_bytes_;
    std::size_t position_ = 0;
    std::size_t line_start_ = 0;
    std::size_t skipped_ = 0;
    int lines_ = 0;  ///< finished ones, the request line is the first
};

}  // namespace musubi::net
