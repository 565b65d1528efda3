#pragma once
// One-time codes from a secret and the time (RFC 6238 over RFC 4226): the second factor of
// operators, as every authenticator program shows it: HMAC-SHA-1, six digits, steps of 30 seconds.
// Pure; thread-safe.

#include "platform/base/bytes.h"
#include "platform/base/clock.h"

#include <cstdint>
#include <optional>
#include <string>

namespace musubi::vault {

inline constexpr int kTotpDigits = 6;
inline constexpr std::chrono::seconds kTotpStep{30};
inline constexpr std::size_t kTotpSecretBytes = 20;  ///< RFC 4226 4, R6: 160 bits

/// The number of the step at a time; negative before 1970.
std::int64_t totp_step(WallTime time);
/// The code of a step, with leading zeros (RFC 4226 5.3). `digits` is 6 to 8.
std::string totp_code(ByteView secret, std::int64_t step, int digits = kTotpDigits);
/// The step whose code this is: the present one, the one before or the one after, for clocks that
/// differ (RFC 6238 6), but never one at or before `last_used`: a code serves once. Compares in
/// constant time.
std::optional<std::int64_t> totp_match(ByteView secret, std::string_view code, WallTime now,
                                       std::int64_t last_used);

/// 160 fresh random bits.
Result<Bytes> totp_secret();
/// For people and authenticator programs: RFC 4648 base32 without padding.
std::string to_base32(ByteView bytes);
/// otpauth://totp/ISSUER:NAME?secret=...&issuer=ISSUER, what the programs read from a picture.
std::string totp_uri(std::string_view issuer, std::string_view name, ByteView secret);

}  // namespace musubi::vault
