// A good signature beside another assertion (XML signature wrapping): whatever is arranged round
// it, either nothing is accepted, or the user that was signed. The eight classic arrangements, and
// the same inside a message.
#include "codec/saml/header.h"
#include "platform/xml/parse.h"
#include "unit/codec_saml/fixture.h"

namespace musubi::test {
namespace {

constexpr char const* kWsse =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";

/// A message as the binding sees it, up to the verdict.
std::string fault_of_message(std::string const& headers) {
    std::string const text =
        "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Header>" + headers +
        "</s:Header><s:Body><x/></s:Body></s:Envelope>";
    auto const tree = xml::parse(as_bytes(text));
    if (!tree) return "not XML: " + tree.error().detail;
    auto octets = saml::find_assertion(as_bytes(text), *tree,
                                       tree->root().first_child().first_child(kWsse, "Security"));
    if (!octets) return std::string(saml::fault_name(octets.error().reason));
    if (!*octets) return "nothing found";
    auto const verdict = verdict_on(std::move(**octets));
    if (verdict) return "user " + (*verdict)->name_id;
    return fault_of(verdict);
}
std::string fault_in_header(std::string const& tokens) {
    return fault_of_message("<wsse:Security xmlns:wsse=\"" + std::string(kWsse) + "\">" + tokens +
                            "</wsse:Security>");
}

class SignatureWrapping : public ::testing::Test {
protected:
    SignatureWrapping() {
        evil_.id = "_evil";
        evil_.name_id = "<saml2:NameID>root</saml2:NameID>";
        signature_ = signature_of(provider_key(), good_.unsigned_text(), good_.id);
        original_ = good_.before_signature() + signature_ + good_.after_signature();
    }
    std::string evil_with(std::string const& inside) const {
        return evil_.before_signature() + inside + evil_.after_signature();
    }

    AssertionParts good_, evil_;
    std::string signature_, original_;
};

TEST_F(SignatureWrapping, TheOriginalAloneIsGood) {
    EXPECT_EQ(fault_in_header(original_), "user u-1");
}

TEST_F(SignatureWrapping, AnUnsignedAssertionBeforeTheOriginal) {
    EXPECT_EQ(fault_in_header(evil_.unsigned_text() + original_), "InvalidSecurityToken");
}

TEST_F(SignatureWrapping, AnUnsignedAssertionBehindTheOriginal) {
    EXPECT_EQ(fault_in_header(original_ + evil_.unsigned_text()), "InvalidSecurityToken");
}

TEST_F(SignatureWrapping, TheOriginalInsideAnotherOne) {
    EXPECT_EQ(fault_in_header(evil_with(original_)), "InvalidSecurityToken");
}

TEST_F(SignatureWrapping, TheOriginalsSignatureInAnotherOneAndTheOriginalBehindIt) {
    EXPECT_EQ(fault_in_header(evil_with(signature_) + good_.unsigned_text()),
              "InvalidSecurityToken");
    EXPECT_EQ(fault_in_header(evil_with(signature_)), "InvalidSecurityToken");  // other reference
}

TEST_F(SignatureWrapping, TheOriginalInsideTheSignature) {
    std::string const holding =
        replaced(signature_, "</ds:Signature>", good_.unsigned_text() + "</ds:Signature>");
    EXPECT_EQ(fault_in_header(evil_with(holding)), "InvalidSecurityToken");
}

TEST_F(SignatureWrapping, TheOriginalInAnObjectOfTheSignature) {
    std::string const holding =
        replaced(signature_, "</ds:Signature>",
                 "<ds:Object>" + good_.unsigned_text() + "</ds:Object></ds:Signature>");
    EXPECT_EQ(fault_in_header(evil_with(holding)), "InvalidSecurityToken");
}

TEST_F(SignatureWrapping, TheOriginalInAnElementOfItsOwn) {
    EXPECT_EQ(
        fault_in_header("<saml2:Advice xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\">" +
                        original_ + "</saml2:Advice>" + evil_with(signature_)),
        "InvalidSecurityToken");
    AssertionParts advised = evil_;
    advised.restrictions +=
        "</saml2:Conditions><saml2:Advice>" + original_ + "</saml2:Advice><saml2:Conditions>";
    EXPECT_EQ(fault_in_header(advised.before_signature() + signature_ + advised.after_signature()),
              "InvalidSecurityToken");
}

TEST_F(SignatureWrapping, TheSameIdTwice) {
    evil_.id = good_.id;
    EXPECT_EQ(fault_in_header(evil_with(signature_)), "FailedCheck");  // another digest
    EXPECT_EQ(fault_in_header(evil_with(signature_) + "<x:Other xmlns:x=\"urn:x\">" +
                              good_.unsigned_text() + "</x:Other>"),
              "InvalidSecurityToken");
    EXPECT_EQ(fault_of_message("<x:H xmlns:x=\"urn:x\" Id=\"_a1\"/><wsse:Security xmlns:wsse=\"" +
                               std::string(kWsse) + "\">" + original_ + "</wsse:Security>"),
              "InvalidSecurityToken");
}

TEST_F(SignatureWrapping, AnAssertionOutsideOfTheSecurityHeaderIsNotLookedAt) {
    EXPECT_EQ(fault_of_message(original_), "nothing found");
}

TEST(AssertionHeader, NamespacesThatStandAboveTravelWithTheAssertion) {
    AssertionParts const parts;
    std::string const text = signed_assertion(provider_key(), parts);
    // The declaration of saml2 moves up to the header, as senders with one declaration do it.
    std::string const bare =
        replaced(text, " xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\"", "");
    EXPECT_EQ(fault_of_message("<wsse:Security xmlns:wsse=\"" + std::string(kWsse) +
                               "\" xmlns:saml2='urn:oasis:names:tc:SAML:2.0:assertion' "
                               "xmlns=\"urn:nobody\"><!-- > < --><?pi >?>" +
                               bare + "</wsse:Security>"),
              "user u-1");
}

TEST(AssertionHeader, OtherTokensAreNamedAsSuch) {
    EXPECT_EQ(fault_in_header("<wsse:UsernameToken/>"), "UnsupportedSecurityToken");
    EXPECT_EQ(fault_in_header("<a:Assertion xmlns:a=\"urn:oasis:names:tc:SAML:1.0:assertion\"/>"),
              "UnsupportedSecurityToken");
    EXPECT_EQ(fault_in_header("<a:EncryptedAssertion "
                              "xmlns:a=\"urn:oasis:names:tc:SAML:2.0:assertion\"/>"),
              "UnsupportedSecurityToken");
    EXPECT_EQ(fault_in_header("<u:Timestamp "
                              "xmlns:u=\"http://docs.oasis-open.org/wss/2004/01/"
                              "oasis-200401-wss-wssecurity-utility-1.0.xsd\"/>"),
              "nothing found");
    EXPECT_EQ(fault_in_header(""), "nothing found");
    EXPECT_EQ(fault_of_message(""), "nothing found");
}

TEST(AssertionHeader, WhatAnOperatorSendsIsReadAgain) {
    std::string const text = signed_assertion(provider_key());
    auto const header = saml::write_security(
        as_bytes("<?xml version=\"1.0\"?>\n<!-- from a file -->\n" + text + "\n"));
    ASSERT_TRUE(header.ok());
    EXPECT_EQ(fault_of_message(replaced(*header, "env:mustUnderstand", "s:mustUnderstand")),
              "user u-1");
    EXPECT_FALSE(saml::write_security(as_bytes("<x/>")).ok());
}

}  // namespace
}  // namespace musubi::test
