#include "platform/net/syslog_framer.h"

#include <algorithm>

namespace musubi::net {
namespace {

// No audit message comes near it; a length beyond is taken for bad framing.
constexpr std::uint64_t kLongestFrame = 64U << 20;
constexpr std::size_t kMostDigits = 8;

}  // namespace

void SyslogFramer::append(std::string_view bytes) {
    if (at_ > 0) {
        buffer_.erase(0, at_);
        at_ = 0;
    }
    auto const skipped = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, bytes.size()));
    skip_ -= skipped;
    buffer_.append(bytes.substr(skipped));
}

SyslogFramer::State SyslogFramer::next() {
    auto const here =
        static_cast<std::size_t>(std::min<std::uint64_t>(skip_, buffer_.size() - at_));
    at_ += here;
    skip_ -= here;
    if (skip_ > 0) return State::kPartial;
    while (at_ < buffer_.size() && (buffer_[at_] == '\n' || buffer_[at_] == '\r')) ++at_;
    if (at_ == buffer_.size()) return State::kNothing;

    std::uint64_t length = 0;
    std::size_t i = at_;
    for (; i < buffer_.size() && buffer_[i] != ' '; ++i) {
        char const c = buffer_[i];
        bool const legal = c >= '0' && c <= '9' && i - at_ < kMostDigits && !(c == '0' && i == at_);
        if (!legal) return State::kBadFraming;
        length = length * 10 + static_cast<std::uint64_t>(c - '0');
    }
    if (i == buffer_.size()) return State::kPartial;
    if (i == at_ || length > kLongestFrame) return State::kBadFraming;
    auto const wanted = static_cast<std::size_t>(std::min<std::uint64_t>(length, max_));
    if (buffer_.size() - i - 1 < wanted) return State::kPartial;
    message_at_ = i + 1;
    message_size_ = wanted;
    cut_ = length > max_;
    at_ = message_at_ + wanted;
    skip_ = length - wanted;
    return State::kMessage;
}

void SyslogFramer::shrink() {
    buffer_ = std::string();
    at_ = 0;
}

}  // namespace musubi::net
