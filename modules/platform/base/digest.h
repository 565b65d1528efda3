#pragma once
// SHA-1 (the XDS `hash` attribute) and SHA-2, at once or while streaming. One object per thread.

#include "platform/base/bytes.h"

#include <memory>
#include <string>

namespace musubi {

enum class DigestKind : std::uint8_t { kSha1, kSha256, kSha384, kSha512 };

class Digest {
public:
    explicit Digest(DigestKind kind);
    ~Digest();
    Digest(Digest&&) noexcept;
    Digest& operator=(Digest&&) noexcept;

    void update(ByteView bytes);
    Bytes finish();  ///< the object may not be updated afterwards

private:
    struct State;
    std::unique_ptr<State> state_;
};

Bytes sha256(ByteView bytes);
Bytes sha1(ByteView bytes);

}  // namespace musubi
