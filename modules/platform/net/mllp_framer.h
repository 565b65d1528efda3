#pragma once
// Inside the room: MLLP blocks out of bytes: 0x0B message 0x1C 0x0D (HL7 v2 transport, release 1).
// Carriage returns and line feeds between blocks are skipped, as senders differ; anything else
// there, and a start or end byte inside a message, is bad framing: two readings would be possible.
// Linear time however the bytes arrive.

#include "platform/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace musubi::net {

class MllpFramer {
public:
    enum class State : std::uint8_t { kNothing, kPartial, kMessage, kBadFraming, kTooLong };

    explicit MllpFramer(std::size_t max_message_bytes) : max_(max_message_bytes) {}

    void append(std::string_view bytes) { buffer_.append(bytes); }
    /// Looks at what was appended. kMessage: message() is valid until pop(). The two errors are
    /// final.
    State state();
    std::string_view message() const { return std::string_view(buffer_).substr(1, scanned_ - 1); }
    void pop();
    /// Gives back memory; only when nothing is partial.
    void shrink() { buffer_ = std::string(); }
    std::size_t held_bytes() const { return buffer_.size(); }

private:
    std::size_t max_;
    std::string buffer_;
    std::size_t scanned_ = 1;  ///< of a partial message: no end byte before this
};

inline std::string mllp_frame(std::string_view message) {
    std::string frame;
    frame.reserve(message.size() + 3);
    return frame.append("\x0b").append(message).append("\x1c\r");
}

}  // namespace musubi::net
