#include "platform/base/date_time.h"

#include <gtest/gtest.h>

namespace musubi {
namespace {

std::string told(std::string_view text) {
    auto const time = parse_date_time(text);
    return time ? to_rfc3339(*time) : "none";
}

TEST(DateTime, IsReadWithItsZoneAndFraction) {
    EXPECT_EQ(told("2026-11-21T02:25:00Z"), "2026-11-21T02:25:00.000000Z");
    EXPECT_EQ(told("2026-11-21T02:25:00.1234569+09:00"), "2026-11-20T17:25:00.123456Z");
    EXPECT_EQ(told("2026-12-31T23:59:60Z"), "2027-01-01T00:00:00.000000Z");
    EXPECT_EQ(told("2024-02-29T24:00:00-01:30"), "2024-03-01T01:30:00.000000Z");
    EXPECT_EQ(told(to_rfc3339(*parse_date_time("1969-12-31T23:59:59.5Z"))),
              "1969-12-31T23:59:59.500000Z");
}

TEST(DateTime, WithoutAZoneIsOneOnlyWhereTheReaderKnowsWhich) {
    EXPECT_EQ(told("2026-11-21T02:25:00"), "none");
    auto const japan = parse_date_time("2026-11-21T02:25:00", std::chrono::hours(9));
    ASSERT_TRUE(japan);
    EXPECT_EQ(to_rfc3339(*japan), "2026-11-20T17:25:00.000000Z");
}

TEST(DateTime, OtherTextsAreNone) {
    for (char const* text :
         {"", "2026-11-21", "2026-11-21 02:25:00Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
          "2026-11-21T24:00:01Z", "2026-11-21T02:60:00Z", "2026-11-21T02:25:61Z",
          "2026-11-21T02:25:00.Z", "2026-11-21T02:25:00+15:00", "2026-11-21T02:25:00ZZ",
          "+026-11-21T02:25:00Z", "2026-11-21T02:25:00+0900"})
        EXPECT_EQ(told(text), "none") << text;
}

}  // namespace
}  // namespace musubi
