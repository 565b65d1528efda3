#pragma once
// A provider of user assertions for tests: keys of its own, and assertions written in canonical
// form, so that a digest over the text is the digest of the signature. Whatever a test wants wrong
// it changes in the parts before signing, or in the text afterwards.

#include "platform/base/clock.h"

#include <memory>
#include <string>

namespace musubi::test {

enum class TestKey { kRsa2048, kEcP256 };

class AssertionSigner {
public:
    explicit AssertionSigner(TestKey kind = TestKey::kRsa2048);
    /// PEM files of a certificate and its key.
    AssertionSigner(std::string const& certificate_file, std::string const& key_file);
    ~AssertionSigner();

    std::string const& certificate_der() const;
    std::string certificate_pem() const;
    std::string sign(std::string const& octets, bool sha1 = false) const;  ///< XML's form, base64
    std::string modulus() const;                                           ///< base64
    bool is_rsa() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// What an assertion is made of. Every text is canonical XML already.
struct AssertionParts {
    std::string id = "_a1";
    std::string version = " Version=\"2.0\"";
    std::string issue_instant = "2026-11-21T00:00:00Z";
    std::string issuer = "<saml2:Issuer>https://idp.example/</saml2:Issuer>";
    std::string name_id = "<saml2:NameID SPProvidedID=\"aoba\">u-1</saml2:NameID>";
    std::string confirmation =
        "<saml2:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">"
        "</saml2:SubjectConfirmation>";
    std::string not_before = "2026-11-21T00:00:00Z";
    std::string not_on_or_after = "2026-11-21T00:05:00Z";
    std::string restrictions =
        "<saml2:AudienceRestriction><saml2:Audience>urn:oid:2.999.1.1</saml2:Audience>"
        "</saml2:AudienceRestriction>";
    std::string authn =
        "<saml2:AuthnStatement AuthnInstant=\"2026-11-21T00:00:00Z\"><saml2:AuthnContext>"
        "<saml2:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:X509"
        "</saml2:AuthnContextClassRef></saml2:AuthnContext></saml2:AuthnStatement>";
    std::string attributes = default_attributes();

    static std::string default_attributes();
    /// One attribute with text values.
    static std::string attribute(std::string const& name, std::string const& value);
    /// One with an hl7:CE of that element name.
    static std::string coded(std::string const& name, std::string const& element,
                             std::string const& code, std::string const& system);
    std::string open_tag() const;
    std::string before_signature() const;  ///< start tag and Issuer
    std::string after_signature() const;   ///< Subject to end tag
    std::string unsigned_text() const { return before_signature() + after_signature(); }
};

struct SignatureParts {
    std::string canonicalization = "http://www.w3.org/2001/10/xml-exc-c14n#";
    std::string method = {};  ///< empty: as the key is
    std::string uri = {};     ///< empty: # and the id
    std::string transforms =
        "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\">"
        "</ds:Transform><ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">"
        "</ds:Transform>";
    std::string digest_method = "http://www.w3.org/2001/04/xmlenc#sha256";
    std::string more_references = {};
    std::string key_info = {};  ///< empty: the certificate; "-": none
    std::string after = {};     ///< behind KeyInfo
};

/// The whole Signature over `signed_text`, the canonical text of the assertion without it.
std::string signature_of(AssertionSigner const& signer, std::string const& signed_text,
                         std::string const& id, SignatureParts const& parts = {});
/// A signed assertion.
std::string signed_assertion(AssertionSigner const& signer, AssertionParts const& parts = {},
                             SignatureParts const& signature = {});

/// When the default parts are valid: 2026-11-21T00:01:00Z.
WallTime assertion_time();

}  // namespace musubi::test
