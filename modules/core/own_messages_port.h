#pragma once
// The messages that this node sent to other communities lately: one that comes in again went round
// (a gateway that asks on sends it back), and is not answered. Thread-safe; lives as long as the
// node.

#include <string>

namespace musubi::core {

class OwnMessagesPort {
public:
    virtual ~OwnMessagesPort() = default;
    /// `message_id`: wsa:MessageID.
    virtual bool is_ours(std::string const& message_id) const = 0;
};

}  // namespace musubi::core
