// codec/saml: any bytes as a message with an assertion, and any bytes as an assertion that stands
// alone. What is found must be readable alone, and nothing may be believed: the only trusted key's
// owner has never signed.
#include "codec/saml/claims.h"
#include "codec/saml/header.h"
#include "codec/saml/verify.h"
#include "platform/xml/parse.h"
#include "support/assertions.h"

#include <cstdlib>

namespace {

using namespace musubi;

saml::TrustedIssuers const& issuers() {
    static auto const* const one = [] {
        test::AssertionSigner const signer;
        domain::AssertionProvider provider;
        provider.issuer = "https://idp.example/";
        ByteView const der = as_bytes(signer.certificate_der());
        provider.certificates = {Bytes(der.begin(), der.end())};
        provider.rsa_sha1 = true;
        provider.key_info = false;
        domain::AssertionTrust trust;
        trust.providers = {provider};
        trust.audiences = {"urn:oid:2.999.1.1"};
        auto made = saml::TrustedIssuers::make(
            std::make_shared<domain::AssertionTrust const>(std::move(trust)));
        return new saml::TrustedIssuers(std::move(*made));
    }();
    return *one;
}

void must_be_refused(std::string octets) {
    auto const verdict =
        saml::verify_assertion(std::move(octets), issuers(), {test::assertion_time(), "", ""});
    if (verdict || verdict.error().code != Code::kUnauthenticated) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    ByteView const bytes(data, size);
    must_be_refused(std::string(as_text(bytes)));
    auto const tree = xml::parse(bytes);
    if (!tree) return 0;
    static_cast<void>(saml::claimed_user(tree->root()));
    for (xml::Element const header : tree->root().children()) {
        for (xml::Element const block : header.children()) {
            auto const found = saml::find_assertion(bytes, *tree, block);
            if (!found || !*found) continue;
            auto const alone = xml::parse(as_bytes(**found));
            if (!alone && alone.error().code != Code::kTooLarge) std::abort();
            must_be_refused(**found);
        }
    }
    return 0;
}
