#pragma once
// One trusted provider, and the shortest way from parts to a verdict.

#include "codec/saml/faults.h"
#include "codec/saml/verify.h"
#include "platform/base/digest.h"
#include "support/assertions.h"

#include <gtest/gtest.h>

namespace musubi::test {

/// Keys take long to make: one of each for the whole run.
inline AssertionSigner const& provider_key() {
    static AssertionSigner const* const key = new AssertionSigner();
    return *key;
}
inline AssertionSigner const& foreign_key() {
    static AssertionSigner const* const key = new AssertionSigner();
    return *key;
}
inline AssertionSigner const& curve_key() {
    static AssertionSigner const* const key = new AssertionSigner(TestKey::kEcP256);
    return *key;
}

inline Bytes der_of(AssertionSigner const& signer) {
    ByteView const der = as_bytes(signer.certificate_der());
    return {der.begin(), der.end()};
}

inline domain::AssertionTrust default_trust() {
    domain::AssertionTrust trust;
    domain::AssertionProvider provider;
    provider.issuer = "https://idp.example/";
    provider.certificates = {der_of(provider_key()), der_of(curve_key())};
    trust.providers = {provider};
    trust.audiences = {"urn:oid:2.999.1.1"};
    trust.authn_classes = {"urn:oasis:names:tc:SAML:2.0:ac:classes:X509"};
    return trust;
}

using Verdict = Result<std::shared_ptr<domain::UserAssertion const>>;

inline Verdict verdict_on(std::string octets, domain::AssertionTrust trust = default_trust(),
                          saml::CheckContext context = {assertion_time(),
                                                        "https://node/xds/registry", ""}) {
    auto const issuers = saml::TrustedIssuers::make(
        std::make_shared<domain::AssertionTrust const>(std::move(trust)));
    if (!issuers) return issuers.error();
    return saml::verify_assertion(std::move(octets), *issuers, context);
}

/// The fault's name, or "accepted".
inline std::string fault_of(Verdict const& verdict) {
    if (verdict) return "accepted";
    EXPECT_EQ(verdict.error().code, Code::kUnauthenticated) << verdict.error().detail;
    return std::string(saml::fault_name(verdict.error().reason));
}
inline std::string fault_on(std::string octets, domain::AssertionTrust trust = default_trust()) {
    return fault_of(verdict_on(std::move(octets), std::move(trust)));
}
inline std::string fault_on(AssertionParts const& parts, SignatureParts const& signature = {}) {
    return fault_on(signed_assertion(provider_key(), parts, signature));
}

inline std::string replaced(std::string text, std::string const& what, std::string const& by) {
    auto const at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

}  // namespace musubi::test
