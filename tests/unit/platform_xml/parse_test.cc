#include "platform/xml/parse.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace musubi::xml {
namespace {

Document must_parse(std::string_view text) {
    Result<Document> document = parse(as_bytes(text));
    EXPECT_TRUE(document.ok()) << (document.ok() ? "" : document.error().detail);
    return std::move(*document);
}

TEST(XmlParse, NamesAreResolvedThroughNestedPrefixes) {
    Document const d = must_parse(R"(<p:a xmlns:p="urn:1"><p:b xmlns:p="urn:2"/><p:b/><b/></p:a>)");
    ASSERT_TRUE(d.root().is("urn:1", "a"));
    std::vector<std::string> namespaces;
    for (Element each : d.root().children()) namespaces.emplace_back(each.namespace_uri());
    EXPECT_EQ(namespaces, (std::vector<std::string>{"urn:2", "urn:1", ""}));
    EXPECT_EQ(d.root().first_child("urn:1", "b"), d.root().first_child().next_sibling());
    EXPECT_FALSE(d.root().first_child("urn:3", "b"));
}

TEST(XmlParse, AttributesAreFoundByNamespaceAndName) {
    Document const d = must_parse(R"(<a xmlns:x="urn:x" k="1" x:k="2"/>)");
    EXPECT_EQ(d.root().attribute("k"), "1");
    EXPECT_EQ(d.root().attribute("urn:x", "k"), "2");
    EXPECT_EQ(d.root().attribute("urn:y", "k"), std::nullopt);
    EXPECT_EQ(d.root().attribute_count(), 2U);
}

TEST(XmlParse, TextJoinsCdataAndSkipsCommentsAndInstructions) {
    Document const d = must_parse("<a>x<!-- no -->y<?pi no?><![CDATA[<&]]>&amp;z</a>");
    EXPECT_EQ(d.root().text(), "xy<&&z");
}

TEST(XmlParse, IndentationIsDroppedButBlankContentIsKept) {
    Document const d = must_parse("<a>\n  <b>  </b>\n  <c/>\n</a>");
    EXPECT_EQ(d.root().text(), "");
    EXPECT_EQ(d.root().first_child().text(), "  ");
}

TEST(XmlParse, MixedTextExcludesThatOfChildren) {
    EXPECT_EQ(must_parse("<a>1<b>2</b> 3</a>").root().text(), "1 3");
}

TEST(XmlParse, LineIsThatOfTheStartTag) {
    Document const d = must_parse("<a>\n\n<b\nk='1'/></a>");
    EXPECT_EQ(d.root().line(), 1U);
    EXPECT_EQ(d.root().first_child().line(), 4U);
}

TEST(XmlParse, ElementsStayValidWhenTheDocumentMoves) {
    Document first = must_parse("<a><b>text</b></a>");
    Element const b = first.root().first_child();
    Document const second = std::move(first);
    EXPECT_EQ(b.text(), "text");
    EXPECT_EQ(second.root().first_child(), b);
}

TEST(XmlParse, NullElementAnswersNothing) {
    Element const none;
    EXPECT_FALSE(none.first_child("urn:x", "a").next_sibling().parent());
    EXPECT_EQ(none.text(), "");
    EXPECT_EQ(none.attribute("a"), std::nullopt);
    EXPECT_FALSE(none.is("", ""));
}

TEST(XmlParse, PrefixesOfValuesAreResolvedWhereTheyStand) {
    Document const d =
        must_parse(R"(<a xmlns:p="urn:1" xmlns="urn:d"><b xmlns:p="urn:2" xmlns=""/></a>)");
    Element const b = d.root().first_child();
    EXPECT_EQ(resolve_prefix(d.root(), "p"), "urn:1");
    EXPECT_EQ(resolve_prefix(b, "p"), "urn:2");
    EXPECT_EQ(resolve_prefix(d.root(), ""), "urn:d");
    EXPECT_EQ(resolve_prefix(b, ""), "");
    EXPECT_EQ(resolve_prefix(b, "q"), std::nullopt);
    EXPECT_EQ(resolve_prefix(b, "xml"), kXmlNamespace);
}

TEST(XmlParse, SupplementaryCharactersAndVariationSelectorsSurvive) {
    std::string const text =
        "\xf0\xa0\xae\xb7\xe8\xbe\xbb\xf3\xa0\x84\x80";  // U+20BB7, U+8FBB U+E0100
    Document const d = must_parse("<a k='" + text + "'>" + text + "</a>");
    EXPECT_EQ(d.root().text(), text);
    EXPECT_EQ(d.root().attribute("k"), text);
}

TEST(XmlParse, ParsersAreReusedAfterAFailureAndInManyThreads) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([] {
            for (int i = 0; i < 200; ++i) {
                EXPECT_FALSE(parse(as_bytes("<a><b></a></b>")).ok());
                Result<Document> const good =
                    parse(as_bytes("<a><b>" + std::to_string(i) + "</b></a>"));
                ASSERT_TRUE(good.ok());
                EXPECT_EQ(good->root().first_child().text(), std::to_string(i));
            }
        });
    }
    for (std::thread& each : threads) each.join();
}

}  // namespace
}  // namespace musubi::xml
