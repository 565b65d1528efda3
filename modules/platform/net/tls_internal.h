#pragma once
// Inside the room: what TlsContext hands to Channel. OpenSSL's types stay opaque.

#include "core/doors.h"
#include "platform/net/tls_context.h"

struct ssl_st;
struct ssl_ctx_st;
struct x509_st;
struct x509_store_ctx_st;
struct X509_VERIFY_PARAM_st;

namespace musubi::net {

enum class TlsSide : std::uint8_t { kServer, kClient };

/// What the verification found out about one peer, for the witness. Belongs to one channel.
struct VerifyNote {
    int error = 0;  ///< X509_V_ERR_*, 0: none
    std::string subject;
    std::string serial_hex;
};

/// Who is believed beside the CA, kept beside the material that it was loaded with.
struct VerifyPolicy {
    std::vector<std::string> pinned_sha256;  ///< sorted
    bool tolerate_purpose = false;
    TlsSide side = TlsSide::kServer;
    std::shared_ptr<RevocationChecker> revocation = {};
};
/// X509_V_ERR_APPLICATION_VERIFICATION in a note: nobody could tell whether it was revoked.
inline constexpr char const* kStatusUnknown = "revocation status unknown";

using SslContextPtr = std::shared_ptr<ssl_ctx_st>;

Result<SslContextPtr> build_ssl_context(TlsConfig const& config, TlsSide side);
/// The material for the next handshake.
SslContextPtr current_material(TlsContext& context);

void attach_policy(ssl_ctx_st* context, std::shared_ptr<VerifyPolicy const> policy);
/// Of a connection's material; null without.
RevocationChecker* checker_of(ssl_st* connection);
bool is_address(std::string const& host);
/// The name that the server's certificate must carry.
bool expect_name(X509_VERIFY_PARAM_st* parameters, std::string const& name);
void attach_note(ssl_st* connection, VerifyNote* note);
/// OpenSSL's verification callback; see TlsConfig for the rules.
int verify_callback(int ok, x509_store_ctx_st* store);
/// Our words for a failed verification.
std::string verify_reason(int error);

core::PeerCertificate describe_certificate(x509_st* certificate);
bool certificate_expired(x509_st* certificate);
/// The oldest entry of OpenSSL's error queue in its words, for our log.
std::string openssl_error();

}  // namespace musubi::net
