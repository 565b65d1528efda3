// Whose assertions are believed (ITI TF-2 3.40; SAML 2.0 core; WS-Security 12).
#include "unit/codec_saml/fixture.h"

namespace musubi::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr char const* kExpired = "MessageExpired";
constexpr char const* kBadToken = "InvalidSecurityToken";
constexpr char const* kNotForUs = "FailedAuthentication";
constexpr char const* kWrong = "FailedCheck";
constexpr char const* kAlgorithm = "UnsupportedAlgorithm";
constexpr char const* kNoKey = "SecurityTokenUnavailable";

TEST(VerifyAssertion, HandsOutTheClaimsThatWereSigned) {
    std::string const text = signed_assertion(provider_key());
    auto const verdict = verdict_on(text);
    ASSERT_TRUE(verdict.ok()) << verdict.error().detail;
    domain::UserAssertion const& user = **verdict;
    EXPECT_EQ(user.id, "_a1");
    EXPECT_EQ(user.user_name(), "aoba<u-1@https://idp.example/>");
    EXPECT_EQ(user.subject_name, "Dr Aoba");
    EXPECT_EQ(user.organisation_ids, std::vector<std::string>{"urn:oid:2.999.1.1.21"});
    ASSERT_EQ(user.roles.size(), 1U);
    EXPECT_EQ(user.roles[0], (domain::ClaimCode{"Medical Doctor", "1.2.392.100495.1.6.1.1", "names",
                                                "Medical Doctor shown"}));
    ASSERT_EQ(user.purposes.size(), 1U);
    EXPECT_EQ(user.purposes[0].code, "TREAT");
    EXPECT_EQ(*user.octets, text);
}

TEST(VerifyAssertion, TakesCurvesAsWellAsRsa) {
    EXPECT_EQ(fault_on(signed_assertion(curve_key())), "accepted");
}

TEST(VerifyAssertion, TakesAnAssertionThatIsNotWrittenCanonically) {
    // The signature covers the canonical form, so writing it otherwise changes nothing.
    std::string text = signed_assertion(provider_key());
    text = replaced(text, "></saml2:SubjectConfirmation>", "/>");
    text = replaced(text, "ID=\"_a1\" IssueInstant=\"2026-11-21T00:00:00Z\" Version=\"2.0\"",
                    "Version='2.0'\n  IssueInstant='2026-11-21T00:00:00Z' ID='_a1'");
    text = replaced(text, "<saml2:Subject>", "<!-- a comment --><saml2:Subject>");
    EXPECT_EQ(fault_on(text), "accepted");
}

TEST(VerifyAssertion, RefusesTheUnsignedAndTheTamperedWith) {
    EXPECT_EQ(fault_on(AssertionParts().unsigned_text()), kBadToken);
    std::string const good = signed_assertion(provider_key());
    EXPECT_EQ(fault_on(replaced(good, ">u-1<", ">u-2<")), kWrong);
    EXPECT_EQ(fault_on(replaced(good, "code=\"TREAT\"", "code=\"ETREAT\"")), kWrong);
    EXPECT_EQ(fault_on(replaced(good, "</saml2:Subject>", "</saml2:Subject> ")), kWrong);
    auto const at = good.find("<ds:SignatureValue>") + 19;
    std::string other = good;
    other[at + 10] = other[at + 10] == 'A' ? 'B' : 'A';
    EXPECT_EQ(fault_on(other), kWrong);
    EXPECT_EQ(fault_on(replaced(good, "<ds:DigestValue>", "<ds:DigestValue>AAAA")), kWrong);
}

TEST(VerifyAssertion, RefusesStrangersWhateverTheyBringAlong) {
    EXPECT_EQ(fault_on(signed_assertion(foreign_key())), kWrong);  // with its own certificate
    SignatureParts signature;
    signature.key_info = "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>" +
                         to_base64(as_bytes(provider_key().certificate_der())) +
                         "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>";
    EXPECT_EQ(fault_on(signed_assertion(foreign_key(), {}, signature)), kWrong);
    AssertionParts parts;
    parts.issuer = "<saml2:Issuer>https://other.example/</saml2:Issuer>";
    EXPECT_EQ(fault_on(parts), kWrong);
}

