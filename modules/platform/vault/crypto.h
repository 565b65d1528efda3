#pragma once
// The few primitives that everything sealed rests on: AES-256-GCM (NIST SP 800-38D), HKDF-SHA-256
// (RFC 5869), HMAC-SHA-256 (RFC 2104), random numbers. Internal to this room. Thread-safe; OpenSSL
// failing at one of them means that nothing can be protected any more, so it ends the process.

#include "platform/vault/secret.h"

#include <cstdint>
#include <string_view>

namespace musubi::vault {

inline constexpr std::size_t kNonceSize = 12;
inline constexpr std::size_t kTagSize = 16;

/// A key made ready for AES-256-GCM. `serial` is unique in the process: per-thread cipher contexts
/// remember by it which key they were set up with, so that sealing many small things with one key
/// does not expand it each time.
struct CipherKey {
    CipherKey();
    SecretKey key;
    std::uint64_t serial;
};

/// Writes plain.size() octets of cipher text and then the tag to `out`. `nonce` has kNonceSize
/// octets and is never used twice with the same key.
void gcm_seal(CipherKey const& key, ByteView nonce, ByteView aad, ByteView plain,
              std::uint8_t* out);
/// False when cipher text, nonce or aad are not what was sealed; `out` (sealed.size() - kTagSize
/// octets) is wiped then.
bool gcm_open(CipherKey const& key, ByteView nonce, ByteView aad, ByteView sealed,
              std::uint8_t* out);

void hkdf(ByteView secret, ByteView salt, std::string_view info, SecretKey& out);
void hmac(SecretKey const& key, ByteView message, std::uint8_t out[32]);
void random_octets(std::uint8_t* out, std::size_t size);

}  // namespace musubi::vault
