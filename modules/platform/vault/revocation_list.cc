#include "platform/vault/revocation_list.h"

#include "platform/base/digest.h"
#include "platform/base/text.h"
#include "platform/vault/durable_file.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

namespace musubi::vault {
namespace {

constexpr std::size_t kMaxCertificate = 1U << 20;
constexpr std::size_t kMaxLists = 64U << 20;

struct Free {
    void operator()(BIO* one) const { BIO_free(one); }
    void operator()(X509* one) const { X509_free(one); }
    void operator()(X509_CRL* one) const { X509_CRL_free(one); }
    void operator()(BIGNUM* one) const { BN_free(one); }
    void operator()(ASN1_ENUMERATED* one) const { ASN1_ENUMERATED_free(one); }
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

std::string text_of(X509_NAME const* name) {
    Owned<BIO> const text(BIO_new(BIO_s_mem()));
    if (!text ||
        X509_NAME_print_ex(text.get(), name, 0,
                           XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB)) < 0)
        return {};
    char* data = nullptr;
    long const size = BIO_get_mem_data(text.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string text_of(ASN1_INTEGER const* serial) {
    Owned<BIGNUM> const number(ASN1_INTEGER_to_BN(serial, nullptr));
    char* const hex = number ? BN_bn2hex(number.get()) : nullptr;
    std::string out = hex ? to_lower_ascii(hex) : std::string();
    OPENSSL_free(hex);
    return out;
}

bool is_taken_back(X509_REVOKED* entry) {
    Owned<ASN1_ENUMERATED> const reason(static_cast<ASN1_ENUMERATED*>(
        X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, nullptr, nullptr)));
    return reason && ASN1_ENUMERATED_get(reason.get()) == CRL_REASON_REMOVE_FROM_CRL;
}

}  // namespace

WithdrawnCertificates::Key WithdrawnCertificates::key_of(std::string_view issuer,
                                                         std::string_view serial_hex) {
    auto const digest = sha256(as_bytes(std::string(issuer).append("\n").append(serial_hex)));
    Key out;
    std::copy_n(digest.begin(), out.size(), out.begin());
    return out;
}

bool WithdrawnCertificates::names(std::string_view issuer, std::string_view serial_hex) const {
    return !keys_.empty() &&
           std::binary_search(keys_.begin(), keys_.end(), key_of(issuer, serial_hex));
}

Result<WithdrawnCertificates> WithdrawnCertificates::load(std::string const& lists_pem_file) {
    Bytes const lists = TRY(read_small_file(lists_pem_file, kMaxLists));
    Owned<BIO> const from = reader_of(lists);
    WithdrawnCertificates out;
    bool any = false;
    while (from) {
        Owned<X509_CRL> const list(PEM_read_bio_X509_CRL(from.get(), nullptr, nullptr, nullptr));
        if (!list) break;
        any = true;
        std::string const issuer = text_of(X509_CRL_get_issuer(list.get()));
        STACK_OF(X509_REVOKED)* const entries = X509_CRL_get_REVOKED(list.get());
        for (int i = 0; i < sk_X509_REVOKED_num(entries); ++i) {
            X509_REVOKED* const entry = sk_X509_REVOKED_value(entries, i);
            if (!is_taken_back(entry))
                out.keys_.push_back(key_of(issuer, text_of(X509_REVOKED_get0_serialNumber(entry))));
        }
    }
    ERR_clear_error();
    if (!any) return Error(Code::kInvalidContent, lists_pem_file + " holds no revocation list");
    std::sort(out.keys_.begin(), out.keys_.end());
    return out;
}

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
