#pragma once
// A secret in n parts of which any m give it back and m - 1 tell nothing (Shamir, CACM 22-11,
// 1979): for each octet a random polynomial of degree m - 1 over GF(2^8) with the polynomial of AES
// (x^8 + x^4 + x^3 + x + 1), whose value at 0 is the octet; a part is its value at another place.
// Internal to this room. Pure but for the random numbers; multiplication takes the same time
// whatever the values are.

#include "platform/vault/secret.h"

#include <cstdint>
#include <span>
#include <vector>

namespace musubi::vault {

struct SecretPart {
    std::uint8_t at = 0;  ///< 1 to 255, another one for each part
    SecretKey value;
};

std::uint8_t gf256_multiply(std::uint8_t a, std::uint8_t b);
/// 1/a; 0 for 0.
std::uint8_t gf256_inverse(std::uint8_t a);
/// The polynomial with these coefficients, the constant one first.
std::uint8_t gf256_evaluate(std::span<std::uint8_t const> coefficients, std::uint8_t at);

/// 2 <= threshold <= parts <= 255.
std::vector<SecretPart> split_secret(SecretKey const& secret, int parts, int threshold);
/// Of at least as many parts as the threshold was, all at different places; fewer or wrong ones
/// give something else.
SecretKey join_secret(std::span<SecretPart const> parts);

}  // namespace musubi::vault
