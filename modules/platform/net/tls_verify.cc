#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "platform/base/bytes.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "platform/base/text.h"
#include "platform/net/revocation_impl.h"
#include "platform/net/tls_internal.h"

namespace musubi::net {
namespace {

using PolicyPtr = std::shared_ptr<VerifyPolicy const>;

void free_policy(void*, void* value, CRYPTO_EX_DATA*, int, long, void*) {
    delete static_cast<PolicyPtr*>(value);
}
int policy_index() {
    static int const index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_policy);
    return index;
}
int note_index() {
    static int const index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

std::string name_text(X509_NAME const* name) {
    BIO* bio = BIO_new(BIO_s_mem());
    if (bio == nullptr) return {};
    X509_NAME_print_ex(bio, name, 0,
                       XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
    char* data = nullptr;
    long const size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return text;
}

std::string serial_text(X509 const* certificate) {
    BIGNUM* number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr);
    char* hex = number != nullptr ? BN_bn2hex(number) : nullptr;
    std::string text = hex != nullptr ? to_lower_ascii(hex) : std::string();
    OPENSSL_free(hex);
    BN_free(number);
    return text;
}

std::string fingerprint(X509 const* certificate) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (X509_digest(certificate, EVP_sha256(), digest, &size) != 1) return {};
    return to_hex(ByteView(digest, size));
}

std::string time_text(ASN1_TIME const* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

/// The leaf has passed: was it withdrawn? A server only looks up what it knows already and asks
/// when the handshake is over; a client's thread may wait. X509_V_OK, or what is wrong.
int revocation_error(X509_STORE_CTX* store, VerifyPolicy const& policy) {
    if (!policy.revocation || X509_STORE_CTX_get_error_depth(store) != 0) return X509_V_OK;
    auto& checker = policy.revocation->impl();
    X509* const leaf = X509_STORE_CTX_get_current_cert(store);
    if (policy.side == TlsSide::kServer)
        return checker.known_revoked(leaf) ? X509_V_ERR_CERT_REVOKED : X509_V_OK;
    switch (checker.ask_and_wait(leaf, X509_STORE_CTX_get0_chain(store))) {
        case Standing::kHolds: return X509_V_OK;
        case Standing::kRevoked: return X509_V_ERR_CERT_REVOKED;
        case Standing::kUnknown:
        case Standing::kAsking: break;
    }
    return X509_V_ERR_APPLICATION_VERIFICATION;
}

bool is_pinned(X509_STORE_CTX* store, VerifyPolicy const& policy) {
    X509* leaf = X509_STORE_CTX_get0_cert(store);
    if (leaf == nullptr || policy.pinned_sha256.empty()) return false;
    return std::binary_search(policy.pinned_sha256.begin(), policy.pinned_sha256.end(),
                              fingerprint(leaf));
}

/// Errors that only say "no chain to an anchor": direct trust (ITI TF-2 3.19.6.1) needs none.
bool is_chain_error(int error) {
    switch (error) {
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_CERT_UNTRUSTED:
        case X509_V_ERR_UNABLE_TO_GET_CRL: return true;
        default: return false;
    }
}

bool tolerated(X509_STORE_CTX* store, int error, VerifyPolicy const& policy) {
    if (is_chain_error(error)) return is_pinned(store, policy);
    if (error == X509_V_ERR_CRL_HAS_EXPIRED) {
        static Counter& stale = counter("musubi_net_stale_revocation_list_total");
        stale.add();
        log_warning("tls.revocation_list_stale");
        return true;
    }
    if (error == X509_V_ERR_INVALID_PURPOSE && policy.tolerate_purpose &&
        X509_STORE_CTX_get_error_depth(store) == 0) {
        log_warning("tls.purpose_tolerated");
        return true;
    }
    return false;
}

}  // namespace

void attach_policy(SSL_CTX* context, PolicyPtr policy) {
    SSL_CTX_set_ex_data(context, policy_index(), new PolicyPtr(std::move(policy)));
}

void attach_note(SSL* connection, VerifyNote* note) {
    SSL_set_ex_data(connection, note_index(), note);
}

RevocationChecker* checker_of(SSL* connection) {
    auto* policy =
        static_cast<PolicyPtr*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), policy_index()));
    return policy != nullptr ? (*policy)->revocation.get() : nullptr;
}

