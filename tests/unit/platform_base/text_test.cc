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

TEST(Utf8, WritesEachLengthAtItsEdges) {
    std::string out;
    for (char32_t const c : {U'\0', U'\x7f', U'\u0080', U'\u07ff', U'\u0800', U'\uffff',
                             U'\U00010000', U'\U0010ffff'}) {
        append_utf8(out, c);
    }
    EXPECT_EQ(out, std::string("\0\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf", 12) +
                       "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
    EXPECT_TRUE(is_valid_utf8(out));
    char octets[4];
    EXPECT_EQ(put_utf8(octets, U'野') - octets, 3);
}

TEST(Nfc, ComposesKanaAndLeavesVariationSequences) {
    EXPECT_EQ(to_nfc("か\u3099"), "が");
    EXPECT_EQ(to_nfc("葛\U000E0100飾"), "葛\U000E0100飾");
}

TEST(Text, CountsCharactersNotBytes) { EXPECT_EQ(length_in_characters("𠮷野家a"), 4U); }

}  // namespace musubi
