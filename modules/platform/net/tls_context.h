#pragma once
// The TLS rules of one side of a connection (ITI TF-2 3.19 Authenticate Node): which versions and
// suites, who we are, whom we believe. Built from files, exchanged as a whole by reload() while
// connections live.
//
// Ownership: shared_ptr; listeners and clients keep it. Thread-safety: all members may be called
// from any thread. A connection keeps the material that it was opened with; a reload only touches
// later handshakes, and makes sessions that were opened under the old material impossible to
// resume.

#include "platform/base/result.h"
#include "platform/net/revocation.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::net {

enum class TlsProfile : std::uint8_t {
    kJpHigh,        ///< "jp-high": TLS 1.3 only
    kJpHighCompat,  ///< "jp-high-compat": TLS 1.2 or 1.3, AEAD suites with (EC)DHE only (the
                    ///< default)
    kIheBcp195,     ///< "ihe-bcp195": as above, but wrong extended key usage is logged instead of
                    ///< refused
};
/// kInvalidContent for an unknown name.
Result<TlsProfile> tls_profile_from(std::string_view name);

/// PEM files; the certificate file holds the leaf first, then its chain.
struct TlsIdentity {
    std::string certificate_file;
    std::string key_file;
};

struct TlsConfig {
    TlsProfile profile = TlsProfile::kJpHighCompat;
    /// One, or two of different key types (an RSA one is needed for the four suites that IHE
    /// names).
    std::vector<TlsIdentity> identities;
    std::string ca_file;  ///< PEM, the trust anchors; may be empty when certificates are pinned
    std::string
        pinned_file;  ///< PEM, leaf certificates believed by themselves (self-signed ones too)
    /// PEM, revocation lists; empty: no check. With lists, a leaf whose issuer has none is refused.
    /// A list past its nextUpdate still refuses what it names, and is logged and counted.
    std::string crl_file;
    /// Null: no responder is asked. A server asks when the handshake is over, so a certificate that
    /// it has not seen before meets a reset instead of an alert; a client asks inside of it.
    std::shared_ptr<RevocationChecker> revocation = {};
    /// Servers: how long a session may be resumed by ticket (the peer's certificate is checked for
    /// expiry again); 0: never resumed.
    int session_lifetime_s = 600;
};

/// Makes another library's client connection keep to the same rules: profile, revocation (asked
/// inside the handshake, which blocks), and, unless empty, that the server's certificate carries
/// `server_name` (DNS-ID or address, RFC 9525; the common name does not count). `ssl_context` is
/// OpenSSL's, with its trust and revocation lists loaded. False: it must not be used.
bool harden_client(void* ssl_context, TlsConfig const& config, std::string const& server_name);

class TlsContext {
public:
    /// kInvalidContent with file and cause when the set is broken: unreadable, key and certificate
    /// do not belong together, own certificate expired, a list not signed by its issuer, nothing to
    /// trust.
    static Result<std::shared_ptr<TlsContext>> server(TlsConfig config);
    /// As server(); without an identity the client shows no certificate.
    static Result<std::shared_ptr<TlsContext>> client(TlsConfig config);
    ~TlsContext();

    /// Reads the files again. On error nothing changes.
    Status reload();
    Status reload(TlsConfig config);

    struct Impl;
    Impl& impl() { return *impl_; }

private:
    explicit TlsContext(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace musubi::net
