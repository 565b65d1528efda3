// RFC 6238 appendix B (SHA-1), RFC 4226 appendix D, RFC 4648 10.

#include "platform/vault/totp.h"

#include <gtest/gtest.h>

namespace musubi::vault {
namespace {

ByteView const kSecret = as_bytes("12345678901234567890");

WallTime at(std::int64_t seconds) { return WallTime(std::chrono::seconds(seconds)); }

TEST(Totp, GivesTheCodesOfTheStandard) {
    EXPECT_EQ(totp_code(kSecret, totp_step(at(59)), 8), "94287082");
    EXPECT_EQ(totp_code(kSecret, totp_step(at(1111111109)), 8), "07081804");
    EXPECT_EQ(totp_code(kSecret, totp_step(at(1111111111)), 8), "14050471");
    EXPECT_EQ(totp_code(kSecret, totp_step(at(1234567890)), 8), "89005924");
    EXPECT_EQ(totp_code(kSecret, totp_step(at(2000000000)), 8), "69279037");
    EXPECT_EQ(totp_code(kSecret, totp_step(at(20000000000)), 8), "65353130");
    char const* const hotp[] = {"755224", "287082", "359152", "969429", "338314",
                                "254676", "287922", "162583", "399871", "520489"};
    for (int i = 0; i < 10; ++i) EXPECT_EQ(totp_code(kSecret, i), hotp[i]);
}

TEST(Totp, TakesANeighbouringStepButEachCodeOnce) {
    auto const now = at(1'000'000'000);
    auto const step = totp_step(now);
    for (std::int64_t offset : {-1, 0, 1})
        EXPECT_EQ(totp_match(kSecret, totp_code(kSecret, step + offset), now, 0), step + offset);
    for (std::int64_t offset : {-2, 2})
        EXPECT_EQ(totp_match(kSecret, totp_code(kSecret, step + offset), now, 0), std::nullopt);
    EXPECT_EQ(totp_match(kSecret, totp_code(kSecret, step), now, step), std::nullopt);
    EXPECT_EQ(totp_match(kSecret, totp_code(kSecret, step - 1), now, step), std::nullopt);
    EXPECT_EQ(totp_match(kSecret, totp_code(kSecret, step + 1), now, step), step + 1);
    for (char const* wrong : {"", "1", "000000x"})
        EXPECT_EQ(totp_match(kSecret, wrong, now, 0), std::nullopt);
}

TEST(Totp, SecretsAreWrittenAsProgramsReadThem) {
    EXPECT_EQ(to_base32(as_bytes("foobar")), "MZXW6YTBOI");
    EXPECT_EQ(to_base32(as_bytes("fooba")), "MZXW6YTB");
    EXPECT_EQ(to_base32({}), "");
    EXPECT_EQ(totp_uri("Musubi Kita", "sato", as_bytes("fooba")),
              "otpauth://totp/Musubi%20Kita:sato?secret=MZXW6YTB&issuer=Musubi%20Kita");
    EXPECT_NE(*totp_secret(), *totp_secret());
    EXPECT_EQ(totp_secret()->size(), kTotpSecretBytes);
}

}  // namespace
}  // namespace musubi::vault
