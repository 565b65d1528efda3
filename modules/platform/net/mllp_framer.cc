#include "platform/net/mllp_framer.h"

namespace musubi::net {

MllpFramer::State MllpFramer::state() {
    if (buffer_.empty() || buffer_[0] != '\x0b') {
        std::size_t const first = buffer_.find_first_not_of("\r\n");
        if (first == std::string::npos) {
            buffer_.clear();
            return State::kNothing;
        }
        buffer_.erase(0, first);
        if (buffer_[0] != '\x0b') return State::kBadFraming;
        scanned_ = 1;
    }
    std::size_t const end = buffer_.find_first_of("\x0b\x1c", scanned_);
    std::size_t const size = (end == std::string::npos ? buffer_.size() : end) - 1;
    if (size > max_) return State::kTooLong;
    scanned_ = size + 1;
    if (end == std::string::npos || (buffer_[end] == '\x1c' && end + 1 == buffer_.size())) {
        return State::kPartial;
    }
    return buffer_[end] == '\x1c' && buffer_[end + 1] == '\r' ? State::kMessage
                                                              : State::kBadFraming;
}

void MllpFramer::pop() {
    buffer_.erase(0, scanned_ + 2);
    scanned_ = 1;
}

}  // namespace musubi::net
