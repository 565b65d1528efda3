#pragma once
// What signed evidence of the audit trail rests on, beside the trail itself. Thread-safe; they live
// as long as the node.

#include "platform/base/result.h"

#include <string>

namespace musubi::core {

/// Module policy.
class AgreementInForcePort {
public:
    virtual ~AgreementInForcePort() = default;
    /// "sha256:..." of the canonical form that the members signed.
    virtual std::string agreement_hash() const = 0;
};

/// Time stamping authorities over HTTP (RFC 3161, section 3.4). `node` provides it over
/// platform/peer.
class TimeStampPort {
public:
    virtual ~TimeStampPort() = default;
    /// The answer's body as it came: whether it is a stamp is for the caller to check. Plain http
    /// is as good as https here, because the answer is signed and the request tells nothing.
    /// `tls_authorities`: PEM file of whom an https server is believed by. kPeerUnavailable;
    /// kUnauthenticated (TLS), kTooLarge.
    virtual Result<std::string> stamp(std::string const& url, std::string const& request,
                                      std::string const& tls_authorities) = 0;
};

}  // namespace musubi::core
