#include "binding/syslog/member_rate.h"

#include <gtest/gtest.h>

namespace musubi::binding {
namespace {

using namespace std::chrono_literals;

TEST(MemberRateTest, ABurstPassesAndThenTheSenderWaitsForItsShare) {
    MemberRate rate(100);
    MemberRate::Time const start{1'000s};
    EXPECT_EQ(rate.take("a", 1'000, start), 0ms);
    EXPECT_EQ(rate.take("a", 50, start), 501ms);
    EXPECT_EQ(rate.take("b", 1'000, start), 0ms);  // a share of its own
    EXPECT_EQ(rate.take("a", 50, start + 1s), 0ms);
    EXPECT_EQ(rate.take("a", 100, start + 1s), 1'001ms);
}

TEST(MemberRateTest, ARestDoesNotGatherMoreThanOneBurst) {
    MemberRate rate(10);
    MemberRate::Time const start{1'000s};
    EXPECT_EQ(rate.take("a", 0, start), 0ms);
    EXPECT_EQ(rate.take("a", 200, start + 3'600s), 10'001ms);
}

TEST(MemberRateTest, WithoutALimitNobodyWaits) {
    MemberRate rate(0);
    EXPECT_EQ(rate.take("a", 1'000'000, MemberRate::Time{}), 0ms);
}

}  // namespace
}  // namespace musubi::binding
