#pragma once
// Namespaces and fixed URIs of user assertions (SAML 2.0 core; ITI TF-2 3.40.4.1.2).

#include <cstddef>
#include <string_view>

namespace musubi::saml {

inline constexpr std::string_view kSaml2 = "urn:oasis:names:tc:SAML:2.0:assertion";
inline constexpr std::string_view kSaml1 = "urn:oasis:names:tc:SAML:1.0:assertion";
inline constexpr std::string_view kHl7v3 = "urn:hl7-org:v3";
inline constexpr std::string_view kBearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
inline constexpr std::string_view kHolderOfKey = "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key";

/// Octets of one assertion, the namespaces above it included.
inline constexpr std::size_t kMaxAssertion = 64U << 10;

}  // namespace musubi::saml
