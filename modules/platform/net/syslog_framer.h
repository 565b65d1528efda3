#pragma once
// Inside the room: octet counting of RFC 5425 4.3: MSG-LEN SP SYSLOG-MSG, out of bytes that arrive
// in any pieces. Line ends between frames are skipped, as some senders put them there. A message
// beyond the limit is delivered cut to it, and its rest is passed over: better a part than nothing.
// Linear time.

#include "platform/base/bytes.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace musubi::net {

inline std::string syslog_frame(std::string_view message) {
    return std::to_string(message.size()).append(" ").append(message);
}

class SyslogFramer {
public:
    enum class State : std::uint8_t { kNothing, kPartial, kMessage, kBadFraming };

    explicit SyslogFramer(std::size_t max_message_bytes) : max_(max_message_bytes) {}

    void append(std::string_view bytes);
    /// Looks for the next whole message. kMessage: message() is valid until append(). kBadFraming
    /// is final: where the next message would begin is not known.
    State next();
    std::string_view message() const {
        return std::string_view(buffer_).substr(message_at_, message_size_);
    }
    bool cut() const { return cut_; }  ///< the current message was longer
    /// Nothing is begun.
    bool between() const { return skip_ == 0 && at_ == buffer_.size(); }
    std::size_t held_bytes() const { return buffer_.size() - at_; }
    void shrink();

private:
    std::size_t max_;
    std::string buffer_;
    std::size_t at_ = 0;  ///< behind the last message
    std::size_t message_at_ = 0, message_size_ = 0;
    std::uint64_t skip_ = 0;  ///< octets of a cut message still to come
    bool cut_ = false;
};

}  // namespace musubi::net
