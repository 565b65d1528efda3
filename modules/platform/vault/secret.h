#pragma once
// Key material that wipes itself. Never printed, never compared in variable time. Not copyable.

#include "platform/base/bytes.h"

#include <array>

namespace musubi::vault {

/// 256 bits.
class SecretKey {
public:
    static constexpr std::size_t kSize = 32;
    SecretKey() = default;
    ~SecretKey();
    SecretKey(SecretKey&& other) noexcept;
    SecretKey& operator=(SecretKey&& other) noexcept;

    std::uint8_t* data() { return octets_.data(); }
    ByteView view() const { return octets_; }

private:
    std::array<std::uint8_t, kSize> octets_{};
};

void wipe(std::uint8_t* data, std::size_t size);
inline void wipe(Bytes& bytes) { wipe(bytes.data(), bytes.size()); }

}  // namespace musubi::vault
