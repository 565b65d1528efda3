#pragma once
// Request and answer on one connection, in the two framings that the node speaks: HTTP/1.1 and
// MLLP. The answer lies in a buffer that the next exchange reuses. One thread at a time.

#include "perf/tls_stream.h"

#include <vector>

namespace musubi::perf {

struct Answer {
    int status = 0;           ///< HTTP; 200 for MLLP
    std::string_view head;    ///< HTTP: status line and headers
    std::string_view body;    ///< empty when it was larger than kKeep and only counted
    std::uint64_t bytes = 0;  ///< of the body
};

class Connection {
public:
    static constexpr std::size_t kKeep = 4U << 20;

    explicit Connection(std::unique_ptr<TlsStream> stream) : stream_(std::move(stream)) {}
    Result<Answer> http(std::string_view request);
    /// The two halves of http(), for a request that is made while it is sent.
    Status send(std::string_view bytes) { return stream_->write(bytes); }
    Result<Answer> http_answer();
    Result<Answer> mllp(std::string_view framed);

private:
    Status fill();
    Result<Answer> read_sized(Answer answer, std::size_t head_size, std::uint64_t length);
    Result<Answer> read_chunked(Answer answer, std::size_t head_size);

    std::unique_ptr<TlsStream> stream_;
    std::vector<char> buffer_ = std::vector<char>(512 * 1024);
    std::size_t used_ = 0;
    std::string unchunked_;
};

}  // namespace musubi::perf
