#pragma once
// Ids of what this node sent to other communities, the newest kMost of them. Thread-safe.

#include "core/own_messages_port.h"

#include <deque>
#include <mutex>
#include <unordered_set>

namespace musubi::xca {

class SentMessages final : public core::OwnMessagesPort {
public:
    static constexpr std::size_t kMost = 65'536;

    void note(std::string const& message_id) {
        std::lock_guard const lock(mutex_);
        if (!ids_.insert(message_id).second) return;
        order_.push_back(message_id);
        if (order_.size() <= kMost) return;
        ids_.erase(order_.front());
        order_.pop_front();
    }
    bool is_ours(std::string const& message_id) const override {
        std::lock_guard const lock(mutex_);
        return ids_.contains(message_id);
    }

private:
    mutable std::mutex mutex_;
    std::unordered_set<std::string> ids_;
    std::deque<std::string> order_;
};

}  // namespace musubi::xca
