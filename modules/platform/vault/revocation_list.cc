#include "platform/vault/revocation_list.h"

#include "platform/vault/durable_file.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace musubi::vault {
namespace {

constexpr std::size_t kMaxCertificate = 1U << 20;
constexpr std::size_t kMaxLists = 64U << 20;

struct Free {
    void operator()(BIO* one) const { BIO_free(one); }
    void operator()(X509* one) const { X509_free(one); }
    void operator()(X509_CRL* one) const { X509_CRL_free(one); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Owned<BIO> reader_of(Bytes const& bytes) {
    return Owned<BIO>(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

/// X509_CRL_get0_by_cert: 1 is on the list, 2 was taken off it again.
bool names(X509_CRL* list, X509* certificate) {
    if (X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_issuer_name(certificate)) != 0)
        return false;
    X509_REVOKED* entry = nullptr;
    return X509_CRL_get0_by_cert(list, &entry, certificate) == 1;
}

}  // namespace

Result<bool> is_withdrawn(std::string const& certificate_pem_file,
                          std::string const& lists_pem_file) {
    Bytes const pem = TRY(read_small_file(certificate_pem_file, kMaxCertificate));
    Bytes const lists = TRY(read_small_file(lists_pem_file, kMaxLists));
    Owned<BIO> const in = reader_of(pem), from = reader_of(lists);
    Owned<X509> const certificate(in ? PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)
                                     : nullptr);
    if (!certificate || !from) {
        ERR_clear_error();
        return Error(Code::kInvalidContent, certificate_pem_file + " holds no certificate");
    }
    bool any = false, named = false;
    for (;;) {
        Owned<X509_CRL> const list(PEM_read_bio_X509_CRL(from.get(), nullptr, nullptr, nullptr));
        if (!list) break;
        any = true;
        named = named || names(list.get(), certificate.get());
    }
    ERR_clear_error();
    if (!any) return Error(Code::kInvalidContent, lists_pem_file + " holds no revocation list");
    return named;
}

}  // namespace musubi::vault
