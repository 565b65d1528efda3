#include "platform/net/reply_writer.h"

#include <ctime>

#include "platform/base/log.h"
#include "platform/base/text.h"
#include "platform/net/http_parser.h"

namespace musubi::net {
namespace {

constexpr std::size_t kRecordBytes = 16 * 1024;
/// All that one reply may bring into memory.
constexpr std::uint64_t kMaxTogether = 1024 * 1024;

std::string http_date() {
    std::time_t const now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    static constexpr char const* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr char const* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[40];
    std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[parts.tm_wday],
                  parts.tm_mday, kMonths[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour,
                  parts.tm_min, parts.tm_sec);
    return text;
}

/// A value that would end the line early would be a second header of somebody else's making.
bool one_line(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == text.npos;
}

void add_header(std::string& out, std::string_view name, std::string_view value) {
    if (!one_line(name) || !one_line(value)) {
        log_error("http.header_dropped");
        return;
    }
    out.append(name).append(": ").append(value).append("\r\n");
}

bool ours(std::string_view name) {
    return equals_ignore_case(name, "Content-Length") ||
           equals_ignore_case(name, "Transfer-Encoding") ||
           equals_ignore_case(name, "Connection") || equals_ignore_case(name, "Content-Type");
}

bool bodiless(int status) { return status < 200 || status == 204 || status == 304; }

}  // namespace

ReplyWriter::ReplyWriter(core::HttpReply reply, ReplyFraming framing)
    : reply_(std::move(reply)), framing_(framing) {
    framing_.close = framing_.close || reply_.close;
    append_head();
    pieces_.push_back({head_, nullptr});
    if (!framing_.head_only && !bodiless(reply_.status)) append_pieces();
}

ReplyWriter::~ReplyWriter() { finished(false); }

void ReplyWriter::append_head() {
    std::uint64_t length = 0;
    for (auto const& segment : reply_.segments) {
        length += segment.text.size() + (segment.content ? segment.content->size() : 0);
    }
    head_ = "HTTP/1.1 " + std::to_string(reply_.status) + " ";
    head_.append(http_reason(reply_.status)).append("\r\n");
    add_header(head_, "Date", http_date());
    if (!reply_.content_type.empty()) add_header(head_, "Content-Type", reply_.content_type);
    if (!bodiless(reply_.status)) add_header(head_, "Content-Length", std::to_string(length));
    for (auto const& header : reply_.headers) {
        if (!ours(header.name)) add_header(head_, header.name, header.value);
    }
    if (framing_.close) {
        add_header(head_, "Connection", "close");
    } else if (framing_.http_1_0) {
        add_header(head_, "Connection", "keep-alive");
    }
    head_ += "\r\n";
}

void ReplyWriter::append_pieces() {
    for (auto const& segment : reply_.segments) {
        if (!segment.text.empty()) pieces_.push_back({segment.text, nullptr});
        if (!segment.content || segment.content->size() == 0) continue;
        if (Bytes const* bytes = segment.content->in_memory()) {
            pieces_.push_back({as_text(*bytes), nullptr});
        } else {
            pieces_.push_back({{}, segment.content.get()});
        }
    }
}

/// The next bytes that can be written as they lie: a long piece directly, short ones gathered into
/// one record.
std::string_view ReplyWriter::next_slice() {
    if (record_at_ < record_.size()) return std::string_view(record_).substr(record_at_);
    record_.clear();
    record_at_ = 0;
    while (at_ < pieces_.size() && pieces_[at_].content == nullptr) {
        std::string_view& text = pieces_[at_].text;
        if (record_.empty() && text.size() >= kRecordBytes) return text;
        std::size_t const take = std::min(text.size(), kRecordBytes - record_.size());
        record_.append(text.substr(0, take));
        text.remove_prefix(take);
        if (text.empty()) ++at_;
        if (record_.size() == kRecordBytes) break;
    }
    return record_;
}

void ReplyWriter::consume(std::size_t bytes) {
    if (!record_.empty()) {
        record_at_ += bytes;
        return;
    }
    pieces_[at_].text.remove_prefix(bytes);
    if (pieces_[at_].text.empty()) ++at_;
}

ReplyWriter::State ReplyWriter::step(Channel& channel) {
    while (true) {
        // A streamed document comes next: what is gathered goes out with its first bytes.
        std::string_view const slice = next_slice();
        bool const content_next = at_ < pieces_.size() && pieces_[at_].content != nullptr;
        if (content_next && slice.size() < kRecordBytes) return State::kNeedsThread;
        if (slice.empty()) {
            finished(true);
            return State::kDone;
        }
        // A piece that is written as it lies has not been passed yet.
        std::size_t const next = record_.empty() ? at_ + 1 : at_;
        IoResult const wrote = channel.write(
            slice, next < pieces_.size() ? Channel::Then::kMoreFollows : Channel::Then::kSend);
        switch (wrote.state) {
            case Io::kDone: consume(wrote.bytes); break;
            case Io::kWantRead: return State::kWantRead;
            case Io::kWantWrite: return State::kWantWrite;
            case Io::kClosed:
            case Io::kFailed: return State::kFailed;
        }
    }
}

ReplyWriter::State ReplyWriter::stream(Channel& channel, std::int64_t stall_ms,
                                       std::atomic<bool> const& give_up) {
    auto const put = [&](std::string_view bytes) -> Status {
        if (!write_all(channel, bytes, stall_ms, give_up)) {
            return Error(Code::kPeerUnavailable, "the peer does not take the reply");
        }
        return {};
    };
    while (true) {
        std::string_view const slice = next_slice();
        bool const content_next = at_ < pieces_.size() && pieces_[at_].content != nullptr;
        if (!content_next || slice.size() >= kRecordBytes) {
            if (slice.empty()) break;
            if (!put(slice)) return State::kFailed;
            consume(slice.size());
            continue;
        }
        std::string rest(slice);
        record_.clear();
        record_at_ = 0;
        std::uint64_t left = pieces_[at_].content->size();
        auto const sink = [&](ByteView piece) -> Status {
            if (piece.size() > left)
                return Error(Code::kInternal, "content is longer than it said");
            left -= piece.size();
            std::string_view text = as_text(piece);
            if (!rest.empty()) {
                std::size_t const take =
                    std::min(text.size(), kRecordBytes - std::min(kRecordBytes, rest.size()));
                rest.append(text.substr(0, take));
                text.remove_prefix(take);
                TRY(put(rest));
                rest.clear();
            }
            return put(text);
        };
        Status const read = pieces_[at_].content->read(sink);
        if (!read || left != 0) {
            // The length is announced: only a cut connection can say that the rest will not come.
            if (!read && read.error().code != Code::kPeerUnavailable)
                log_error("http.content_unreadable");
            return State::kFailed;
        }
        ++at_;
    }
    finished(true);
    return State::kDone;
}

std::size_t ReplyWriter::pending_bytes() const {
    std::size_t total = record_.size() - record_at_;
    for (std::size_t i = at_; i < pieces_.size(); ++i) total += pieces_[i].text.size();
    return total;
}

void ReplyWriter::finished(bool whole) {
    if (told_) return;
    told_ = true;
    if (reply_.sent) reply_.sent(whole);
}

Status bring_into_memory(core::HttpReply& reply, std::uint64_t max_content_bytes) {
    std::uint64_t together = 0;
    for (auto& segment : reply.segments) {
        if (!segment.content || segment.content->in_memory() != nullptr) continue;
        together += segment.content->size();
        if (segment.content->size() > max_content_bytes || together > kMaxTogether) continue;
        std::string text;
        std::uint64_t const size = segment.content->size();
        text.reserve(static_cast<std::size_t>(size));
        TRY(segment.content->read([&](ByteView piece) -> Status {
            if (text.size() + piece.size() > size)
                return Error(Code::kInternal, "content is longer than it said");
            text.append(as_text(piece));
            return {};
        }));
        if (text.size() != size) return Error(Code::kInternal, "content is shorter than it said");
        segment.text += text;
        segment.content.reset();
    }
    return {};
}

}  // namespace musubi::net
