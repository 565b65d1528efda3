#include "codec/hl7v3/time_to_live.h"

#include <gtest/gtest.h>

namespace musubi::hl7v3 {
namespace {

using std::chrono::seconds;

TEST(TimeToLive, ReadsDurations) {
    EXPECT_EQ(read_duration("P0Y0M7D"), seconds(7 * 86'400));
    EXPECT_EQ(read_duration(" PT12H30M "), seconds(12 * 3'600 + 30 * 60));
    EXPECT_EQ(read_duration("P1M"), seconds(30 * 86'400));
    EXPECT_EQ(read_duration("PT1.5S"), seconds(1));
    EXPECT_EQ(read_duration("P1DT1S"), seconds(86'401));
    EXPECT_EQ(read_duration("P99999999999999999999Y"), seconds(10LL * 365 * 86'400));
}

TEST(TimeToLive, RefusesWhatIsNone) {
    for (char const* text : {"", "P", "PT", "7D", "-P7D", "P7", "PD", "P7H", "PT7D", "P1.5D",
                             "P7Dx", "P1TT1S", "P1T2S"})
        EXPECT_FALSE(read_duration(text)) << text;
}

TEST(TimeToLive, IsWrittenAsItIsRead) {
    std::string const header = write_time_to_live(seconds(7 * 86'400 + 5));
    EXPECT_NE(header.find("urn:ihe:iti:xcpd:2009"), std::string::npos);
    std::size_t const from = header.find('>') + 1;
    EXPECT_EQ(read_duration(header.substr(from, header.find('<', from) - from)),
              seconds(7 * 86'400 + 5));
}

}  // namespace
}  // namespace musubi::hl7v3
