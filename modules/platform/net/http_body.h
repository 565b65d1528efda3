#pragma once
// Inside the room: the two kinds of BodyStream: one that lies in memory whole, one that the peer is
// still sending.

#include "platform/net/http_parser.h"
#include "platform/net/http_service.h"
#include "platform/net/pace.h"

#include <optional>
#include <string>

namespace musubi::net {

class BufferedBody final : public core::BodyStream {
public:
    explicit BufferedBody(std::string const& bytes) : rest_(bytes) {}
    Result<std::size_t> read(std::span<std::uint8_t> into) override;

private:
    std::string_view rest_;
};

/// Blocks its thread while it waits for the peer: progress and minimum rate are enforced here.
class StreamedBody final : public core::BodyStream {
public:
    StreamedBody(HttpService const& service, Engine& engine, Channel& channel, HttpParser& parser,
                 std::string& input)
        : service_(service),
          engine_(engine),
          channel_(channel),
          parser_(parser),
          input_(input),
          pace_(service.config.min_body_bytes_per_s) {}

    Result<std::size_t> read(std::span<std::uint8_t> into) override;
    /// The limit that was passed, as a status for the answer; 0: none.
    int breach() const { return breach_; }

private:
    Status more();
    Error fail(int status, Code code, std::string detail);

    HttpService const& service_;
    Engine& engine_;
    Channel& channel_;
    HttpParser& parser_;
    std::string& input_;
    Pace pace_;
    std::size_t taken_ = 0;  ///< of parser_.body()
    int breach_ = 0;
};

}  // namespace musubi::net
