#include "perf/exchange.h"

#include "platform/base/text.h"

#include <charconv>

namespace musubi::perf {
namespace {

Error broken(char const* what) { return Error(Code::kInvalidMessage, what); }

std::string_view header(std::string_view head, std::string_view name) {
    for (std::string_view line : split(head, '\n')) {
        std::size_t const colon = line.find(':');
        if (colon != std::string_view::npos && equals_ignore_case(line.substr(0, colon), name)) {
            return trim(line.substr(colon + 1));
        }
    }
    return {};
}

}  // namespace

Status Connection::fill() {
    if (used_ == buffer_.size()) buffer_.resize(buffer_.size() * 2);
    std::size_t const got = TRY(stream_->read(std::span(buffer_).subspan(used_)));
    if (got == 0) return Error(Code::kPeerUnavailable, "the node closed the connection");
    used_ += got;
    return {};
}

Result<Answer> Connection::http(std::string_view request) {
    TRY(send(request));
    return http_answer();
}

Result<Answer> Connection::http_answer() {
    used_ = 0;
    std::size_t head_size = std::string_view::npos;
    while (head_size == std::string_view::npos) {
        TRY(fill());
        head_size = std::string_view(buffer_.data(), used_).find("\r\n\r\n");
    }
    head_size += 4;
    Answer answer;
    std::string_view const head(buffer_.data(), head_size);
    if (head.size() < 12) return broken("status line");
    std::from_chars(head.data() + 9, head.data() + 12, answer.status);
    if (equals_ignore_case(header(head, "Transfer-Encoding"), "chunked"))
        return read_chunked(answer, head_size);
    std::string_view const length_text = header(head, "Content-Length");
    std::uint64_t length = 0;
    std::from_chars(length_text.data(), length_text.data() + length_text.size(), length);
    return read_sized(answer, head_size, length);
}

Result<Answer> Connection::read_sized(Answer answer, std::size_t head_size, std::uint64_t length) {
    answer.bytes = length;
    if (length <= kKeep) {
        while (used_ < head_size + length) TRY(fill());
        answer.head = {buffer_.data(), head_size};
        answer.body = {buffer_.data() + head_size, static_cast<std::size_t>(length)};
        return answer;
    }
    for (std::uint64_t seen = used_ - head_size; seen < length;) {
        std::size_t const got = TRY(stream_->read(std::span(buffer_).subspan(head_size)));
        if (got == 0) return broken("answer ended early");
        seen += got;
    }
    answer.head = {buffer_.data(), head_size};
    return answer;
}

Result<Answer> Connection::read_chunked(Answer answer, std::size_t head_size) {
    unchunked_.clear();
    std::size_t at = head_size;
    for (;;) {
        std::size_t line_end = 0;
        while ((line_end = std::string_view(buffer_.data(), used_).find("\r\n", at)) ==
               std::string_view::npos) {
            TRY(fill());
        }
        std::size_t size = 0;
        std::from_chars(buffer_.data() + at, buffer_.data() + line_end, size, 16);
        at = line_end + 2;
        while (used_ < at + size + 2) TRY(fill());
        if (size == 0) break;
        answer.bytes += size;
        if (answer.bytes <= kKeep) unchunked_.append(buffer_.data() + at, size);
        at += size + 2;
        if (at > kKeep / 2) {  // what was taken is not needed any more
            std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(at),
                      buffer_.begin() + static_cast<std::ptrdiff_t>(used_),
                      buffer_.begin() + static_cast<std::ptrdiff_t>(head_size));
            used_ -= at - head_size;
            at = head_size;
        }
    }
    answer.head = {buffer_.data(), head_size};
    if (answer.bytes <= kKeep) answer.body = unchunked_;
    return answer;
}

Result<Answer> Connection::mllp(std::string_view framed) {
    TRY(stream_->write(framed));
    used_ = 0;
    do {
        TRY(fill());
    } while (used_ < 2 || buffer_[used_ - 2] != '\x1c');
    Answer answer;
    answer.status = 200;
    answer.body = {buffer_.data() + 1, used_ - 3};
    answer.bytes = answer.body.size();
    return answer;
}

}  // namespace musubi::perf
