#pragma once
// Takes a MIME multipart/related body apart while it arrives. Source: RFC 2046 5.1.1, RFC 2387, RFC
// 5322 2.2 (headers).
//
// Linear time in the octets fed, however they are sliced. Memory: a header block, plus a tail of
// delimiter length; part data is handed on at once and never kept. One reader for one body, used by
// one thread. After an error the reader repeats it and calls nobody any more.
//
// Line ends are CRLF. With LineEnds::kLenient a body whose first delimiter line ends in LF alone is
// read with LF throughout; a CRLF body never is, so that a document's own octets cannot end it.
// Errors: kInvalidMessage, and kTooLarge for the limits.

#include "codec/mtom/transfer_encoding.h"
#include "platform/base/bytes.h"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

namespace musubi::mtom {

enum class LineEnds : std::uint8_t { kCrlf, kLenient };

struct Limits {
    std::size_t parts = 256;
    std::size_t header_block = 16U << 10;  ///< octets of one part's headers
    std::size_t preamble = 64U << 10;
    LineEnds line_ends = LineEnds::kLenient;
};

struct PartHeaders {
    std::string content_id;         ///< without <>; empty when absent
    std::string content_type;       ///< as sent, unfolded; empty when absent
    std::string transfer_encoding;  ///< as sent; part_data() gets the octets after it was undone
};

class PartHandler {
public:
    virtual ~PartHandler() = default;
    virtual Status part_begin(PartHeaders const& headers) = 0;
    virtual Status part_data(ByteView piece) = 0;  ///< valid during the call
    virtual Status part_end() = 0;
    virtual Status done() = 0;  ///< the final delimiter was seen
};

class PartReader {
public:
    /// `boundary` as package_type() gave it. `handler` must outlive the reader.
    PartReader(std::string const& boundary, Limits const& limits, PartHandler& handler);

    Status feed(ByteView slice);
    Status finish();  ///< end of the body: kInvalidMessage when the final delimiter is missing

private:
    enum class State : std::uint8_t { kPreamble, kHeaders, kBody, kEpilogue };
    enum class Match : std::uint8_t { kNone, kPartial, kPart, kFinal };
    struct Found {
        Match match;
        std::size_t size;
    };

    Status consume(std::string_view input, std::size_t& used);
    Status consume_preamble(std::string_view input, std::size_t& used);
    Status consume_headers(std::string_view input, std::size_t& used);
    Status consume_body(std::string_view input, std::size_t& used);
    Status preamble_line();
    Status header_line();
    Status headers_end();
    Status delimiter(Match match);
    Status emit(std::string_view data);
    Found match_delimiter(std::string_view input, std::string_view delimiter) const;

    std::string const dash_boundary_;
    Limits const limits_;
    PartHandler& handler_;
    State state_ = State::kPreamble;
    std::string delimiter_;  ///< line end and dash_boundary_
    std::string pending_;    ///< body octets that may be the start of a delimiter
    std::string line_;
    std::string last_header_;  ///< the field that a folded line continues
    std::size_t preamble_size_ = 0;
    std::size_t header_size_ = 0;
    std::size_t parts_ = 0;
    bool body_begins_ = false;
    bool lf_only_ = false;
    std::unordered_set<std::string> ids_;
    PartHeaders headers_;
    std::unique_ptr<TransferDecoder> decoder_;
    Status failed_;
};

}  // namespace musubi::mtom
