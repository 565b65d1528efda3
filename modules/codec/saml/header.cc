#include "codec/saml/header.h"

#include "codec/saml/faults.h"
#include "codec/saml/names.h"
#include "platform/base/text.h"
#include "platform/xml/octets.h"
#include "platform/xml/parse.h"

namespace musubi::saml {
namespace {

constexpr std::string_view kSecurityExtensions =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
constexpr std::string_view kUtility =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

/// How often the headers use this id, whatever they call the attribute.
int uses_of(xml::Element top, std::string_view id) {
    int count = 0;
    for (std::size_t i = 0; i < top.attribute_count(); ++i) {
        xml::Attribute const attribute = top.attribute_at(i);
        bool const is_id =
            equals_ignore_case(attribute.local_name, "id") || attribute.local_name == "AssertionID";
        if (is_id && attribute.value == id) ++count;
    }
    for (xml::Element const child : top.children()) count += uses_of(child, id);
    return count;
}

}  // namespace

xml::Element any_assertion(xml::Element security) {
    return security.first_child(kSaml2, "Assertion");
}

Result<std::optional<std::string>> find_assertion(ByteView document, xml::Document const& tree,
                                                  xml::Element security) {
    xml::Element found;
    for (xml::Element const token : security.children()) {
        if (token.is(kSaml2, "Assertion")) {
            if (found) return refused(kInvalidSecurityToken, "two assertions");
            found = token;
        } else if (token.is(kSaml1, "Assertion") || token.is(kSaml2, "EncryptedAssertion")) {
            return refused(kUnsupportedSecurityToken, "another kind of assertion");
        } else if (!found && !token.is(kUtility, "Timestamp") && !any_assertion(security)) {
            return refused(kUnsupportedSecurityToken, "another kind of token");
        }
    }
    if (!found) return std::optional<std::string>();
    std::string_view const id = found.attribute("ID").value_or("");
    if (!id.empty() && uses_of(security.parent(), id) != 1)
        return refused(kInvalidSecurityToken, "the id stands twice in the headers");
    auto octets = xml::element_octets(document, tree, found, kMaxAssertion);
    if (!octets) return refused(kInvalidSecurityToken, octets.error().detail);
    return std::optional<std::string>(std::move(*octets));
}

Result<std::string> write_security(ByteView document) {
    xml::ParseOptions options;
    options.limits.max_bytes = kMaxAssertion;
    auto const tree = xml::parse(document, options);
    if (!tree || !tree->root().is(kSaml2, "Assertion"))
        return Error(Code::kInvalidContent, "no SAML 2.0 assertion");
    std::string const octets =
        TRY(xml::element_octets(document, *tree, tree->root(), kMaxAssertion));
    return "<wsse:Security xmlns:wsse=\"" + std::string(kSecurityExtensions) +
           "\" env:mustUnderstand=\"1\">" + octets + "</wsse:Security>";
}

}  // namespace musubi::saml
