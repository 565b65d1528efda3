// Time stamps (RFC 3161) by an authority of the test's own.

#include "platform/vault/timestamp.h"

#include "support/signing_identity.h"
#include "support/time_stamp_authority.h"
#include "unit/platform_vault/temp_folder.h"

#include <gtest/gtest.h>

namespace musubi::vault {
namespace {

ByteView const kContent = as_bytes("what existed");

struct Stamp : ::testing::Test {
    TempFolder folder;
    test::TimeStampAuthority authority{folder / "tsa"};
    std::string answer_to(TimestampRequest const& request) const {
        return authority.answer(std::string(as_text(request.der)));
    }
};

TEST_F(Stamp, TellsWhenAndByWhom) {
    auto const request = *timestamp_request(kContent);
    auto const answer = answer_to(request);
    auto const stamp =
        verify_timestamp(as_bytes(answer), kContent, authority.authorities(), request.nonce);
    ASSERT_TRUE(stamp.ok()) << stamp.error().detail;
    EXPECT_EQ(stamp->authority, "CN=tsa,O=Test");
    auto const off = system_clock().now() - stamp->time;
    EXPECT_LT(std::chrono::abs(off), std::chrono::minutes(2));
    EXPECT_TRUE(verify_timestamp(as_bytes(answer), kContent, authority.authorities()).ok());
}

TEST_F(Stamp, DoesNotCountForOtherContentAnotherRequestOrAfterAChange) {
    auto const request = *timestamp_request(kContent);
    auto answer = answer_to(request);
    auto const ca = authority.authorities();
    auto const code = [&](auto const& result) { return result.error().code; };
    EXPECT_EQ(code(verify_timestamp(as_bytes(answer), as_bytes("something else"), ca)),
              Code::kInvalidContent);
    EXPECT_EQ(code(verify_timestamp(as_bytes(answer), kContent, ca, request.nonce + 1)),
              Code::kInvalidContent);
    auto broken = answer;  // its end is the authority's signature
    broken.back() = static_cast<char>(broken.back() ^ 1);
    EXPECT_FALSE(verify_timestamp(as_bytes(broken), kContent, ca).ok());
    EXPECT_FALSE(verify_timestamp(as_bytes(answer + "x"), kContent, ca).ok());
    EXPECT_FALSE(verify_timestamp(as_bytes("no stamp"), kContent, ca).ok());
    EXPECT_EQ(code(verify_timestamp(as_bytes(std::string(65 * 1024, 'x')), kContent, ca)),
              Code::kTooLarge);
}

TEST_F(Stamp, OfAnAuthorityThatNobodyBelievesIsRefused) {
    auto const answer = answer_to(*timestamp_request(kContent));
    auto const other = test::signing_identity("no-authority").certificate;
    EXPECT_EQ(verify_timestamp(as_bytes(answer), kContent, other).error().code,
              Code::kInvalidContent);
    EXPECT_EQ(verify_timestamp(as_bytes(answer), kContent, folder / "none").error().code,
              Code::kNotFound);
}

}  // namespace
}  // namespace musubi::vault
