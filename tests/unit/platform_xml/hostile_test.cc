// Documents made to hurt: performance.md R13 and R14. Each must be refused by our own gate.
#include "platform/xml/parse.h"

#include <gtest/gtest.h>

#include <string>

namespace musubi::xml {
namespace {

using namespace std::string_literals;

Error refusal(std::string const& text, Limits const& limits = {}) {
    ParseOptions options;
    options.limits = limits;
    Result<Document> const result = parse(as_bytes(text), options);
    EXPECT_FALSE(result.ok()) << "accepted";
    return result.ok() ? Error() : result.error();
}
void expect_invalid(std::string const& text) {
    EXPECT_EQ(refusal(text).code, Code::kInvalidMessage);
}
void expect_too_large(std::string const& text, Limits const& limits = {}) {
    EXPECT_EQ(refusal(text, limits).code, Code::kTooLarge);
}
void expect_doctype(std::string const& text) {
    Error const error = refusal(text);
    EXPECT_EQ(error.code, Code::kInvalidMessage);
    EXPECT_TRUE(error.detail.starts_with(kDoctypeRefused)) << error.detail;
}
bool accepted(std::string const& text, Limits const& limits = {}) {
    ParseOptions options;
    options.limits = limits;
    return parse(as_bytes(text), options).ok();
}
std::string nested(std::size_t depth) {
    std::string out;
    for (std::size_t i = 0; i < depth; ++i) out += "<a>";
    for (std::size_t i = 0; i < depth; ++i) out += "</a>";
    return out;
}
std::string with_attributes(std::size_t count) {
    std::string out = "<a";
    for (std::size_t i = 0; i < count; ++i) out += " a" + std::to_string(i) + "='1'";
    return out + "/>";
}
std::string utf16(std::u16string_view text, bool big_endian) {
    std::string out = big_endian ? "\xfe\xff" : "\xff\xfe";
    for (char16_t c : text) {
        char const high = static_cast<char>(c >> 8);
        char const low = static_cast<char>(c & 0xff);
        out += big_endian ? std::string{high, low} : std::string{low, high};
    }
    return out;
}

TEST(XmlHostile, EntityBombIsRefusedBeforeExpansion) {
    std::string bomb = "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY e0 'x'>";
    for (int i = 1; i < 30; ++i) {
        std::string const before = "&e" + std::to_string(i - 1) + ";";
        bomb += "<!ENTITY e" + std::to_string(i) + " '" + before + before + "'>";
    }
    expect_doctype(bomb + "]><a>&e29;</a>");
}
TEST(XmlHostile, QuadraticEntityIsRefused) {
    expect_doctype("<!DOCTYPE a [<!ENTITY e '" + std::string(100000, 'x') + "'>]><a>&e;&e;&e;</a>");
}
TEST(XmlHostile, ExternalEntitiesAndDtdsAreRefused) {
    expect_doctype("<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>");
    expect_doctype("<!DOCTYPE a [<!ENTITY e SYSTEM 'http://192.0.2.1/'>]><a>&e;</a>");
    expect_doctype("<!DOCTYPE a SYSTEM 'http://192.0.2.1/a.dtd'><a/>");
    expect_doctype("<!DOCTYPE a [<!ENTITY % p SYSTEM 'file:///x'> %p;]><a/>");
    expect_doctype("<!-- c --><?pi?>\n<!DOCTYPE a><a/>");
    expect_doctype(utf16(u"<!DOCTYPE a><a/>", false));
    expect_invalid("<!doctype a><a/>");
    expect_invalid("<a>&undeclared;</a>");
}
TEST(XmlHostile, DoctypeInsideCommentOrCdataIsText) {
    EXPECT_TRUE(accepted("<a><!-- <!DOCTYPE a> --><![CDATA[<!DOCTYPE a>]]></a>"));
}
TEST(XmlHostile, SchemaLocationAndXIncludeFetchNothing) {
    EXPECT_TRUE(accepted(
        "<a xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' "
        "xsi:schemaLocation='urn:x http://192.0.2.1/x.xsd'>"
        "<i:include xmlns:i='http://www.w3.org/2001/XInclude' href='file:///etc/passwd'/></a>"));
}

TEST(XmlHostile, DepthIsLimitedAtItsEdge) {
    EXPECT_TRUE(accepted(nested(64)));
    expect_too_large(nested(65));
    expect_too_large(nested(300));
    expect_too_large(nested(100000));
}
TEST(XmlHostile, AttributesAreLimitedAtTheirEdge) {
    EXPECT_TRUE(accepted(with_attributes(256)));
    expect_too_large(with_attributes(257));
    expect_too_large(with_attributes(100000));
}
TEST(XmlHostile, NamespaceDeclarationsCountAsAttributes) {
    std::string many = "<a";
    for (int i = 0; i < 10000; ++i) many += " xmlns:p" + std::to_string(i) + "='u'";
    expect_too_large(many + "/>");
}
TEST(XmlHostile, AttributeValueIsLimitedAtItsEdge) {
    std::string const start = "<a k='";
    EXPECT_TRUE(accepted(start + std::string(1U << 20, 'x') + "'/>"));
    expect_too_large(start + std::string((1U << 20) + 1, 'x') + "'/>");
}
TEST(XmlHostile, NamesAreLimitedAtTheirEdge) {
    EXPECT_TRUE(accepted("<" + std::string(4096, 'x') + "/>"));
    expect_too_large("<" + std::string(4097, 'x') + "/>");
    expect_too_large("<a " + std::string(4097, 'x') + "='1'/>");
    expect_too_large("<a xmlns='" + std::string(4097, 'x') + "'/>");
}
TEST(XmlHostile, ElementsAndBytesAreLimitedAtTheirEdge) {
    Limits limits;
    limits.elements = 3;
    EXPECT_TRUE(accepted("<a><b/><b/></a>", limits));
    expect_too_large("<a><b/><b/><b/></a>", limits);
    limits = {};
    limits.max_bytes = 4;
    EXPECT_TRUE(accepted("<a/>", limits));
    expect_too_large("<a/> ", limits);
}
TEST(XmlHostile, MissingEndIsInvalid) {
    for (char const* text :
         {"", " ", "<", "<a", "<a ", "<a k", "<a k=", "<a k='", "<a>", "<a><b></b>", "<!--",
          "<![CDATA[", "<?pi", "</a>", "<a/><b/>", "<a></b>", "text", "<a/>text"}) {
        SCOPED_TRACE(text);
        expect_invalid(text);
    }
}

TEST(XmlHostile, NulAndForbiddenCharactersAreInvalid) {
    expect_invalid("<a>\0</a>"s);
    expect_invalid("<a>\x01</a>");
    expect_invalid("<a>&#0;</a>");
    expect_invalid("<a>&#xFFFE;</a>");
}
TEST(XmlHostile, BrokenUtf8IsInvalid) {
    expect_invalid("<a>\xc0\xbc</a>");          // overlong <
    expect_invalid("<a>\xe0\x80\xbc</a>");      // overlong again
    expect_invalid("<a>\xed\xa0\x80</a>");      // surrogate
    expect_invalid("<a>\xf4\x90\x80\x80</a>");  // above U+10FFFF
    expect_invalid("<a>\x82\xa0</a>");          // Shift_JIS
}
TEST(XmlHostile, Utf16WithByteOrderMarkIsRead) {
    for (bool big_endian : {false, true}) {
        Result<Document> const d = parse(as_bytes(
            utf16(u"<?xml version='1.0' encoding='UTF-16'?><a>\u6751\U00020BB7</a>", big_endian)));
        ASSERT_TRUE(d.ok());
        EXPECT_EQ(d->root().text(), "\xe6\x9d\x91\xf0\xa0\xae\xb7");
    }
}
TEST(XmlHostile, OtherEncodingsAreRefused) {
    expect_invalid(utf16(u"<a/>", false).substr(2));  // UTF-16 without mark
    expect_invalid("\xff\xfe\0\0<\0\0\0a\0\0\0/\0\0\0>\0\0\0"s);
    expect_invalid("\0\0\xfe\xff\0\0\0<\0\0\0a\0\0\0/\0\0\0>"s);
    expect_invalid(utf16(u"<a/>", false) + "x");      // odd length
    expect_invalid("\xff\xfe<\0a\0/\0>\0\x00\xd8"s);  // unpaired surrogate
    expect_invalid("<?xml version='1.0' encoding='UTF-7'?><a/>");
    expect_invalid("<?xml version='1.0' encoding='Shift_JIS'?><a/>");
    expect_invalid("<?xml version='1.0' encoding='UTF-16'?><a/>");
    expect_invalid("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xc3\xa9</a>");
    expect_invalid("<?xml version='1.1'?><a/>");
}
TEST(XmlHostile, HarmlessEncodingLabelsAreAccepted) {
    EXPECT_TRUE(accepted("\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?><a/>"));
    EXPECT_TRUE(accepted("<?xml version=\"1.0\" encoding=\"utf8\" ?><a/>"));
    EXPECT_TRUE(accepted("<?xml version='1.0' encoding='ISO-8859-1'?><a/>"));
}

TEST(XmlHostile, UnboundPrefixAndDuplicateAttributeAreInvalid) {
    expect_invalid("<p:a/>");
    expect_invalid("<a p:k='1'/>");
    expect_invalid("<a k='1' k='2'/>");
    expect_invalid("<a xmlns:p='u' xmlns:q='u' p:k='1' q:k='2'/>");
}
TEST(XmlHostile, ErrorTellsPlaceButNoContent) {
    Error const error = refusal("<a>\n<secret name='Yamada'></a>");
    EXPECT_NE(error.detail.find("line 2"), std::string::npos) << error.detail;
    EXPECT_EQ(error.detail.find("Yamada"), std::string::npos);
    EXPECT_EQ(error.detail.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace musubi::xml
