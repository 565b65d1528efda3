#pragma once
// Inside the room: one HTTP/1.1 request out of bytes (RFC 9112), strict where two readings of the
// same bytes would be possible (request smuggling). The framing itself is Boost.Beast's parser,
// hidden here.
//
// Thread-safety: one thread at a time. Memory: the head once complete; of the body only what was
// not taken yet.

#include "core/doors.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace musubi::net {

struct HttpLimits {
    int header_lines = 64;
    std::size_t header_line_bytes = 8 * 1024;  ///< the request line too
    std::uint64_t body_bytes = 0;
};

/// What is wrong with the bytes, as the status to answer with. After it the connection cannot be
/// used.
struct HttpProblem {
    int status = 0;  ///< 0: nothing
    std::string detail;
    char const* limit = nullptr;  ///< the limit that was passed, for the metric
};

class HttpParser {
public:
    explicit HttpParser(HttpLimits limits);
    ~HttpParser();

    /// Takes bytes from the front of `input` and returns how many; the rest is to be offered again,
    /// with more behind it. Stops at the end of the head and at the end of the request.
    std::size_t feed(std::string_view input);

    HttpProblem const& problem() const;
    bool head_complete() const;
    bool complete() const;
    bool started() const;  ///< a byte of a request was seen

    // From here on: once the head is complete.
    core::HttpRequestHead& head();
    bool has_body() const;
    bool chunked() const;
    bool keep_alive() const;
    bool http_1_0() const;
    bool expects_continue() const;

    /// The decoded octets of the body that were not taken yet.
    std::string& body();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// The words of RFC 9110 for a status.
std::string_view http_reason(int status);

}  // namespace musubi::net
