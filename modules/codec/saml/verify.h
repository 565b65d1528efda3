#pragma once
// May this assertion be believed? (ITI TF-2 3.40; SAML 2.0 core; the signature's form is that of
// platform/xml/signature.h.)
//
// The checks, in this order, each with its WS-Security code (faults.h): kind of token, algorithms,
// completeness, signature by a pinned key of the issuer, key found, time, audience, authentication
// context, confirmation of the subject. Claims are read twice: once as received, to refuse what is
// malformed and to learn whose keys to take, and once from the octets that were signed. Only the
// second reading is returned.
//
// Pure functions, thread-safe; an error's detail never holds anything of the assertion.

#include "domain/assertion.h"
#include "platform/xml/document.h"
#include "platform/xml/verify_key.h"

#include <map>

namespace musubi::saml {

/// The agreement's trust, with its keys made ready. Immutable.
class TrustedIssuers {
public:
    /// kInvalidContent when a certificate cannot be used.
    static Result<TrustedIssuers> make(std::shared_ptr<domain::AssertionTrust const> trust);

    struct Provider {
        domain::AssertionProvider const* rules;
        std::vector<xml::VerifyKey> keys;
    };
    Provider const* find(std::string_view issuer) const;
    domain::AssertionTrust const& trust() const { return *trust_; }

private:
    std::shared_ptr<domain::AssertionTrust const> trust_;
    std::map<std::string, Provider, std::less<>> providers_;
};

struct CheckContext {
    WallTime now{};
    std::string endpoint;                 ///< our URL: may be named as recipient
    std::string certificate_fingerprint;  ///< of the sender's TLS certificate (holder-of-key)
};

/// `octets`: one assertion that stands alone (see header.h).
Result<std::shared_ptr<domain::UserAssertion const>> verify_assertion(std::string octets,
                                                                      TrustedIssuers const& issuers,
                                                                      CheckContext const& context);

/// Time alone, for an assertion that was verified before: kMessageExpired.
Status check_time(domain::UserAssertion const& assertion, std::chrono::seconds skew, WallTime now);

}  // namespace musubi::saml
