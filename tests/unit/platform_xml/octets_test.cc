// One element's octets, cut out of the text it came in.
#include "platform/xml/octets.h"

#include "platform/xml/parse.h"

#include <gtest/gtest.h>

namespace musubi::xml {
namespace {

/// Of the first element of that local name, wherever it stands.
Element find(Element at, std::string_view local) {
    if (at.local_name() == local) return at;
    for (Element const child : at.children()) {
        if (Element const found = find(child, local)) return found;
    }
    return {};
}

std::string cut(std::string const& text, std::string_view local, std::size_t max = 1000) {
    auto const tree = parse(as_bytes(text));
    if (!tree) return "not XML";
    auto const octets = element_octets(as_bytes(text), *tree, find(tree->root(), local), max);
    return octets ? *octets : "error " + std::string(to_string(octets.error().code));
}

TEST(ElementOctets, AreThoseOfTheText) {
    EXPECT_EQ(cut("<a><b  x='1'> t <!-- c --><c/></b ></a>", "b"),
              "<b  x='1'> t <!-- c --><c/></b >");
    EXPECT_EQ(cut("<a><b/><c/></a>", "c"), "<c/>");
    EXPECT_EQ(cut("<a><b><b1/></b><c><c1/>x</c><d/></a>", "c"), "<c><c1/>x</c>");
    EXPECT_EQ(cut("<?xml version=\"1.0\"?><!-- <b/> --><b y=\">\"/>", "b"), "<b y=\">\"/>");
}

TEST(ElementOctets, AreNotMisledByWhatLooksLikeMarkup) {
    EXPECT_EQ(cut("<a><!-- <b> --><?p <b> ?><![CDATA[<b>]]><x q='<' r=\"</b>\"/><b>1</b></a>", "b"),
              "not XML");  // '<' in an attribute value is no XML
    EXPECT_EQ(
        cut("<a><!-- <b> --><?p <b> ?><![CDATA[<b></a>]]><x q='>' r=\"/>\"/><b>1</b></a>", "b"),
        "<b>1</b>");
}

TEST(ElementOctets, CarryTheNamespacesThatStoodAbove) {
    EXPECT_EQ(cut("<p:a xmlns:p='u1' xmlns='d'><x xmlns:q=\"u2\"/><p:b z='1'/></p:a>", "b"),
              "<p:b xmlns='d' xmlns:p='u1' z='1'/>");
    EXPECT_EQ(cut("<a xmlns:p='1'><m xmlns:p='2'><b xmlns:q='3'><p:c/></b></m></a>", "b"),
              "<b xmlns:p='2' xmlns:q='3'><p:c/></b>");
    EXPECT_EQ(cut("<a xmlns:p='1'><b xmlns:p='2'/></a>", "b"), "<b xmlns:p='2'/>");
    EXPECT_EQ(cut("<a xmlns='1'><m xmlns=''><b/></m></a>", "b"), "<b/>");
}

TEST(ElementOctets, AreBounded) {
    EXPECT_EQ(cut("<a><b>" + std::string(2000, 'x') + "</b></a>", "b"), "error TooLarge");
    EXPECT_EQ(cut("<a xmlns:long='" + std::string(990, 'x') + "'><b/></a>", "b"), "error TooLarge");
}

TEST(ElementOctets, NeedATextThatFitsTheTree) {
    std::string const text = "<a><b/></a>", other = "<a/>";
    auto const tree = parse(as_bytes(text));
    ASSERT_TRUE(tree.ok());
    EXPECT_FALSE(element_octets(as_bytes(other), *tree, tree->root().first_child(), 100).ok());
}

}  // namespace
}  // namespace musubi::xml
