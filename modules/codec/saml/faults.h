#pragma once
// Why an assertion was refused, in the words of WS-Security (SOAP Message Security 1.1, chapter
// 12). The codes of WSS 1.0 and 1.1 live in one namespace.
//
// Every refusal is an Error with Code::kUnauthenticated and one of these reasons; `detail` is for
// our log and holds nothing of the assertion.

#include "platform/base/error.h"

#include <string_view>

namespace musubi::saml {

inline constexpr Reason kInvalidSecurity{0xFB01};           ///< no assertion although one is due
inline constexpr Reason kUnsupportedSecurityToken{0xFB02};  ///< another kind of token
inline constexpr Reason kUnsupportedAlgorithm{0xFB03};
inline constexpr Reason kInvalidSecurityToken{0xFB04};      ///< malformed, incomplete, ambiguous
inline constexpr Reason kFailedCheck{0xFB05};               ///< signature wrong, or of a stranger
inline constexpr Reason kSecurityTokenUnavailable{0xFB06};  ///< KeyInfo leads to no key
inline constexpr Reason kMessageExpired{0xFB07};            ///< not yet or no longer valid
inline constexpr Reason kFailedAuthentication{0xFB08};      ///< not for us, or not well enough

/// Local name of the code in the namespace of WS-Security; anything else is FailedAuthentication.
std::string_view fault_name(Reason reason);

Error refused(Reason reason, std::string detail);

}  // namespace musubi::saml
