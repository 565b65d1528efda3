#pragma once
// One form of XML Signature and no other: enveloped in a root element, over the whole of it,
// exclusive canonicalisation, with a key that is pinned beforehand (the form of signed assertions;
// XML Signature 1.1, SAML 2.0 core 5.4).
//
// What was signed is handed out as octets, and nothing else may be believed: the digest was made
// over exactly these. The same holds inside: what SignedInfo says is read from the octets that the
// signature value was checked over. Nothing is looked up by id, fetched or transformed otherwise;
// KeyInfo only helps to choose among the pinned keys.
//
// Pure functions, thread-safe. The signature library serves for canonicalisation alone (README).
//
// Errors, in this order: kUnsupported, an algorithm outside the list; kInvalidContent, another
// form; kNotFound, KeyInfo cannot be read, or is missing where it is demanded; kUnauthenticated,
// the signature is wrong or by a key that is not pinned.

#include "platform/xml/document.h"
#include "platform/xml/verify_key.h"

#include <span>

namespace musubi::xml {

inline constexpr std::string_view kDsigNamespace = "http://www.w3.org/2000/09/xmldsig#";

struct SignatureRules {
    std::span<VerifyKey const> keys;
    /// Certificates (SHA-256, lower-case hex) that are trusted when KeyInfo brings them along.
    std::span<std::string const> fingerprints = {};
    bool rsa_sha1 = false;
    bool key_info_required = true;
    WallTime now{};  ///< keys whose certificate is not valid now are as good as none
};

/// `utf8` is what `document` was parsed from; its root has the attribute ID. Returns the canonical
/// form of the root without its Signature.
Result<std::string> verify_enveloped(std::string_view utf8, Document const& document,
                                     SignatureRules const& rules);

/// The DER of the first X509Certificate in a ds:KeyInfo; kNotFound when there is none.
Result<Bytes> key_info_certificate(Element key_info);

}  // namespace musubi::xml
