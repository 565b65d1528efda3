#include "platform/vault/timestamp.h"

#include "platform/base/digest.h"
#include "platform/vault/crypto.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ts.h>
#include <openssl/x509_vfy.h>

#include <ctime>
#include <memory>
#include <optional>

namespace musubi::vault {
namespace {

constexpr std::size_t kMaxResponse = 64 * 1024;

template <class T, void (*Free)(T*)>
struct Freer {
    void operator()(T* one) const { Free(one); }
};
void free_bio(BIO* bio) { BIO_free(bio); }
void free_integer(ASN1_INTEGER* one) { ASN1_INTEGER_free(one); }
void free_algorithm(X509_ALGOR* one) { X509_ALGOR_free(one); }
void free_request(TS_REQ* one) { TS_REQ_free(one); }
void free_imprint(TS_MSG_IMPRINT* one) { TS_MSG_IMPRINT_free(one); }
void free_response(TS_RESP* one) { TS_RESP_free(one); }
using Request = std::unique_ptr<TS_REQ, Freer<TS_REQ, free_request>>;
using Imprint = std::unique_ptr<TS_MSG_IMPRINT, Freer<TS_MSG_IMPRINT, free_imprint>>;
using Response = std::unique_ptr<TS_RESP, Freer<TS_RESP, free_response>>;
using Integer = std::unique_ptr<ASN1_INTEGER, Freer<ASN1_INTEGER, free_integer>>;
using Algorithm = std::unique_ptr<X509_ALGOR, Freer<X509_ALGOR, free_algorithm>>;
using VerifyContext = std::unique_ptr<TS_VERIFY_CTX, Freer<TS_VERIFY_CTX, TS_VERIFY_CTX_free>>;
using Store = std::unique_ptr<X509_STORE, Freer<X509_STORE, X509_STORE_free>>;
using Bio = std::unique_ptr<BIO, Freer<BIO, free_bio>>;

Error broken(std::string what) {
    ERR_clear_error();
    return Error(Code::kInvalidContent, std::move(what));
}

Result<std::tm> time_of(TS_TST_INFO* info) {
    std::tm fields{};
    ASN1_GENERALIZEDTIME const* const time = TS_TST_INFO_get_time(info);
    if (!time || ASN1_TIME_to_tm(time, &fields) != 1) return broken("unreadable time of a stamp");
    return fields;
}

std::string authority_of(TS_RESP* response) {
    PKCS7* const token = TS_RESP_get_token(response);
    STACK_OF(X509)* const signers = PKCS7_get0_signers(token, nullptr, 0);
    std::string out;
    Bio const text(BIO_new(BIO_s_mem()));
    if (signers && sk_X509_num(signers) > 0 && text &&
        X509_NAME_print_ex(text.get(), X509_get_subject_name(sk_X509_value(signers, 0)), 0,
                           XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
        char* data = nullptr;
        long const length = BIO_get_mem_data(text.get(), &data);
        out.assign(data, static_cast<std::size_t>(length));
    }
    sk_X509_free(signers);
    return out;
}

Status check_imprint(TS_TST_INFO* info, ByteView content) {
    TS_MSG_IMPRINT* const imprint = TS_TST_INFO_get_msg_imprint(info);
    ASN1_OBJECT const* name = nullptr;
    X509_ALGOR_get0(&name, nullptr, nullptr, TS_MSG_IMPRINT_get_algo(imprint));
    if (OBJ_obj2nid(name) != NID_sha256) return broken("the stamp's digest is not SHA-256");
    ASN1_OCTET_STRING const* const told = TS_MSG_IMPRINT_get_msg(imprint);
    Bytes const digest = sha256(content);
    ByteView const octets(ASN1_STRING_get0_data(told),
                          static_cast<std::size_t>(ASN1_STRING_length(told)));
    if (!std::equal(octets.begin(), octets.end(), digest.begin(), digest.end()))
        return broken("the stamp is over something else");
    return {};
}

/// The authority's certificate must have been valid when it stamped, not now: stamps outlive it.
Status check_signature(TS_RESP* response, std::time_t at, std::string const& authorities) {
    Store store(X509_STORE_new());
    if (!store) return Error(Code::kInternal, "no memory");
    if (X509_STORE_load_file(store.get(), authorities.c_str()) != 1) {
        ERR_clear_error();
        return Error(Code::kNotFound, "no PEM certificates in " + authorities);
    }
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store.get()), at);
    VerifyContext const context(TS_VERIFY_CTX_new());
    if (!context) return Error(Code::kInternal, "no memory");
    TS_VERIFY_CTX_set_flags(context.get(), TS_VFY_VERSION | TS_VFY_SIGNATURE);
    TS_VERIFY_CTX_set_store(context.get(), store.release());
    if (TS_RESP_verify_response(context.get(), response) != 1)
        return broken("the stamp is not signed by a time stamping authority that is believed");
    return {};
}

Result<Timestamp> verify(ByteView der, ByteView content, std::string const& authorities,
                         std::optional<std::uint64_t> nonce) {
    if (der.size() > kMaxResponse) return Error(Code::kTooLarge, "time stamp larger than 64 KiB");
    unsigned char const* at = der.data();
    Response const response(d2i_TS_RESP(nullptr, &at, static_cast<long>(der.size())));
    if (!response || at != der.data() + der.size()) return broken("no time stamp response in DER");
    TS_TST_INFO* const info = TS_RESP_get_tst_info(response.get());
    if (!info) return broken("the time stamp was not granted");
    TRY(check_imprint(info, content));
    if (nonce) {
        std::uint64_t told = 0;
        ASN1_INTEGER const* const integer = TS_TST_INFO_get_nonce(info);
        if (!integer || ASN1_INTEGER_get_uint64(&told, integer) != 1 || told != *nonce)
            return broken("the stamp answers another request");
    }
    std::tm fields = TRY(time_of(info));
    std::time_t const seconds = ::timegm(&fields);
    TRY(check_signature(response.get(), seconds, authorities));
    return Timestamp{WallTime(std::chrono::seconds(seconds)), authority_of(response.get())};
}

}  // namespace

