#include "platform/net/tls_context.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <mutex>

#include "platform/base/log.h"
#include "platform/net/tls_internal.h"

namespace musubi::net {
namespace {

Error broken(std::string const& what, std::string const& file) {
    std::string const cause = ERR_peek_error() != 0 ? ": " + openssl_error() : std::string();
    ERR_clear_error();
    return Error(Code::kInvalidContent, what + " (" + file + ")" + cause);
}

struct Deleter {
    void operator()(X509* p) const { X509_free(p); }
    void operator()(X509_CRL* p) const { X509_CRL_free(p); }
    void operator()(BIO* p) const { BIO_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Deleter>;

/// Every object of one kind in a PEM file; at least one, and nothing unreadable.
template <class T>
Result<std::vector<Owned<T>>> read_pem(std::string const& file,
                                       T* (*read)(BIO*, T**, pem_password_cb*, void*)) {
    ERR_clear_error();
    Owned<BIO> bio(BIO_new_file(file.c_str(), "r"));
    if (!bio) return broken("cannot read file", file);
    std::vector<Owned<T>> all;
    while (T* one = read(bio.get(), nullptr, nullptr, nullptr)) all.emplace_back(one);
    if (all.empty() || ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
        return broken("no readable PEM objects", file);
    }
    ERR_clear_error();
    return all;
}

Status load_identity(SSL_CTX* context, TlsIdentity const& identity) {
    if (SSL_CTX_use_certificate_chain_file(context, identity.certificate_file.c_str()) != 1) {
        return broken("cannot use certificate", identity.certificate_file);
    }
    X509* own = SSL_CTX_get0_certificate(context);
    if (X509_cmp_current_time(X509_get0_notAfter(own)) <= 0) {
        return broken("our certificate has expired", identity.certificate_file);
    }
    if (SSL_CTX_use_PrivateKey_file(context, identity.key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context) != 1) {
        return broken("cannot use private key", identity.key_file);
    }
    return {};
}

/// A list that claims a known issuer must carry its signature; others are judged against the peer's
/// chain.
Status load_revocation_lists(X509_STORE* store, std::string const& file,
                             std::vector<Owned<X509>> const& anchors) {
    auto const lists = TRY(read_pem<X509_CRL>(file, PEM_read_bio_X509_CRL));
    for (auto const& list : lists) {
        for (auto const& anchor : anchors) {
            if (X509_NAME_cmp(X509_get_subject_name(anchor.get()),
                              X509_CRL_get_issuer(list.get())) != 0) {
                continue;
            }
            if (X509_CRL_verify(list.get(), X509_get0_pubkey(anchor.get())) != 1) {
                return broken("revocation list is not signed by its issuer", file);
            }
        }
        ASN1_TIME const* next = X509_CRL_get0_nextUpdate(list.get());
        if (next != nullptr && X509_cmp_current_time(next) <= 0)
            log_warning("tls.revocation_list_stale");
        if (X509_STORE_add_crl(store, list.get()) != 1)
            return broken("cannot use revocation list", file);
    }
    // Leaf only: an intermediate CA is withdrawn by taking it out of the trust file.
    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
    return {};
}

/// The CA names in the CertificateRequest: some clients send nothing when their issuer is not among
/// them.
Status announce(SSL_CTX* context, X509* certificate) {
    if (SSL_CTX_add_client_CA(context, certificate) != 1)
        return broken("cannot announce CA", "memory");
    return {};
}

Status load_trust(SSL_CTX* context, TlsConfig const& config, TlsSide side) {
    X509_STORE* store = SSL_CTX_get_cert_store(context);
    std::vector<Owned<X509>> anchors;
    if (!config.ca_file.empty()) anchors = TRY(read_pem<X509>(config.ca_file, PEM_read_bio_X509));
    for (auto const& anchor : anchors) {
        if (X509_STORE_add_cert(store, anchor.get()) != 1)
            return broken("cannot use CA", config.ca_file);
        TRY(announce(context, anchor.get()));
    }
    auto policy = std::make_shared<VerifyPolicy>();
    policy->tolerate_purpose = config.profile == TlsProfile::kIheBcp195;
    policy->side = side;
    policy->revocation = config.revocation;
    if (!config.pinned_file.empty()) {
        for (auto const& leaf : TRY(read_pem<X509>(config.pinned_file, PEM_read_bio_X509))) {
            policy->pinned_sha256.push_back(describe_certificate(leaf.get()).fingerprint_sha256);
            TRY(announce(context, leaf.get()));
        }
        std::sort(policy->pinned_sha256.begin(), policy->pinned_sha256.end());
    }
    if (anchors.empty() && policy->pinned_sha256.empty()) {
        return Error(Code::kInvalidContent, "neither a CA nor a pinned certificate to trust");
    }
    if (!config.crl_file.empty()) TRY(load_revocation_lists(store, config.crl_file, anchors));
    attach_policy(context, std::move(policy));
    return {};
}

Status set_rules(SSL_CTX* context, TlsProfile profile) {
    int const lowest = profile == TlsProfile::kJpHigh ? TLS1_3_VERSION : TLS1_2_VERSION;
    bool ok = SSL_CTX_set_min_proto_version(context, lowest) == 1;
    ok = ok && SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1;
    ok = ok && SSL_CTX_set_ciphersuites(context,
                                        "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:"
                                        "TLS_AES_128_GCM_SHA256") == 1;
    ok = ok && SSL_CTX_set_cipher_list(context,
                                       "ECDHE+AESGCM:DHE+AESGCM:ECDHE+CHACHA20:!aNULL:!PSK") == 1;
    ok = ok && SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384:ffdhe3072") == 1;
    // Without parameters the two DHE suites that IHE names silently disappear.
    ok = ok && SSL_CTX_set_dh_auto(context, 1) == 1;
    if (!ok) return broken("cannot set TLS rules", "library");
    SSL_CTX_set_options(
        context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    return {};
}

/// How our own connections read and write. Not for those of a library that asks the socket whether
/// there is more: what was read ahead would lie unseen.
void set_reading(SSL_CTX* context) {
    // Many stacks end without close_notify. HTTP and MLLP frame by themselves, so a cut is seen
    // there, and our answer to it can still be written.
    SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
    // A quiet connection gives its record buffers back: thousands of them wait at a node.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1);
}

/// Sessions live in tickets that only this material can open; the context id keeps OpenSSL from
/// failing resumption with client certificates, and a fresh one per load keeps a withdrawn
/// certificate from coming back by ticket.
Status set_sessions(SSL_CTX* context, TlsConfig const& config) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    if (config.session_lifetime_s <= 0) {
        SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
        SSL_CTX_set_num_tickets(context, 0);
        return {};
    }
    unsigned char id[16];
    if (RAND_bytes(id, sizeof id) != 1 ||
        SSL_CTX_set_session_id_context(context, id, sizeof id) != 1) {
        return broken("cannot set session context", "library");
    }
    SSL_CTX_set_timeout(context, config.session_lifetime_s);
    SSL_CTX_set_num_tickets(context, 1);
    return {};
}

}  // namespace

Result<SslContextPtr> build_ssl_context(TlsConfig const& config, TlsSide side) {
    ERR_clear_error();
    bool const server = side == TlsSide::kServer;
    SslContextPtr context(SSL_CTX_new(server ? TLS_server_method() : TLS_client_method()),
                          SSL_CTX_free);
    if (!context) return broken("cannot make TLS context", "library");
    TRY(set_rules(context.get(), config.profile));
    set_reading(context.get());
    if (server && config.identities.empty()) {
        return Error(Code::kInvalidContent, "a TLS server needs a certificate and a key");
    }
    for (auto const& identity : config.identities) TRY(load_identity(context.get(), identity));
    TRY(load_trust(context.get(), config, side));
    if (server) TRY(set_sessions(context.get(), config));
    SSL_CTX_set_verify(context.get(),
                       SSL_VERIFY_PEER | (server ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                       verify_callback);
    return context;
}

bool harden_client(void* ssl_context, TlsConfig const& config, std::string const& server_name) {
    auto* context = static_cast<SSL_CTX*>(ssl_context);
    if (!set_rules(context, config.profile)) return false;
    if (!server_name.empty() && !expect_name(SSL_CTX_get0_param(context), server_name))
        return false;
    auto policy = std::make_shared<VerifyPolicy>();
    policy->tolerate_purpose = config.profile == TlsProfile::kIheBcp195;
    policy->side = TlsSide::kClient;
    policy->revocation = config.revocation;
    attach_policy(context, std::move(policy));
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, verify_callback);
    return true;
}

struct TlsContext::Impl {
    TlsSide side;
    std::mutex mutex;
    TlsConfig config;
    SslContextPtr material;
};

TlsContext::TlsContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsContext::~TlsContext() = default;

Result<TlsProfile> tls_profile_from(std::string_view name) {
    if (name == "jp-high") return TlsProfile::kJpHigh;
    if (name == "jp-high-compat") return TlsProfile::kJpHighCompat;
    if (name == "ihe-bcp195") return TlsProfile::kIheBcp195;
    return Error(Code::kInvalidContent, "unknown TLS profile: " + std::string(name));
}

Result<std::shared_ptr<TlsContext>> TlsContext::server(TlsConfig config) {
    auto impl = std::make_unique<Impl>();
    impl->side = TlsSide::kServer;
    impl->material = TRY(build_ssl_context(config, impl->side));
    impl->config = std::move(config);
    return std::shared_ptr<TlsContext>(new TlsContext(std::move(impl)));
}

Result<std::shared_ptr<TlsContext>> TlsContext::client(TlsConfig config) {
    auto impl = std::make_unique<Impl>();
    impl->side = TlsSide::kClient;
    impl->material = TRY(build_ssl_context(config, impl->side));
    impl->config = std::move(config);
    return std::shared_ptr<TlsContext>(new TlsContext(std::move(impl)));
}

Status TlsContext::reload() {
    std::unique_lock lock(impl_->mutex);
    TlsConfig config = impl_->config;
    lock.unlock();
    return reload(std::move(config));
}

Status TlsContext::reload(TlsConfig config) {
    SslContextPtr fresh = TRY(build_ssl_context(config, impl_->side));
    std::lock_guard const lock(impl_->mutex);
    impl_->config = std::move(config);
    impl_->material = std::move(fresh);
    log_info("tls.reloaded");
    return {};
}

SslContextPtr current_material(TlsContext& context) {
    std::lock_guard const lock(context.impl().mutex);
    return context.impl().material;
}

}  // namespace musubi::net
