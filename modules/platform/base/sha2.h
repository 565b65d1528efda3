#pragma once
// The SHA-2 family by name, where somebody else chose which of them (signatures, time stamps).
// What the house itself hashes uses digest.h. One object per thread.

#include "platform/base/bytes.h"

#include <cstdint>
#include <memory>

namespace musubi {

enum class Sha2 : std::uint8_t { k256, k384, k512 };

class Sha2Digest {
public:
    explicit Sha2Digest(Sha2 kind);
    ~Sha2Digest();
    Sha2Digest(Sha2Digest&&) noexcept;
    Sha2Digest& operator=(Sha2Digest&&) noexcept;

    void update(ByteView bytes);
    Bytes finish();  ///< the object may not be updated afterwards

private:
    struct State;
    std::unique_ptr<State> state_;
};

Bytes sha2(Sha2 kind, ByteView bytes);

}  // namespace musubi
