#include "platform/vault/totp.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

namespace musubi::vault {
namespace {

constexpr char kBase32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

std::string percent_encoded(std::string_view text) {
    constexpr char kHex[] = "0123456789ABCDEF";
    std::string out;
    for (char const letter : text) {
        auto const c = static_cast<unsigned char>(letter);
        bool const plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                           (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_';
        if (plain) {
            out += static_cast<char>(c);
        } else {
            out += {'%', kHex[c >> 4], kHex[c & 15]};
        }
    }
    return out;
}

}  // namespace

std::int64_t totp_step(WallTime time) {
    auto const since = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
    return since / kTotpStep;
}

std::string totp_code(ByteView secret, std::int64_t step, int digits) {
    unsigned char counter[8];
    for (int i = 0; i < 8; ++i)
        counter[i] = static_cast<unsigned char>(static_cast<std::uint64_t>(step) >> (56 - 8 * i));
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), counter, sizeof counter,
             mac, &size) == nullptr ||
        size != 20) {
        return {};
    }
    std::size_t const at = mac[19] & 0x0F;
    std::uint32_t const number = (static_cast<std::uint32_t>(mac[at] & 0x7F) << 24) |
                                 (static_cast<std::uint32_t>(mac[at + 1]) << 16) |
                                 (static_cast<std::uint32_t>(mac[at + 2]) << 8) | mac[at + 3];
    std::uint32_t modulus = 1;
    for (int i = 0; i < digits; ++i) modulus *= 10;
    std::string out = std::to_string(number % modulus);
    out.insert(0, static_cast<std::size_t>(digits) - out.size(), '0');
    return out;
}

std::optional<std::int64_t> totp_match(ByteView secret, std::string_view code, WallTime now,
                                       std::int64_t last_used) {
    std::optional<std::int64_t> found;
    std::int64_t const present = totp_step(now);
    for (std::int64_t step = present - 1; step <= present + 1; ++step) {
        std::string const right = totp_code(secret, step);
        bool const same = right.size() == code.size() && !right.empty() &&
                          CRYPTO_memcmp(right.data(), code.data(), right.size()) == 0;
        if (same && step > last_used) found = step;
    }
    return found;
}

Result<Bytes> totp_secret() {
    Bytes out(kTotpSecretBytes);
    if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1)
        return Error(Code::kInternal, "no random numbers");
    return out;
}

std::string to_base32(ByteView bytes) {
    std::string out;
    std::uint32_t held = 0;
    int bits = 0;
    for (std::uint8_t const byte : bytes) {
        held = (held << 8) | byte;
        bits += 8;
        while (bits >= 5) {
            bits -= 5;
            out += kBase32[(held >> bits) & 31];
        }
    }
    if (bits > 0) out += kBase32[(held << (5 - bits)) & 31];
    return out;
}

std::string totp_uri(std::string_view issuer, std::string_view name, ByteView secret) {
    std::string const by = percent_encoded(issuer);
    return "otpauth://totp/" + by + ":" + percent_encoded(name) + "?secret=" + to_base32(secret) +
           "&issuer=" + by;
}

}  // namespace musubi::vault
