#pragma once
// Collects compound keys. Internal to the room.

#include "mpi/match/characters.h"
#include "mpi/match/match.h"

#include <algorithm>

namespace musubi::mpi::match {

class KeyList {
public:
    /// A compound of which one part is missing is no key.
    void add(std::uint8_t type, std::string_view first, std::string_view second) {
        if (first.empty() || second.empty()) return;
        keys_.push_back({type, std::string(first)});
        keys_.back().value += '\x1f';
        keys_.back().value += second;
    }
    void add(std::uint8_t type, std::string_view first, View second) {
        if (first.empty() || second.empty()) return;
        add(type, first, to_utf8(second));
    }
    void add_single(std::uint8_t type, std::string_view value) {
        if (!value.empty()) keys_.push_back({type, std::string(value)});
    }
    void add_single(std::uint8_t type, View value) {
        if (!value.empty()) keys_.push_back({type, to_utf8(value)});
    }

    /// Each key once, in a fixed order.
    std::vector<Key> sorted() && {
        std::sort(keys_.begin(), keys_.end());
        keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
        return std::move(keys_);
    }

private:
    std::vector<Key> keys_;
};

}  // namespace musubi::mpi::match