TEST(VerifyAssertion, FindsTheKeyByItsValueOrByAPinnedFingerprint) {
    SignatureParts signature;
    signature.key_info = "<ds:KeyInfo><ds:KeyValue><ds:RSAKeyValue><ds:Modulus>" +
                         provider_key().modulus() +
                         "</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue>"
                         "</ds:KeyValue></ds:KeyInfo>";
    EXPECT_EQ(fault_on({}, signature), "accepted");
    EXPECT_EQ(fault_on(signed_assertion(
                  provider_key(), {},
                  {.key_info = replaced(signature.key_info, provider_key().modulus(),
                                        foreign_key().modulus())})),
              kWrong);
    auto trust = default_trust();
    trust.providers[0].certificates.clear();
    EXPECT_EQ(fault_on(signed_assertion(provider_key()), trust), kWrong);
    trust.providers[0].fingerprints = {to_hex(sha256(der_of(provider_key())))};
    EXPECT_EQ(fault_on(signed_assertion(provider_key()), trust), "accepted");
}

TEST(VerifyAssertion, SaysWhenKeyInfoLeadsNowhere) {
    for (std::string const& key_info :
         {std::string("-"), std::string("<ds:KeyInfo></ds:KeyInfo>"),
          std::string("<ds:KeyInfo><ds:KeyName>idp</ds:KeyName></ds:KeyInfo>"),
          std::string("<ds:KeyInfo><ds:KeyValue></ds:KeyValue></ds:KeyInfo>"),
          std::string("<ds:KeyInfo><ds:X509Data><ds:X509Certificate></ds:X509Certificate>"
                      "</ds:X509Data></ds:KeyInfo>"),
          std::string("<ds:KeyInfo><ds:X509Data><ds:X509Certificate>bm90IGEgY2VydGlmaWNhdGU="
                      "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>")}) {
        EXPECT_EQ(fault_on({}, {.key_info = key_info}), kNoKey) << key_info;
    }
    auto trust = default_trust();
    trust.providers[0].key_info = false;
    EXPECT_EQ(fault_on(signed_assertion(provider_key(), {}, {.key_info = "-"}), trust), "accepted");
}

