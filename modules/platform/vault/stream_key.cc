#include "platform/vault/stream_key.h"

#include "platform/base/digest.h"

#include <algorithm>

namespace musubi::vault {
namespace {
constexpr std::uint8_t kFormat = 1;
constexpr std::uint8_t kChunkLog2 = 16;
static_assert(kChunkSize == std::size_t{1} << kChunkLog2);
}  // namespace

StreamHeader StreamHeader::make(KeyId key_id) {
    StreamHeader header;
    header.key_id = key_id;
    header.octets[0] = kFormat;
    for (std::size_t i = 0; i < 4; ++i)
        header.octets[1 + i] = static_cast<std::uint8_t>(key_id >> (24 - 8 * i));
    header.octets[5] = kChunkLog2;
    random_octets(header.octets.data() + 9, 32);
    return header;
}

Result<StreamHeader> StreamHeader::parse(ByteView octets) {
    if (octets.size() != kStreamHeaderSize || octets[0] != kFormat || octets[5] != kChunkLog2)
        return stream_damaged();
    StreamHeader header;
    std::copy(octets.begin(), octets.end(), header.octets.begin());
    for (std::size_t i = 1; i < 5; ++i) header.key_id = header.key_id << 8 | octets[i];
    return header;
}

Status derive_stream_key(KeyRing& keys, Purpose purpose, StreamHeader const& header, ByteView aad,
                         CipherKey& out) {
    CipherKey const* const base = TRY(keys.derived(header.key_id, purpose));
    std::string info = "musubi 1 stream";
    info.append(as_text(header.octets))
        .append(as_text(sha256(aad)));  // the library bounds the length of `info`
    hkdf(base->key.view(), header.salt(), info, out.key);
    return {};
}

std::array<std::uint8_t, kNonceSize> chunk_nonce(std::uint64_t chunk, bool last) {
    std::array<std::uint8_t, kNonceSize> nonce{};
    for (std::size_t i = 0; i < 8; ++i)
        nonce[3 + i] = static_cast<std::uint8_t>(chunk >> (56 - 8 * i));
    nonce[11] = last ? 1 : 0;
    return nonce;
}

Error stream_damaged() { return {Code::kStorageUnavailable, "sealed content is damaged"}; }

}  // namespace musubi::vault
