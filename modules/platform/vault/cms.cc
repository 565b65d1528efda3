#include "platform/vault/cms.h"

#include "platform/base/digest.h"

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <climits>
#include <ctime>
#include <memory>

namespace musubi::vault {
namespace {

constexpr std::size_t kMaxSignature = 64 * 1024;
constexpr int kMinDigestBits = 256;

template <class T, void (*Free)(T*)>
struct Freer {
    void operator()(T* one) const { Free(one); }
};
void free_bio(BIO* bio) { BIO_free(bio); }
using Bio = std::unique_ptr<BIO, Freer<BIO, free_bio>>;
using Certificate = std::unique_ptr<X509, Freer<X509, X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY, EVP_PKEY_free>>;
using Cms = std::unique_ptr<CMS_ContentInfo, Freer<CMS_ContentInfo, CMS_ContentInfo_free>>;

Error broken(std::string what) {
    ERR_clear_error();
    return Error(Code::kInvalidContent, std::move(what));
}

Result<WallTime> time_of(ASN1_TIME const* time) {
    std::tm fields{};
    if (!time || ASN1_TIME_to_tm(time, &fields) != 1) return broken("unreadable time");
    return WallTime(std::chrono::seconds(::timegm(&fields)));
}

Result<Bio> reader_of(ByteView bytes) {
    if (bytes.size() > INT_MAX) return Error(Code::kTooLarge, "too large to be signed");
    Bio bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
    if (!bio) return Error(Code::kInternal, "no memory");
    return bio;
}

Result<CertificateFacts> facts_of(X509* certificate) {
    unsigned char* der = nullptr;
    int const size = i2d_X509(certificate, &der);
    if (size <= 0) return broken("unreadable certificate");
    CertificateFacts out;
    out.fingerprint_sha256 = to_hex(sha256({der, static_cast<std::size_t>(size)}));
    OPENSSL_free(der);
    Bio const text(BIO_new(BIO_s_mem()));
    if (text && X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0,
                                   XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
        char* data = nullptr;
        long const length = BIO_get_mem_data(text.get(), &data);
        out.subject.assign(data, static_cast<std::size_t>(length));
    }
    out.not_before = TRY(time_of(X509_get0_notBefore(certificate)));
    out.not_after = TRY(time_of(X509_get0_notAfter(certificate)));
    return out;
}

Result<Bio> open_file(std::string const& file) {
    Bio bio(BIO_new_file(file.c_str(), "r"));
    ERR_clear_error();
    if (!bio) return Error(Code::kNotFound, "cannot read " + file);
    return bio;
}

Result<Certificate> certificate_of(std::string const& pem_file) {
    Bio const bio = TRY(open_file(pem_file));
    Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!certificate) return broken("no PEM certificate in " + pem_file);
    return certificate;
}

/// Never asks on the terminal: an encrypted key does not open.
int no_password(char*, int, int, void*) { return -1; }

Status check_digest(CMS_SignerInfo* signer) {
    X509_ALGOR* digest = nullptr;
    CMS_SignerInfo_get0_algs(signer, nullptr, nullptr, &digest, nullptr);
    ASN1_OBJECT const* name = nullptr;
    if (digest) X509_ALGOR_get0(&name, nullptr, nullptr, digest);
    EVP_MD const* kind = name ? EVP_get_digestbyobj(name) : nullptr;
    if (!kind || EVP_MD_get_size(kind) * 8 < kMinDigestBits)
        return broken("signed with a digest shorter than SHA-256");
    return {};
}

Result<WallTime> signing_time(CMS_SignerInfo* signer) {
    int const at = CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, -1);
    X509_ATTRIBUTE* attribute = at < 0 ? nullptr : CMS_signed_get_attr(signer, at);
    ASN1_TYPE const* value = attribute ? X509_ATTRIBUTE_get0_type(attribute, 0) : nullptr;
    if (!value || (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME))
        return broken("the signature does not tell when it was made");
    return time_of(value->value.asn1_string);
}

}  // namespace

Result<CertificateFacts> read_certificate(std::string const& pem_file) {
    auto const certificate = TRY(certificate_of(pem_file));
    return facts_of(certificate.get());
}

Result<CmsSignature> verify_detached(ByteView signature_der, ByteView content) {
    if (signature_der.size() > kMaxSignature)
        return Error(Code::kTooLarge, "signature larger than 64 KiB");
    unsigned char const* at = signature_der.data();
    Cms const cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(signature_der.size())));
    if (!cms || at != signature_der.data() + signature_der.size() ||
        OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed) {
        return broken("no CMS signature in DER");
    }
    if (CMS_is_detached(cms.get()) != 1) return broken("the signature is not detached");
    auto* signers = CMS_get0_SignerInfos(cms.get());
    if (!signers || sk_CMS_SignerInfo_num(signers) != 1)
        return broken("the signature must have one signer");
    CMS_SignerInfo* const signer = sk_CMS_SignerInfo_value(signers, 0);
    TRY(check_digest(signer));
    Bio const data = TRY(reader_of(content));
    // The caller knows the certificate itself, so no chain and no purpose is looked at here.
    if (CMS_verify(cms.get(), nullptr, nullptr, data.get(), nullptr,
                   CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) != 1) {
        return broken("the signature does not fit the content");
    }
    X509* certificate = nullptr;
    CMS_SignerInfo_get0_algs(signer, nullptr, &certificate, nullptr, nullptr);
    if (!certificate) return broken("the signer's certificate is not in the signature");
    CmsSignature out;
    out.signer = TRY(facts_of(certificate));
    out.signed_at = TRY(signing_time(signer));
    return out;
}

Result<Bytes> sign_detached(ByteView content, std::string const& certificate_pem_file,
                            std::string const& key_pem_file) {
    auto const certificate = TRY(certificate_of(certificate_pem_file));
    Bio const file = TRY(open_file(key_pem_file));
    Key const key(PEM_read_bio_PrivateKey(file.get(), nullptr, no_password, nullptr));
    if (!key) return broken("no private key that opens without a password in " + key_pem_file);
    if (X509_check_private_key(certificate.get(), key.get()) != 1)
        return broken("key and certificate do not belong together");
    Bio const data = TRY(reader_of(content));
    constexpr unsigned kFlags = CMS_DETACHED | CMS_BINARY | CMS_NOSMIMECAP;
    Cms const cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, kFlags | CMS_PARTIAL));
    if (!cms || !CMS_add1_signer(cms.get(), certificate.get(), key.get(), EVP_sha256(), kFlags) ||
        CMS_final(cms.get(), data.get(), nullptr, kFlags) != 1) {
        return broken("cannot sign with this key");
    }
    unsigned char* der = nullptr;
    int const size = i2d_CMS_ContentInfo(cms.get(), &der);
    if (size <= 0) return broken("cannot sign with this key");
    Bytes out(der, der + size);
    OPENSSL_free(der);
    return out;
}

}  // namespace musubi::vault
