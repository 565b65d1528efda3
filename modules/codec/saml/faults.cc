#include "codec/saml/faults.h"

namespace musubi::saml {

std::string_view fault_name(Reason reason) {
    if (reason == kInvalidSecurity) return "InvalidSecurity";
    if (reason == kUnsupportedSecurityToken) return "UnsupportedSecurityToken";
    if (reason == kUnsupportedAlgorithm) return "UnsupportedAlgorithm";
    if (reason == kInvalidSecurityToken) return "InvalidSecurityToken";
    if (reason == kFailedCheck) return "FailedCheck";
    if (reason == kSecurityTokenUnavailable) return "SecurityTokenUnavailable";
    if (reason == kMessageExpired) return "MessageExpired";
    return "FailedAuthentication";
}

Error refused(Reason reason, std::string detail) {
    return {Code::kUnauthenticated, reason, std::move(detail)};
}

}  // namespace musubi::saml
