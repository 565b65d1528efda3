#include "platform/base/japanese.h"

#include <gtest/gtest.h>

namespace musubi {
namespace {

std::string kanji(std::string_view codes) { return "\x1b$B" + std::string(codes) + "\x1b(B"; }
std::string iso2022jp(std::string_view bytes) {
    auto const text = decode_iso2022jp(as_bytes(bytes));
    return text ? *text : "ERROR " + text.error().detail;
}
std::string cp932(std::string_view bytes) {
    auto const text = decode_cp932(as_bytes(bytes));
    return text ? *text : "ERROR " + text.error().detail;
}
std::string eucjp(std::string_view bytes) {
    auto const text = decode_eucjp(as_bytes(bytes));
    return text ? *text : "ERROR " + text.error().detail;
}

// The two-byte codes of these names hold every HL7 delimiter.
TEST(DecodeIso2022jp, ReadsNamesWhoseBytesLookLikeDelimiters) {
    EXPECT_EQ(iso2022jp("\x1b\x24\x42\x3b\x33\x4b\x5c\x1b\x28\x42"), "山本");
    EXPECT_EQ(iso2022jp(kanji("\x35\x7c")), "亨");
    EXPECT_EQ(iso2022jp(kanji("\x35\x7e\x3b\x52")), "京子");
    EXPECT_EQ(iso2022jp(kanji("\x38\x5e\x3b\x5e")), "五枝");
    EXPECT_EQ(iso2022jp(kanji("\x25\x64\x25\x5e\x25\x62\x25\x48")), "ヤマモト");
    EXPECT_EQ(iso2022jp(kanji("\x25\x2d\x25\x67\x25\x26\x25\x33")), "キョウコ");
}

TEST(DecodeIso2022jp, ReadsEverySetAndItsOlderDesignations) {
    EXPECT_EQ(iso2022jp("\x1b$@\x3b\x33\x1b(J\\a~"), "山\\a~");
    EXPECT_EQ(iso2022jp("\x1b&@\x1b$B\x3b\x33"), "山");
    EXPECT_EQ(iso2022jp("\x1b(IOO\x5f\x1b(B"), "ﾏﾏﾟ");
    EXPECT_EQ(iso2022jp("\xd4\xcf\xc0\xde|"), "ﾔﾏﾀﾞ|");
    EXPECT_EQ(iso2022jp("\x1b$(D\x30\x21\x1b(B."), "丂.");
}

TEST(DecodeIso2022jp, AcceptsVendorCharactersOfWindowsSystems) {
    EXPECT_EQ(iso2022jp(kanji("\x2d\x21\x2d\x6a\x2d\x62")), "①㈱№");
    // NEC-selected IBM extensions, rows 89-92
    EXPECT_EQ(iso2022jp(kanji("\x7c\x62\x79\x75")), "髙﨑");
}

TEST(DecodeIso2022jp, GivesTheJisMappingWhereTablesDiffer) {
    EXPECT_EQ(iso2022jp(kanji("\x21\x41\x21\x42\x21\x5d\x21\x71\x21\x72\x22\x4c")),
              "\u301c\u2016\u2212\u00a2\u00a3\u00ac");
    EXPECT_EQ(cp932("\x81\x60\x81\x61\x81\x7c\x81\x91\x81\x92\x81\xca"),
              "\uff5e\u2225\uff0d\uffe0\uffe1\uffe2");
    EXPECT_EQ(eucjp("\xa1\xc1\xa1\xdd"), "\u301c\u2212");
}

TEST(DecodeIso2022jp, ReturnsToAsciiAtALineEnd) {
    EXPECT_EQ(iso2022jp("\x1b$B\x3b\x33\rPID|"), "山\rPID|");
}

TEST(DecodeIso2022jp, NamesTheByteThatIsWrong) {
    EXPECT_EQ(iso2022jp("ab\x1b$"), "ERROR unknown or cut escape sequence at byte 2");
    EXPECT_EQ(iso2022jp("a\x1b$(Q!!"), "ERROR unknown or cut escape sequence at byte 1");
    EXPECT_EQ(iso2022jp("\x1b$B\x3b\x33\x3b"), "ERROR two-byte code cut short at byte 5");
    EXPECT_EQ(iso2022jp("\x1b$B\x3b\x1b(B"), "ERROR not a two-byte code at byte 3");
    EXPECT_EQ(iso2022jp("\x1b$B\x7e\x7e"), "ERROR undefined two-byte code at byte 3");
    EXPECT_EQ(iso2022jp("a\xe3\x81\x82"), "ERROR undefined single-byte code at byte 1");
    EXPECT_EQ(iso2022jp("ab\x0e"), "ERROR shift function at byte 2");
}

TEST(DecodeCp932, ReadsExtensionsAndHalfWidthKana) {
    EXPECT_EQ(cp932("A|\x8e\x52\x96\x7b^\xd4\xcf"), "A|山本^ﾔﾏ");
    EXPECT_EQ(cp932("\x87\x40\x87\x8a\xfb\xfc\xfa\xb1\xee\xe0\xed\x95"), "①㈱髙﨑髙﨑");
    EXPECT_EQ(cp932("\xf0\x40"), "\ue000");
    EXPECT_EQ(cp932("ab\x8e"), "ERROR two-byte code cut short at byte 2");
    EXPECT_EQ(cp932("a\x81\x20"), "ERROR undefined two-byte code at byte 1");
    EXPECT_EQ(cp932("\x80z"), "ERROR undefined two-byte code at byte 0");
}

TEST(DecodeEucjp, ReadsTheThreeSets) {
    EXPECT_EQ(eucjp("a\xbb\xb3\xcb\xdc|\x8e\xd4\x8f\xb0\xa1\xad\xa1"), "a山本|ﾔ丂①");
    EXPECT_EQ(eucjp("a\x8f\xb0"), "ERROR multi-byte code cut short at byte 1");
    EXPECT_EQ(eucjp("\xbb|"), "ERROR undefined multi-byte code at byte 0");
}

TEST(EncodeIso2022jp, ReturnsToAsciiBeforeEveryDelimiter) {
    auto const bytes = encode_iso2022jp("山本^亨~ヤ|", {});
    ASSERT_TRUE(bytes);
    EXPECT_EQ(*bytes,
              kanji("\x3b\x33\x4b\x5c") + "^" + kanji("\x35\x7c") + "~" + kanji("\x25\x64") + "|");
    EXPECT_EQ(*encode_iso2022jp("山", {}), kanji("\x3b\x33"));
}

TEST(EncodeIso2022jp, TakesEitherMappingOfTheDisputedCharacters) {
    std::string const expected = kanji("\x21\x41\x21\x42\x21\x5d\x21\x71\x21\x72\x22\x4c\x21\x6f");
    EXPECT_EQ(*encode_iso2022jp("\u301c\u2016\u2212\u00a2\u00a3\u00ac\u00a5", {}), expected);
    EXPECT_EQ(*encode_iso2022jp("\uff5e\u2225\uff0d\uffe0\uffe1\uffe2\uffe5", {}), expected);
}

TEST(EncodeIso2022jp, ReportsWhatTheSetLacksWithItsPosition) {
    std::vector<std::pair<char32_t, std::size_t>> seen;
    auto const note = [&seen](UnmappableCharacter const& u) -> std::optional<std::string> {
        seen.emplace_back(u.character, u.position);
        return "〓";
    };
    EXPECT_EQ(*encode_iso2022jp("a髙橋𠮷", note), "a" + kanji("\x22\x2e\x36\x36\x22\x2e"));
    EXPECT_EQ(seen, (std::vector<std::pair<char32_t, std::size_t>>{{U'髙', 1}, {U'𠮷', 7}}));

    auto const refused = encode_iso2022jp("高髙", {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kInvalidContent);
    EXPECT_NE(refused.error().detail.find("U+9AD9 at byte 3"), std::string::npos);
    for (char const* const c : {"①", "㈱", "﨑", "德", "瀨", "𠮷", "ﾔ", "丂"}) {
        EXPECT_FALSE(encode_iso2022jp(c, {})) << c;
    }
}

TEST(EncodeIso2022jp, WritesTheSetsTheReceiverDeclared) {
    EXPECT_EQ(*encode_iso2022jp("ﾔﾏ", {}, {.half_width_katakana = true}), "\x1b(ITO\x1b(B");
    EXPECT_EQ(*encode_iso2022jp("丂山", {}, {.supplementary_kanji = true}),
              "\x1b$(D\x30\x21" + kanji("\x3b\x33"));
}

TEST(EncodeIso2022jp, LetsNobodySmuggleAShiftOfTheSet) {
    EXPECT_FALSE(encode_iso2022jp("a\x1b$Bb", nearest_jis_text));
    EXPECT_FALSE(encode_iso2022jp("\x0e", nearest_jis_text));
    EXPECT_FALSE(encode_iso2022jp("\xff", nearest_jis_text));
    auto const bad = [](UnmappableCharacter const&) -> std::optional<std::string> { return "髙"; };
    EXPECT_FALSE(encode_iso2022jp("髙", bad));
}

TEST(EncodeCp932, WritesTheCodesWindowsWrites) {
    EXPECT_EQ(*encode_cp932("A|山ﾔ①髙﨑∪", {}), "A|\x8e\x52\xd4\x87\x40\xfb\xfc\xfa\xb1\x81\xbe");
    EXPECT_EQ(*encode_cp932("\u301c\uff5e", {}), "\x81\x60\x81\x60");
    EXPECT_FALSE(encode_cp932("𠮷", {}));
    EXPECT_EQ(*encode_cp932("𠮷", nearest_jis_text), "\x8b\x67");
}

TEST(EncodeEucjp, WritesTheTwoSets) {
    EXPECT_EQ(*encode_eucjp("a山ﾔ", {}), "a\xbb\xb3\x8e\xd4");
    EXPECT_FALSE(encode_eucjp("髙", {}));
}

TEST(NearestJisText, PrefersARelativeThenADecompositionThenTheGetaMark) {
    auto const nearest = [](char32_t c) { return *nearest_jis_text({c, 0}); };
    EXPECT_EQ(nearest(U'髙'), "高");
    EXPECT_EQ(nearest(U'﨑'), "崎");
    EXPECT_EQ(nearest(U'𠮷'), "吉");
    EXPECT_EQ(nearest(U'\ufa10'), "塚");
    EXPECT_EQ(nearest(U'㈱'), "(株)");
    EXPECT_EQ(nearest(U'①'), "1");
    EXPECT_EQ(nearest(U'ﾔ'), "ヤ");
    EXPECT_EQ(nearest(U'\U000E0100'), "");
    EXPECT_EQ(nearest(U'😀'), "〓");
    EXPECT_EQ(nearest(U'\ufe60'), "〓");  // a small ampersand may not become a delimiter
}

TEST(Iso2022jp, EveryCharacterOfJisX0208SurvivesTheRoundTrip) {
    int defined = 0;
    for (int row = 1; row <= 84; ++row) {
        if (row > 8 && row < 16) continue;
        for (int cell = 1; cell <= 94; ++cell) {
            std::string const codes = {static_cast<char>(row + 0x20),
                                       static_cast<char>(cell + 0x20)};
            auto const text = decode_iso2022jp(as_bytes(kanji(codes)));
            if (!text) continue;
            ++defined;
            auto const back = encode_iso2022jp(*text, {});
            ASSERT_TRUE(back) << row << "-" << cell;
            EXPECT_EQ(*back, kanji(codes));
        }
    }
    EXPECT_EQ(defined, 6879);  // the size of JIS X 0208-1990
}

}  // namespace
}  // namespace musubi
