#include "platform/xml/writer.h"

#include "platform/xml/parse.h"
#include "platform/xml/subtree.h"

#include <gtest/gtest.h>

#include <string>

namespace musubi::xml {
namespace {

Document must_parse(std::string_view text) {
    Result<Document> document = parse(as_bytes(text));
    EXPECT_TRUE(document.ok()) << text << ": " << (document.ok() ? "" : document.error().detail);
    return std::move(*document);
}

std::string subtree(std::string_view text, std::span<PrefixInScope const> in_scope = {}) {
    Document const d = must_parse(text);
    Writer w;
    write_subtree(d.root(), w, in_scope);
    return w.take();
}

TEST(XmlWriter, WritesElementsAttributesAndText) {
    Writer w;
    w.declaration()
        .start("a")
        .attribute("k", "v")
        .element("b", "t")
        .start("c")
        .end()
        .raw("<d/>")
        .end();
    EXPECT_EQ(w.view(), R"(<?xml version="1.0" encoding="UTF-8"?><a k="v"><b>t</b><c/><d/></a>)");
    EXPECT_EQ(w.depth(), 0U);
}

TEST(XmlWriter, TakeEndsWhatIsOpen) {
    Writer w;
    w.start("a").start("b").text("x");
    EXPECT_EQ(w.take(), "<a><b>x</b></a>");
}

TEST(XmlWriter, WhatIsReadBackIsWhatWasWritten) {
    std::string const text =
        "<&>\"' ]]> \r\n\t\xf0\xa0\xae\xb7\xe8\xbe\xbb\xf3\xa0\x84\x80 \xc2\x85\xe2\x80\xa8";
    Writer w;
    w.start("a").attribute("k", text).text(text).end();
    EXPECT_TRUE(w.clean());
    Document const d = must_parse(w.view());
    EXPECT_EQ(d.root().text(), text);
    EXPECT_EQ(d.root().attribute("k"), text);
}

TEST(XmlWriter, CarriageReturnIsACharacterReference) {
    Writer w;
    w.start("a").text("\r").end();
    EXPECT_EQ(w.view(), "<a>&#13;</a>");
}

TEST(XmlWriter, ForbiddenCharactersAreReplacedAndReported) {
    for (std::string const& bad :
         {std::string("\x01"), std::string(1, '\0'), std::string("\xef\xbf\xbe"),
          std::string("\xff"), std::string("\xed\xa0\x80"), std::string("\xe3\x81")}) {
        Writer w;
        w.start("a").attribute("k", bad).text("x" + bad + "y").end();
        EXPECT_FALSE(w.clean());
        Document const d = must_parse(w.view());
        EXPECT_TRUE(d.root().text().starts_with("x\xef\xbf\xbd"));
        EXPECT_TRUE(d.root().text().ends_with("y"));
    }
}

TEST(XmlSubtree, KeepsNamesAttributesAndMixedText) {
    std::string const text =
        R"(<a:x xmlns:a="urn:a" xmlns:b="urn:b" b:k="1" k="2">t<b:y>&lt;</b:y> u <y xml:lang="ja"/>v</a:x>)";
    std::string const once = subtree(text);
    EXPECT_EQ(once, R"(<n0:x xmlns:n0="urn:a" xmlns:n1="urn:b" n1:k="1" k="2">)"
                    R"(t<n1:y>&lt;</n1:y> u <y xml:lang="ja"/>v</n0:x>)");
    EXPECT_EQ(subtree(once), once);
}

TEST(XmlSubtree, UsesPrefixesInScope) {
    PrefixInScope const scope[] = {{"rim", "urn:a"}, {"", "urn:b"}};
    EXPECT_EQ(subtree(R"(<x xmlns="urn:a"><y xmlns="urn:b" k="1"/></x>)", scope),
              R"(<rim:x><y k="1"/></rim:x>)");
}

TEST(XmlSubtree, UnqualifiedElementsStayOutOfASurroundingDefaultNamespace) {
    PrefixInScope const scope[] = {{"", "urn:b"}};
    std::string const out = subtree(R"(<x><b:y xmlns:b="urn:b"/></x>)", scope);
    Document const d = must_parse("<r xmlns='urn:b'>" + out + "</r>");
    EXPECT_TRUE(d.root().first_child().is("", "x"));
    EXPECT_TRUE(d.root().first_child().first_child().is("urn:b", "y"));
}

TEST(XmlSubtree, TypeValuesFollowTheirNamespace) {
    std::string const out = subtree(
        R"(<v:a xmlns:v="urn:hl7-org:v3" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="v:PQ"/>)");
    Document const d = must_parse(out);
    auto const type = d.root().attribute(kXsiNamespace, "type");
    ASSERT_TRUE(type);
    auto const colon = type->find(':');
    EXPECT_EQ(type->substr(colon + 1), "PQ");
    EXPECT_EQ(resolve_prefix(d.root(), type->substr(0, colon)), "urn:hl7-org:v3");
}

}  // namespace
}  // namespace musubi::xml
