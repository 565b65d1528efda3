#pragma once
// Seals what this process alone writes and reads again (images on their way to whoever asked). The
// key is made here, lies in this object's memory and nowhere else, and is gone with it: what a
// crash leaves behind nobody can open, the key ring's owners included. AES-256-GCM. Thread-safe.

#include "platform/base/bytes.h"

#include <memory>
#include <span>

namespace musubi::vault {

class PassingKey {
public:
    static constexpr std::size_t kOverhead = 16;  ///< octets that sealing adds

    PassingKey();
    ~PassingKey();
    PassingKey(PassingKey const&) = delete;
    PassingKey& operator=(PassingKey const&) = delete;

    /// `place` is sealed at most once with this key. `sealed` has room for kOverhead octets more
    /// than `plain`.
    void seal(std::uint64_t place, ByteView plain, std::span<std::uint8_t> sealed) const;
    /// False when these are not the octets that were sealed for this place; `plain` is wiped then.
    bool open(std::uint64_t place, ByteView sealed, std::span<std::uint8_t> plain) const;

private:
    struct State;
    std::unique_ptr<State> const state_;
};

}  // namespace musubi::vault
