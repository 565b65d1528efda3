#include "platform/base/text.h"

#include <gtest/gtest.h>

namespace musubi {

TEST(Utf8, RefusesOverlongSurrogateAndTruncatedForms) {
    EXPECT_TRUE(is_valid_utf8("紹介状 𠮷野家"));
    for (std::string const bad :
         {"\xc0\x80", "\xed\xa0\x80", "\xe3\x81", "\xff", "\xf4\x90\x80\x80", "\x80"}) {
        EXPECT_FALSE(is_valid_utf8(bad));
    }
}

TEST(Nfc, ComposesKanaAndLeavesVariationSequences) {
    EXPECT_EQ(to_nfc("か\u3099"), "が");
    EXPECT_EQ(to_nfc("葛\U000E0100飾"), "葛\U000E0100飾");
}

TEST(Text, CountsCharactersNotBytes) { EXPECT_EQ(length_in_characters("𠮷野家a"), 4U); }

}  // namespace musubi
