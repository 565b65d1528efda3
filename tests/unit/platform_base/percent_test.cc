#include "platform/base/percent.h"

#include <gtest/gtest.h>

namespace musubi {
namespace {

TEST(PercentDecoded, OctetsComeBackWhateverTheyMean) {
    EXPECT_EQ(percent_decoded("ge2026-01-01T00%3A00%3a00%2B09:00").value(),
              "ge2026-01-01T00:00:00+09:00");
    EXPECT_EQ(percent_decoded("%E9%AB%99").value(), "\xE9\xAB\x99");
    EXPECT_EQ(percent_decoded("a%00b").value(), std::string("a\0b", 3));
    EXPECT_EQ(percent_decoded("").value(), "");
}

TEST(PercentDecoded, APlusIsABlankAndAnEscapedOneAPlus) {
    EXPECT_EQ(percent_decoded("a+b%2Bc").value(), "a b+c");
}

TEST(PercentDecoded, AnEscapeThatIsCutOffOrNoHexIsRefused) {
    for (char const* text : {"%", "a%", "a%4", "%4G", "%G4", "%%41", "% 41"}) {
        auto const read = percent_decoded(text);
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().code, Code::kInvalidContent) << text;
    }
}

}  // namespace
}  // namespace musubi
