// The one byte form against RFC 8785: order of keys, escapes, numbers; and what of the file counts.

#include "policy/canonical.h"

#include "policy/agreement.h"

#include <gtest/gtest.h>

namespace musubi::policy {
namespace {

std::string canonical(std::string const& yaml) {
    Problems problems("file");
    auto const tree = tree_of(YAML::Load(yaml), problems);
    if (!problems.none()) return "refused: " + std::move(problems).error().detail;
    return canonical_json(tree);
}

// RFC 8785 3.2.3.
TEST(CanonicalForm, OrdersKeysByTheirUtf16Units) {
    EXPECT_EQ(canonical(R"({"\u20ac": "Euro Sign", "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One", "😀": "Emoji: Grinning Face",
        "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"})"),
              "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xC2\x80\":\"Control\","
              "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
              "\"😀\":\"Emoji: Grinning Face\","
              "\"\xEF\xAC\xB3\":\"Hebrew Letter Dalet With Dagesh\"}");
    EXPECT_EQ(canonical("{b: 1, a: 2, aa: 3, '': 4}"), R"({"":4,"a":2,"aa":3,"b":1})");
}

// RFC 8785 3.2.2.2.
TEST(CanonicalForm, EscapesQuoteBackslashAndControlCharactersOnly) {
    EXPECT_EQ(canonical(R"("\u20ac$\u000f\nA'B\"\\\\\"/")"), R"("€$\u000f\nA'B\"\\\\\"/")");
    EXPECT_EQ(canonical(R"("\b\f\r\t\x1b\x7f")"), "\"\\b\\f\\r\\t\\u001b\x7f\"");
    EXPECT_EQ(canonical("北総合病院"), "\"北総合病院\"");
}

TEST(CanonicalForm, PlainWordsHaveTheirYamlMeaningAndQuotedOnesAreTexts) {
    EXPECT_EQ(canonical("[1, '1', true, 'true', null, ~, -7, 0, 2026-04-01, 2.999.1.1, K2.1]"),
              R"([1,"1",true,"true",null,null,-7,0,"2026-04-01","2.999.1.1","K2.1"])");
    EXPECT_EQ(canonical("9007199254740991"), "9007199254740991");
}

TEST(CanonicalForm, NumbersThatCouldBeReadInTwoWaysAreRefused) {
    for (auto const* word : {"1.5", "1e3", ".5", "-2.0", "007", "+1", "-0", "9007199254740992",
                             "99999999999999999999"}) {
        EXPECT_TRUE(canonical(word).starts_with("refused: file:1:")) << word;
    }
    EXPECT_TRUE(canonical("{a: 1, b: 2, a: 3}").starts_with("refused: "));
}

TEST(CanonicalForm, OfTwoTextsWithTheSameValuesIsTheSame) {
    auto const one = canonical("# comment\nb: [x, y]\na:\n  c: text\n");
    EXPECT_EQ(one, canonical("{\"a\": {\"c\": 'text'}, b: [\"x\",   \"y\"]}"));
    EXPECT_NE(one, canonical("b: [y, x]\na: {c: text}"));
    EXPECT_EQ(one, canonical(one)) << "it is its own canonical form";
}

TEST(CanonicalForm, AliasesThatGrowWithoutEndAreRefused) {
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 10; ++i) {
        auto const last = "*a" + std::to_string(i - 1);
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
        for (int k = 1; k < 10; ++k) bomb += ", " + last;
        bomb += "]\n";
    }
    EXPECT_NE(canonical(bomb).find("too many values"), std::string::npos);
}

TEST(AgreementHash, IsTheDigestOfTheCanonicalForm) {
    // printf '{"a":1}' | sha256sum
    EXPECT_EQ(agreement_hash(R"({"a":1})"),
              "sha256:015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862");
}

}  // namespace
}  // namespace musubi::policy