TEST(VerifyAssertion, TakesNoOtherAlgorithmAndOldOnesOnlyFromWhoMay) {
    SignatureParts old;
    old.method = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
    old.digest_method = "http://www.w3.org/2000/09/xmldsig#sha1";
    std::string const text = signed_assertion(provider_key(), {}, old);
    EXPECT_EQ(fault_on(text), kAlgorithm);
    auto trust = default_trust();
    trust.providers[0].rsa_sha1 = true;
    EXPECT_EQ(fault_on(text, trust), "accepted");
    EXPECT_EQ(fault_on({}, {.method = "http://www.w3.org/2000/09/xmldsig#hmac-sha1"}), kAlgorithm);
    EXPECT_EQ(fault_on({}, {.digest_method = "http://www.w3.org/2001/04/xmldsig-more#md5"}),
              kAlgorithm);
    EXPECT_EQ(fault_on({}, {.canonicalization = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"}),
              kAlgorithm);
    EXPECT_EQ(fault_on({}, {.transforms = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/"
                                          "REC-xslt-19991116\"></ds:Transform><ds:Transform "
                                          "Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">"
                                          "</ds:Transform>"}),
              kAlgorithm);
}

TEST(VerifyAssertion, RefusesEveryOtherShapeOfSignature) {
    EXPECT_EQ(fault_on({}, {.uri = "#_other"}), kBadToken);
    EXPECT_EQ(fault_on({}, {.uri = "http://example/"}), kBadToken);
    EXPECT_EQ(fault_on({}, {.after = "<ds:Object></ds:Object>"}), kBadToken);
    EXPECT_EQ(fault_on({}, {.more_references = "<ds:Reference URI=\"#_a1\"></ds:Reference>"}),
              kBadToken);
    EXPECT_EQ(fault_on({}, {.transforms = "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/"
                                          "xmldsig#enveloped-signature\"></ds:Transform>"}),
              kBadToken);
    AssertionParts const parts;
    std::string const signature = signature_of(provider_key(), parts.unsigned_text(), parts.id);
    EXPECT_EQ(fault_on(parts.before_signature() + signature + signature + parts.after_signature()),
              kBadToken);
}

TEST(VerifyAssertion, KeepsToTimeWithinTheSkew) {
    std::string const text = signed_assertion(provider_key());
    auto const at = [&](WallTime now) {
        return fault_of(verdict_on(text, default_trust(), {now, "", ""}));
    };
    WallTime const begin = assertion_time() - minutes(1), end = begin + minutes(5);
    EXPECT_EQ(at(begin - seconds(61)), kExpired);
    EXPECT_EQ(at(begin - seconds(60)), "accepted");
    EXPECT_EQ(at(end + seconds(59)), "accepted");
    EXPECT_EQ(at(end + seconds(60)), kExpired);
    AssertionParts late;
    late.issue_instant = "2026-11-21T00:03:00Z";
    EXPECT_EQ(fault_on(late), kExpired);
    AssertionParts offset;
    offset.not_on_or_after = "2026-11-21T09:00:30+09:00";  // 00:00:30 UTC: half a minute ago
    EXPECT_EQ(fault_on(offset), "accepted");
    offset.not_on_or_after = "2026-11-21T08:59:30+09:00";
    EXPECT_EQ(fault_on(offset), kExpired);
}

TEST(VerifyAssertion, WantsUsAsAudienceInEveryRestriction) {
    auto const restriction = [](std::string const& audiences) {
        return "<saml2:AudienceRestriction>" + audiences + "</saml2:AudienceRestriction>";
    };
    std::string const ours = "<saml2:Audience>urn:oid:2.999.1.1</saml2:Audience>";
    std::string const theirs = "<saml2:Audience>urn:oid:2.999.9</saml2:Audience>";
    AssertionParts parts;
    parts.restrictions = restriction(theirs + ours);
    EXPECT_EQ(fault_on(parts), "accepted");
    for (std::string const& wrong : {std::string(), restriction(theirs),
                                     restriction(ours) + restriction(theirs), restriction("")}) {
        parts.restrictions = wrong;
        EXPECT_EQ(fault_on(parts), kNotForUs) << wrong;
    }
    auto trust = default_trust();
    trust.providers[0].audiences = {"urn:oid:2.999.9"};  // this provider calls us by another name
    EXPECT_EQ(fault_on(signed_assertion(provider_key()), trust), kNotForUs);
}

TEST(VerifyAssertion, WantsAnAcceptableAuthentication) {
    AssertionParts parts;
    parts.authn = replaced(parts.authn, "classes:X509", "classes:PreviousSession");
    EXPECT_EQ(fault_on(parts), kNotForUs);
    parts.authn += AssertionParts().authn;  // a second one that will do
    EXPECT_EQ(fault_on(parts), "accepted");
    parts.authn.clear();
    EXPECT_EQ(fault_on(parts), kBadToken);
}

std::string confirmation(std::string const& method, std::string const& data) {
    return "<saml2:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:" + method + "\">" +
           data + "</saml2:SubjectConfirmation>";
}

TEST(VerifyAssertion, WantsAConfirmationThatHolds) {
    AssertionParts parts;
    auto const data = [](std::string const& attributes) {
        return "<saml2:SubjectConfirmationData " + attributes + "></saml2:SubjectConfirmationData>";
    };
    parts.confirmation = confirmation("bearer", data("NotOnOrAfter=\"2026-11-20T23:59:00Z\""));
    EXPECT_EQ(fault_on(parts), kExpired);
    parts.confirmation = confirmation("bearer", data("Recipient=\"https://node/xds/registry\""));
    EXPECT_EQ(fault_on(parts), "accepted");
    parts.confirmation = confirmation("bearer", data("Recipient=\"https://other/\""));
    EXPECT_EQ(fault_on(parts), kNotForUs);
    parts.confirmation = confirmation("sender-vouches", "");
    EXPECT_EQ(fault_on(parts), kNotForUs);
    parts.confirmation.clear();
    EXPECT_EQ(fault_on(parts), kBadToken);
    parts.confirmation = "<saml2:SubjectConfirmation></saml2:SubjectConfirmation>";
    EXPECT_EQ(fault_on(parts), kBadToken);
}

/// Whoever keeps a verdict looks at these times alone.
TEST(VerifyAssertion, EndsWithTheConfirmationThatHoldsLongest) {
    AssertionParts parts;
    auto const data = [](std::string const& until) {
        return confirmation("bearer", "<saml2:SubjectConfirmationData" +
                                          (until.empty() ? "" : " NotOnOrAfter=\"" + until + "\"") +
                                          "></saml2:SubjectConfirmationData>");
    };
    auto const end_of = [&](std::string const& confirmations) {
        parts.confirmation = confirmations;
        auto const verdict = verdict_on(signed_assertion(provider_key(), parts));
        return verdict ? (*verdict)->not_on_or_after : WallTime();
    };
    WallTime const begin = assertion_time() - minutes(1);
    EXPECT_EQ(end_of(data("2026-11-21T00:02:00Z")), begin + minutes(2));
    EXPECT_EQ(end_of(data("2026-11-21T00:02:00Z") + data("2026-11-21T00:03:00Z")),
              begin + minutes(3));
    EXPECT_EQ(end_of(data("2026-11-21T00:02:00Z") + data("")), begin + minutes(5));
    EXPECT_EQ(end_of(data("2026-11-21T00:09:00Z")), begin + minutes(5))
        << "never beyond Conditions";
}

TEST(VerifyAssertion, HoldersOfAKeyAreThoseOfTheConnection) {
    AssertionParts parts;
    parts.confirmation = confirmation(
        "holder-of-key",
        "<saml2:SubjectConfirmationData><ds:KeyInfo "
        "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data><ds:X509Certificate>" +
            to_base64(as_bytes(foreign_key().certificate_der())) +
            "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></saml2:SubjectConfirmationData>");
    std::string const text = signed_assertion(provider_key(), parts);
    EXPECT_EQ(fault_on(text), kNotForUs);
    saml::CheckContext const holder{assertion_time(), "", to_hex(sha256(der_of(foreign_key())))};
    EXPECT_EQ(fault_of(verdict_on(text, default_trust(), holder)), "accepted");
}

TEST(VerifyAssertion, BoundsWhatItReads) {
    AssertionParts parts;
    parts.attributes += AssertionParts::attribute("urn:x", std::string(70'000, 'x'));
    EXPECT_EQ(fault_on(parts), kBadToken);
    std::string const good = signed_assertion(provider_key());
    for (std::size_t size = 0; size < good.size(); size += 97)
        EXPECT_EQ(fault_on(good.substr(0, size)), kBadToken) << size;
    EXPECT_EQ(fault_on("<!DOCTYPE x [<!ENTITY e \"u-1\">]>" + good), kBadToken);
    std::string deep;
    for (int i = 0; i < 40; ++i) deep += "<x>";
    for (int i = 0; i < 40; ++i) deep += "</x>";
    AssertionParts nested;
    nested.attributes += AssertionParts::attribute("urn:x", deep);
    EXPECT_EQ(fault_on(nested), kBadToken);
}

TEST(VerifyAssertion, KeysEndWithTheirCertificates) {
    AssertionParts parts;
    parts.issue_instant = parts.not_before = "2037-01-01T00:00:00Z";
    parts.not_on_or_after = "2037-01-01T00:05:00Z";
    WallTime const later =
        WallTime(std::chrono::sys_days(std::chrono::year(2037) / 1 / 1)) + minutes(1);
    EXPECT_EQ(fault_of(verdict_on(signed_assertion(provider_key(), parts), default_trust(),
                                  {later, "", ""})),
              kWrong);
}

}  // namespace
}  // namespace musubi::test
