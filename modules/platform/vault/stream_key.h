#pragma once
// What sealing and opening a stream share. Internal to this room.

#include "platform/vault/crypto.h"
#include "platform/vault/stream.h"

namespace musubi::vault {

// version 1 | key id 4 | log2 of the chunk size 1 | reserved 3 | salt 32
struct StreamHeader {
    KeyId key_id = 0;
    std::array<std::uint8_t, kStreamHeaderSize> octets{};

    static StreamHeader make(KeyId key_id);
    static Result<StreamHeader> parse(ByteView octets);
    ByteView salt() const { return ByteView(octets).subspan(9); }
};

/// The key of one content: derived from the purpose's key, the salt, the whole header and the
/// object's aad.
Status derive_stream_key(KeyRing& keys, Purpose purpose, StreamHeader const& header, ByteView aad,
                         CipherKey& out);
std::array<std::uint8_t, kNonceSize> chunk_nonce(std::uint64_t chunk, bool last);
Error stream_damaged();

}  // namespace musubi::vault