Result<TimestampRequest> timestamp_request(ByteView content) {
    TimestampRequest out;
    random_octets(reinterpret_cast<std::uint8_t*>(&out.nonce), sizeof out.nonce);
    Request const request(TS_REQ_new());
    Imprint const imprint(TS_MSG_IMPRINT_new());
    Algorithm const algorithm(X509_ALGOR_new());
    Integer const nonce(ASN1_INTEGER_new());
    if (!request || !imprint || !algorithm || !nonce) return Error(Code::kInternal, "no memory");
    Bytes digest = sha256(content);
    bool const made =
        X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr) == 1 &&
        TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get()) == 1 &&
        TS_MSG_IMPRINT_set_msg(imprint.get(), digest.data(), static_cast<int>(digest.size())) ==
            1 &&
        ASN1_INTEGER_set_uint64(nonce.get(), out.nonce) == 1 &&
        TS_REQ_set_version(request.get(), 1) == 1 &&
        TS_REQ_set_msg_imprint(request.get(), imprint.get()) == 1 &&
        TS_REQ_set_nonce(request.get(), nonce.get()) == 1 &&
        TS_REQ_set_cert_req(request.get(), 1) == 1;
    unsigned char* der = nullptr;
    int const size = made ? i2d_TS_REQ(request.get(), &der) : -1;
    if (size <= 0) return broken("cannot make a time stamp request");
    out.der.assign(der, der + size);
    OPENSSL_free(der);
    return out;
}

Result<Timestamp> verify_timestamp(ByteView response_der, ByteView content,
                                   std::string const& authorities_pem_file) {
    return verify(response_der, content, authorities_pem_file, std::nullopt);
}

Result<Timestamp> verify_timestamp(ByteView response_der, ByteView content,
                                   std::string const& authorities_pem_file, std::uint64_t nonce) {
    return verify(response_der, content, authorities_pem_file, nonce);
}

}  // namespace musubi::vault
