#include "codec/mtom/part_reader.h"

#include "codec/mtom/part_headers.h"

#include <algorithm>

namespace musubi::mtom {
namespace {

constexpr std::size_t kMaxPadding = 64;  // blanks that a transport may leave behind a delimiter

Error malformed(char const* what) {
    return Error(Code::kInvalidMessage, std::string("multipart: ") + what);
}
Error too_large(char const* what) {
    return Error(Code::kTooLarge, std::string("multipart: ") + what);
}

}  // namespace

PartReader::PartReader(std::string const& boundary, Limits const& limits, PartHandler& handler)
    : dash_boundary_("--" + boundary),
      limits_(limits),
      handler_(handler),
      delimiter_("\r\n" + dash_boundary_) {}

Status PartReader::feed(ByteView slice) {
    if (!failed_) return failed_;
    std::string_view input = as_text(slice);
    std::string joined;
    if (!pending_.empty()) {
        joined = std::move(pending_);
        pending_.clear();
        joined += input;
        input = joined;
    }
    while (!input.empty()) {
        std::size_t used = 0;
        failed_ = consume(input, used);
        if (!failed_) return failed_;
        if (used == 0) break;  // a delimiter may begin here: wait for more
        input.remove_prefix(used);
    }
    pending_.assign(input);
    return {};
}

Status PartReader::finish() {
    if (!failed_) return failed_;
    if (state_ != State::kEpilogue) failed_ = malformed("ends without its final delimiter");
    return failed_;
}

Status PartReader::consume(std::string_view input, std::size_t& used) {
    switch (state_) {
        case State::kPreamble: return consume_preamble(input, used);
        case State::kHeaders: return consume_headers(input, used);
        case State::kBody: return consume_body(input, used);
        case State::kEpilogue: used = input.size(); return {};
    }
    return malformed("state");
}

Status PartReader::consume_preamble(std::string_view input, std::size_t& used) {
    std::size_t const end = input.find('\n');
    used = end == std::string_view::npos ? input.size() : end + 1;
    preamble_size_ += used;
    if (preamble_size_ > limits_.preamble) return too_large("preamble too long");
    line_ += input.substr(0, used);
    return end == std::string_view::npos ? Status() : preamble_line();
}

Status PartReader::preamble_line() {
    std::string_view line = line_;
    line.remove_suffix(1);
    bool const crlf = line.ends_with('\r');
    if (crlf) line.remove_suffix(1);
    bool const is_first = line.starts_with(dash_boundary_);
    std::string_view const rest =
        is_first ? line.substr(dash_boundary_.size()) : std::string_view();
    bool const padded = rest.find_first_not_of(" \t") == std::string_view::npos;
    bool const empty_package = is_first && rest.starts_with("--");
    line_.clear();
    if (!is_first || (!padded && !empty_package)) return {};
    if (empty_package) return malformed("has no part");
    if (!crlf) {
        if (limits_.line_ends == LineEnds::kCrlf) return malformed("lines end in LF alone");
        lf_only_ = true;
        delimiter_ = "\n" + dash_boundary_;
    }
    return delimiter(Match::kPart);
}

Status PartReader::consume_headers(std::string_view input, std::size_t& used) {
    std::size_t const end = input.find('\n');
    used = end == std::string_view::npos ? input.size() : end + 1;
    header_size_ += used;
    if (header_size_ > limits_.header_block) return too_large("part headers too long");
    line_ += input.substr(0, used);
    return end == std::string_view::npos ? Status() : header_line();
}

Status PartReader::header_line() {
    std::string_view line = line_;
    line.remove_suffix(1);
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    } else if (limits_.line_ends == LineEnds::kCrlf) {
        return malformed("header line ends in LF alone");
    }
    bool const folded = !line.empty() && (line[0] == ' ' || line[0] == '\t');
    if (folded && !last_header_.empty()) {
        last_header_ += line;
        line_.clear();
        return {};
    }
    if (folded) return malformed("folded line before any header");
    if (!last_header_.empty()) TRY(add_header(last_header_, headers_));
    last_header_ = line;
    line_.clear();
    return last_header_.empty() ? headers_end() : Status();
}

Status PartReader::headers_end() {
    if (!headers_.content_id.empty() && !ids_.insert(headers_.content_id).second) {
        return malformed("Content-ID twice");
    }
    decoder_ = TRY(make_transfer_decoder(headers_.transfer_encoding));
    state_ = State::kBody;
    body_begins_ = true;
    return handler_.part_begin(headers_);
}

PartReader::Found PartReader::match_delimiter(std::string_view input,
                                              std::string_view delimiter) const {
    std::size_t const common = std::min(input.size(), delimiter.size());
    if (input.substr(0, common) != delimiter.substr(0, common)) return {Match::kNone, 0};
    std::string_view rest = input.substr(common);
    if (common < delimiter.size() || rest.empty() || rest == "-") return {Match::kPartial, 0};
    if (rest.starts_with("--")) return {Match::kFinal, delimiter.size() + 2};
    std::size_t const padding = std::min(rest.find_first_not_of(" \t"), rest.size());
    if (padding > kMaxPadding) return {Match::kNone, 0};
    rest.remove_prefix(padding);
    std::string_view const line_end = lf_only_ ? "\n" : "\r\n";
    std::size_t const seen = std::min(rest.size(), line_end.size());
    if (rest.substr(0, seen) != line_end.substr(0, seen))
        return {Match::kNone, 0};  // a longer word: data
    if (seen < line_end.size()) return {Match::kPartial, 0};
    return {Match::kPart, delimiter.size() + padding + line_end.size()};
}

Status PartReader::consume_body(std::string_view input, std::size_t& used) {
    if (body_begins_) {
        // An empty part: the blank line that ends its headers begins the delimiter as well.
        Found const found = match_delimiter(input, dash_boundary_);
        if (found.match == Match::kPartial) return {};
        body_begins_ = false;
        if (found.match != Match::kNone) {
            used = found.size;
            return delimiter(found.match);
        }
    }
    std::size_t at = 0;
    while (true) {
        at = input.find(delimiter_.front(), at);
        if (at == std::string_view::npos) {
            used = input.size();
            return emit(input);
        }
        Found const found = match_delimiter(input.substr(at), delimiter_);
        if (found.match == Match::kNone) {
            ++at;
            continue;
        }
        TRY(emit(input.substr(0, at)));
        used = at + found.size;
        return found.match == Match::kPartial ? Status() : delimiter(found.match);
    }
}

Status PartReader::emit(std::string_view data) {
    if (data.empty()) return {};
    return decoder_->write(as_bytes(data),
                           [this](ByteView piece) { return handler_.part_data(piece); });
}

/// Ends the part that is open, begins the next one's headers or the epilogue.
Status PartReader::delimiter(Match match) {
    if (state_ == State::kBody) {
        TRY(decoder_->finish([this](ByteView piece) { return handler_.part_data(piece); }));
        TRY(handler_.part_end());
    }
    if (match == Match::kFinal) {
        state_ = State::kEpilogue;
        return handler_.done();
    }
    if (++parts_ > limits_.parts) return too_large("too many parts");
    state_ = State::kHeaders;
    headers_ = {};
    header_size_ = 0;
    last_header_.clear();
    return {};
}

}  // namespace musubi::mtom
