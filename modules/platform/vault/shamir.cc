#include "platform/vault/shamir.h"

#include "platform/vault/crypto.h"

namespace musubi::vault {

std::uint8_t gf256_multiply(std::uint8_t a, std::uint8_t b) {
    unsigned product = 0, left = a, right = b;
    for (int bit = 0; bit < 8; ++bit) {
        product ^= left & (0U - (right & 1U));
        right >>= 1U;
        left = (left << 1U) ^ (0x11bU & (0U - (left >> 7U & 1U)));
    }
    return static_cast<std::uint8_t>(product);
}

std::uint8_t gf256_inverse(std::uint8_t a) {
    // The group has 255 elements, so a^254 * a = 1.
    std::uint8_t out = 1;
    for (int i = 0; i < 254; ++i) out = gf256_multiply(out, a);
    return out;
}

std::uint8_t gf256_evaluate(std::span<std::uint8_t const> coefficients, std::uint8_t at) {
    std::uint8_t value = 0;
    for (std::size_t i = coefficients.size(); i-- > 0;)
        value = static_cast<std::uint8_t>(gf256_multiply(value, at) ^ coefficients[i]);
    return value;
}

std::vector<SecretPart> split_secret(SecretKey const& secret, int parts, int threshold) {
    std::vector<SecretPart> out(static_cast<std::size_t>(parts));
    for (std::size_t i = 0; i < out.size(); ++i) out[i].at = static_cast<std::uint8_t>(i + 1);
    Bytes coefficients(static_cast<std::size_t>(threshold));
    for (std::size_t octet = 0; octet < SecretKey::kSize; ++octet) {
        random_octets(coefficients.data(), coefficients.size());
        coefficients[0] = secret.view()[octet];
        for (SecretPart& part : out)
            part.value.data()[octet] = gf256_evaluate(coefficients, part.at);
    }
    wipe(coefficients);
    return out;
}

SecretKey join_secret(std::span<SecretPart const> parts) {
    SecretKey secret;
    for (SecretPart const& part : parts) {
        // Lagrange at 0: in this field minus is plus, so each factor is other / (other + own).
        std::uint8_t weight = 1;
        for (SecretPart const& other : parts) {
            if (other.at == part.at) continue;
            auto const distance = static_cast<std::uint8_t>(other.at ^ part.at);
            weight = gf256_multiply(weight, gf256_multiply(other.at, gf256_inverse(distance)));
        }
        for (std::size_t octet = 0; octet < SecretKey::kSize; ++octet) {
            std::uint8_t& sum = secret.data()[octet];
            sum = static_cast<std::uint8_t>(sum ^ gf256_multiply(weight, part.value.view()[octet]));
        }
    }
    return secret;
}

}  // namespace musubi::vault
