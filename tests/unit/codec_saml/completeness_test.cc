// What must be there, by the names under which test tools issue broken assertions, and what may be
// repeated (ITI TF-2 3.40.4.1.2; SAML 2.0 core 2.2 to 2.7, 8.3).
#include "unit/codec_saml/fixture.h"

#include <map>

namespace musubi::test {
namespace {

constexpr char const* kFormat = "urn:oasis:names:tc:SAML:1.1:nameid-format:";

std::string issuer(std::string const& format, std::string const& text) {
    return "<saml2:Issuer Format=\"" + format + "\">" + text + "</saml2:Issuer>";
}

TEST(AssertionCompleteness, EveryMissingOrMalformedPartIsAnInvalidToken) {
    using Change = void (*)(AssertionParts&);
    std::map<std::string, Change> const broken = {
        {"missing version", [](AssertionParts& p) { p.version.clear(); }},
        {"missing id", [](AssertionParts& p) { p.id.clear(); }},
        {"id is no name", [](AssertionParts& p) { p.id = "1 a"; }},
        {"missing issue instant", [](AssertionParts& p) { p.issue_instant.clear(); }},
        {"issue instant is no time", [](AssertionParts& p) { p.issue_instant = "yesterday"; }},
        {"no day of the calendar",
         [](AssertionParts& p) { p.issue_instant = "2026-02-30T00:00:00Z"; }},
        {"time without zone", [](AssertionParts& p) { p.issue_instant = "2026-11-21T00:00:00"; }},
        {"missing issuer", [](AssertionParts& p) { p.issuer.clear(); }},
        {"empty issuer", [](AssertionParts& p) { p.issuer = "<saml2:Issuer></saml2:Issuer>"; }},
        {"issuer is no e-mail address",
         [](AssertionParts& p) {
             p.issuer = issuer(std::string(kFormat) + "emailAddress", "https://idp.example/");
         }},
        {"issuer is no distinguished name",
         [](AssertionParts& p) {
             p.issuer = issuer(std::string(kFormat) + "X509SubjectName", "https://idp.example/");
         }},
        {"issuer is no windows name",
         [](AssertionParts& p) {
             p.issuer = issuer(std::string(kFormat) + "WindowsDomainQualifiedName",
                               "https://idp.example/");
         }},
        {"missing name id", [](AssertionParts& p) { p.name_id.clear(); }},
        {"empty name id", [](AssertionParts& p) { p.name_id = "<saml2:NameID></saml2:NameID>"; }},
        {"name id with an element",
         [](AssertionParts& p) { p.name_id = "<saml2:NameID>u<x></x></saml2:NameID>"; }},
        {"missing end", [](AssertionParts& p) { p.not_on_or_after.clear(); }},
        {"missing authentication statement", [](AssertionParts& p) { p.authn.clear(); }},
        {"unknown condition",
         [](AssertionParts& p) { p.restrictions += "<saml2:Condition></saml2:Condition>"; }},
        {"role without code",
         [](AssertionParts& p) {
             p.attributes = AssertionParts::coded("urn:oasis:names:tc:xacml:2.0:subject:role",
                                                  "Role", "", "1.2.3");
         }},
        {"two patients",
         [](AssertionParts& p) {
             std::string const name = "urn:oasis:names:tc:xacml:2.0:resource:resource-id";
             p.attributes += AssertionParts::attribute(name, "1^^^&amp;1.2&amp;ISO") +
                             AssertionParts::attribute(name, "2^^^&amp;1.2&amp;ISO");
         }},
    };
    for (auto const& [name, change] : broken) {
        AssertionParts parts;
        change(parts);
        EXPECT_EQ(fault_on(parts), "InvalidSecurityToken") << name;
    }
}

TEST(AssertionCompleteness, AnotherVersionOrKindIsAnotherToken) {
    AssertionParts parts;
    parts.version = " Version=\"1.1\"";
    EXPECT_EQ(fault_on(parts), "UnsupportedSecurityToken");
    EXPECT_EQ(fault_on("<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:1.0:assertion\" "
                       "AssertionID=\"a\"/>"),
              "UnsupportedSecurityToken");
}

TEST(AssertionCompleteness, AFormatIsDemandedWhereTheAgreementNamesOne) {
    auto trust = default_trust();
    trust.providers[0].issuer_format = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";
    EXPECT_EQ(fault_on(signed_assertion(provider_key()), trust), "InvalidSecurityToken");
    AssertionParts parts;
    parts.issuer =
        issuer("urn:oasis:names:tc:SAML:2.0:nameid-format:entity", "https://idp.example/");
    EXPECT_EQ(fault_on(signed_assertion(provider_key(), parts), trust), "accepted");
}

TEST(AssertionCompleteness, AttributesMayBeRepeated) {
    AssertionParts parts;
    std::string const role = "urn:oasis:names:tc:xacml:2.0:subject:role";
    std::string const purpose = "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse";
    parts.attributes += AssertionParts::coded(role, "Role", "Nurse", "1.2.3") +
                        AssertionParts::coded(purpose, "PurposeForUse", "PAYMENT", "1.2.4") +
                        "</saml2:AttributeStatement><saml2:AttributeStatement>" +
                        AssertionParts::attribute(role, "plain") +
                        AssertionParts::attribute("urn:something:else", "passed by") +
                        AssertionParts::attribute("urn:ihe:iti:bppc:2007:docid", "1.2.3.4") +
                        AssertionParts::attribute("urn:ihe:iti:xua:2012:acp", "urn:oid:1.2.5");
    auto const verdict = verdict_on(signed_assertion(provider_key(), parts));
    ASSERT_TRUE(verdict.ok()) << verdict.error().detail;
    ASSERT_EQ((*verdict)->roles.size(), 3U);
    EXPECT_EQ((*verdict)->roles[1].code, "Nurse");
    EXPECT_EQ((*verdict)->roles[2], (domain::ClaimCode{"plain", "", "", ""}));
    ASSERT_EQ((*verdict)->purposes.size(), 2U);
    EXPECT_EQ((*verdict)->purposes[1].code, "PAYMENT");
    EXPECT_EQ((*verdict)->consent_documents, std::vector<std::string>{"1.2.3.4"});
    EXPECT_EQ((*verdict)->policies, std::vector<std::string>{"urn:oid:1.2.5"});
}

TEST(AssertionCompleteness, ACommentInANameDoesNotEndIt) {
    AssertionParts parts;
    parts.name_id = "<saml2:NameID>admin@good.example.evil</saml2:NameID>";
    std::string const text =
        replaced(signed_assertion(provider_key(), parts), "good.example", "good.example<!---->");
    auto const verdict = verdict_on(text);
    ASSERT_TRUE(verdict.ok()) << verdict.error().detail;
    EXPECT_EQ((*verdict)->name_id, "admin@good.example.evil");
}

TEST(AssertionCompleteness, NothingOfTheAssertionIsInAnErrorForTheLog) {
    AssertionParts parts;
    parts.name_id = "<saml2:NameID>secret-name</saml2:NameID>";
    for (AssertionSigner const* signer : {&provider_key(), &foreign_key()}) {
        parts.not_on_or_after = "2026-11-20T00:00:00Z";
        auto const verdict = verdict_on(signed_assertion(*signer, parts));
        ASSERT_FALSE(verdict.ok());
        EXPECT_EQ(verdict.error().detail.find("secret"), std::string::npos);
        EXPECT_TRUE(verdict.error().issues.empty());
    }
}

}  // namespace
}  // namespace musubi::test