bool is_address(std::string const& host) {
    unsigned char buffer[sizeof(in6_addr)];
    return inet_pton(AF_INET, host.c_str(), buffer) == 1 ||
           inet_pton(AF_INET6, host.c_str(), buffer) == 1;
}

bool expect_name(X509_VERIFY_PARAM* parameters, std::string const& name) {
    if (is_address(name)) return X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str()) == 1;
    X509_VERIFY_PARAM_set_hostflags(
        parameters, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return X509_VERIFY_PARAM_set1_host(parameters, name.c_str(), name.size()) == 1;
}

int verify_callback(int ok, X509_STORE_CTX* store) {
    auto* ssl =
        static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    if (ssl == nullptr) return ok;
    auto* policy =
        static_cast<PolicyPtr*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), policy_index()));
    int error = X509_STORE_CTX_get_error(store);
    if (ok == 1) {
        error = policy != nullptr ? revocation_error(store, **policy) : X509_V_OK;
        if (error == X509_V_OK) return 1;
        X509_STORE_CTX_set_error(store, error);
    } else if (policy != nullptr && tolerated(store, error, **policy)) {
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
    }
    if (auto* note = static_cast<VerifyNote*>(SSL_get_ex_data(ssl, note_index()))) {
        note->error = error;
        if (X509* leaf = X509_STORE_CTX_get0_cert(store)) {
            note->subject = name_text(X509_get_subject_name(leaf));
            note->serial_hex = serial_text(leaf);
        }
    } else {
        // A connection of another library, whose own words say less.
        log_warning("tls.peer_refused", {{"reason", verify_reason(error)}});
    }
    return 0;
}

std::string verify_reason(int error) {
    switch (error) {
        case X509_V_ERR_CERT_HAS_EXPIRED: return "certificate has expired";
        case X509_V_ERR_CERT_NOT_YET_VALID: return "certificate is not yet valid";
        case X509_V_ERR_CERT_REVOKED: return "certificate revoked";
        case X509_V_ERR_APPLICATION_VERIFICATION: return kStatusUnknown;
        case X509_V_ERR_UNABLE_TO_GET_CRL: return "no revocation list of the issuer";
        case X509_V_ERR_INVALID_PURPOSE: return "certificate not meant for this use";
        case X509_V_ERR_CERT_CHAIN_TOO_LONG: return "certificate chain too long";
        case X509_V_ERR_EE_KEY_TOO_SMALL:
        case X509_V_ERR_CA_KEY_TOO_SMALL: return "weak key";
        case X509_V_ERR_CA_MD_TOO_WEAK: return "weak signature";
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH: return "certificate names another host";
        case X509_V_ERR_CERT_SIGNATURE_FAILURE: return "certificate signature is wrong";
        default: break;
    }
    if (is_chain_error(error)) return "unknown CA";
    return std::string("certificate refused: ") + X509_verify_cert_error_string(error);
}

core::PeerCertificate describe_certificate(X509* certificate) {
    core::PeerCertificate peer;
    if (certificate == nullptr) return peer;
    peer.subject = name_text(X509_get_subject_name(certificate));
    peer.issuer = name_text(X509_get_issuer_name(certificate));
    peer.serial_hex = serial_text(certificate);
    peer.fingerprint_sha256 = fingerprint(certificate);
    peer.not_after = time_text(X509_get0_notAfter(certificate));
    return peer;
}

bool certificate_expired(X509* certificate) {
    return X509_cmp_current_time(X509_get0_notAfter(certificate)) <= 0;
}

std::string openssl_error() {
    char text[160];
    ERR_error_string_n(ERR_peek_error(), text, sizeof text);
    return text;
}

}  // namespace musubi::net
