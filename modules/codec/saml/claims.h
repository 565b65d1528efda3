#pragma once
// Reads what an assertion says. Whether it may be believed is another question: verify.h asks it.
// Pure function, thread-safe. Limits: 64 KiB of assertion (checked before), texts of 1,024 octets,
// 256 attribute values.

#include "domain/assertion.h"
#include "platform/xml/document.h"

namespace musubi::saml {

/// One way in which the sender may prove that the assertion is about his user.
struct Confirmation {
    std::string method;
    std::optional<WallTime> not_before, not_on_or_after;
    std::string recipient;
    std::string certificate_fingerprint;  ///< holder-of-key, where KeyInfo has a certificate
};

struct Claims {
    domain::UserAssertion user;  ///< without octets
    std::string issuer_format;   ///< as written; empty when absent
    std::vector<Confirmation> confirmations;
    std::vector<std::vector<std::string>> audiences;  ///< one list for each restriction
};

/// `root` is a saml2:Assertion. kUnauthenticated with one of the reasons of faults.h: everything
/// that ITI TF-2 3.40 and SAML 2.0 core demand to be there is there, and well-formed.
Result<Claims> read_claims(xml::Element root);

/// Who the assertion says it is about, for the record of a refusal: unverified. Empty when it
/// cannot be read.
std::string claimed_user(xml::Element root);

}  // namespace musubi::saml
