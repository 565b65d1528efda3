#pragma once
// Sealing of large content in chunks of 64 KiB, so that gigabytes pass through bounded memory and
// any chunk can be opened alone. Built after STREAM (Hoang, Reyhanitabar, Rogaway, Vizar, CRYPTO
// 2015): the chunk's number and a last-one flag are its nonce under a key of this content alone, so
// chunks that were dropped, repeated, moved, cut off or taken from elsewhere do not open. Format in
// README.md. Units: octets. One object per thread at a time.

#include "platform/base/content.h"
#include "platform/vault/key_ring.h"

#include <functional>
#include <memory>
#include <span>

namespace musubi::vault {

inline constexpr std::size_t kChunkSize = 64 * 1024;  ///< plain text of every chunk but the last
inline constexpr std::size_t kStreamHeaderSize = 41;
inline constexpr std::size_t kChunkTagSize = 16;

/// Seals what is written and hands the sealed octets to `out`, header first. `aad` names the
/// object; it is not stored.
class SealingStream {
public:
    static Result<SealingStream> start(KeyRing& keys, Purpose purpose, std::string_view institution,
                                       ByteView aad, ByteSink out);
    SealingStream(SealingStream&&) noexcept;
    SealingStream& operator=(SealingStream&&) noexcept;
    ~SealingStream();

    Status write(ByteView plain);
    Status finish();  ///< writes the last chunk; without it the content does not open
    KeyId key_id() const;

private:
    struct State;
    explicit SealingStream(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// Opens sealed content whose total size is known, chunk by chunk in any order.
class ChunkOpener {
public:
    /// `header` are the first kStreamHeaderSize octets, `sealed_size` the size of it all.
    /// kStorageUnavailable when they cannot be sealed content. An empty `institution` takes
    /// whichever the key belongs to.
    static Result<ChunkOpener> start(KeyRing& keys, Purpose purpose, std::string_view institution,
                                     ByteView aad, ByteView header, std::uint64_t sealed_size);
    ChunkOpener(ChunkOpener&&) noexcept;
    ChunkOpener& operator=(ChunkOpener&&) noexcept;
    ~ChunkOpener();

    std::uint64_t plain_size() const;
    std::uint64_t chunk_count() const;  ///< at least 1
    std::uint64_t sealed_offset(std::uint64_t chunk) const;
    std::size_t sealed_chunk_size(std::uint64_t chunk) const;
    KeyId key_id() const;
    /// `plain` has room for sealed.size() - kChunkTagSize octets; wiped when the chunk does not
    /// open.
    Status open(std::uint64_t chunk, ByteView sealed, std::span<std::uint8_t> plain) const;

private:
    struct State;
    explicit ChunkOpener(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// Opens sealed content that arrives piece by piece. The sink sees only verified octets, but only
/// finish() tells that none are missing at the end.
class OpeningStream {
public:
    OpeningStream(KeyRing& keys, Purpose purpose, std::string institution, Bytes aad, ByteSink out);
    OpeningStream(OpeningStream&&) noexcept;
    OpeningStream& operator=(OpeningStream&&) noexcept;
    ~OpeningStream();

    Status write(ByteView sealed);
    Status finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace musubi::vault
