#include "platform/net/ocsp_file.h"

#include "platform/net/revocation_impl.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace musubi::net {
namespace {

struct Free {
    void operator()(BIO* p) const { BIO_free(p); }
    void operator()(X509* p) const { X509_free(p); }
    void operator()(X509_STORE* p) const { X509_STORE_free(p); }
    void operator()(X509_STORE_CTX* p) const { X509_STORE_CTX_free(p); }
    void operator()(STACK_OF(X509) * p) const { sk_X509_pop_free(p, X509_free); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

/// The leaf, and what else the file holds.
Result<Owned<STACK_OF(X509)>> read_chain(std::string const& file) {
    Owned<BIO> const bio(BIO_new_file(file.c_str(), "r"));
    Owned<STACK_OF(X509)> out(sk_X509_new_null());
    ERR_clear_error();
    if (!bio || !out) return Error(Code::kNotFound, "cannot read " + file);
    while (X509* const one = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr))
        sk_X509_push(out.get(), one);
    ERR_clear_error();
    if (sk_X509_num(out.get()) == 0)
        return Error(Code::kInvalidContent, "no PEM certificate in " + file);
    return out;
}

/// Leaf to anchor; null when it leads to none of the authorities.
Result<Owned<STACK_OF(X509)>> verified_chain(STACK_OF(X509) * certificates,
                                             std::string const& authorities) {
    Owned<X509_STORE> const store(X509_STORE_new());
    Owned<X509_STORE_CTX> const context(X509_STORE_CTX_new());
    if (!store || !context) return Error(Code::kInternal, "no memory");
    bool const loaded = X509_STORE_load_file(store.get(), authorities.c_str()) == 1;
    ERR_clear_error();
    if (!loaded) return Error(Code::kNotFound, "no PEM certificates in " + authorities);
    // Whether a certificate has ended is another question.
    X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
    if (X509_STORE_CTX_init(context.get(), store.get(), sk_X509_value(certificates, 0),
                            certificates) != 1)
        return Error(Code::kInternal, "no memory");
    bool const good = X509_verify_cert(context.get()) == 1;
    ERR_clear_error();
    return Owned<STACK_OF(X509)>(good ? X509_STORE_CTX_get1_chain(context.get()) : nullptr);
}

}  // namespace

Status ask_about_file(OcspConfig const& config, std::string const& certificate,
                      std::string const& authorities) {
    if (config.mode == OcspMode::kOff) return {};
    auto const certificates = TRY(read_chain(certificate));
    auto const chain = TRY(verified_chain(certificates.get(), authorities));
    if (!chain || is_alone(chain.get())) return {};
    Error const nobody(Code::kUnauthenticated, "nobody can tell whether this certificate counts");
    Status unknown = config.mode == OcspMode::kHard ? Status(nobody) : Status();
    auto const question = question_about(chain.get(), config);
    if (!question) return unknown;
    auto const answer = ask_responder(*question, config.timeout_ms);
    if (!answer || answer->word == OcspAnswer::Word::kUnknown) return unknown;
    if (answer->word == OcspAnswer::Word::kRevoked)
        return Error(Code::kUnauthenticated, "this certificate was withdrawn");
    return {};
}

}  // namespace musubi::net
