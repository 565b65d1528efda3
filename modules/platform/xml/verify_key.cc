#include "platform/xml/verify_key.h"

#include "platform/base/digest.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <ctime>

namespace musubi::xml {
namespace {

template <auto Free>
struct Freed {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};
using Pkey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Context = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;

constexpr int kSmallestRsa = 2048, kSmallestCurve = 256;

struct Method {
    std::string_view uri;
    SignatureMethod method;
};
constexpr Method kMethods[] = {
    {"http://www.w3.org/2000/09/xmldsig#rsa-sha1", SignatureMethod::kRsaSha1},
    {"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", SignatureMethod::kRsaSha256},
    {"http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", SignatureMethod::kRsaSha384},
    {"http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", SignatureMethod::kRsaSha512},
    {"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", SignatureMethod::kEcdsaSha256},
    {"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", SignatureMethod::kEcdsaSha384},
    {"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", SignatureMethod::kEcdsaSha512},
};

EVP_MD const* digest_of(SignatureMethod method) {
    switch (method) {
        case SignatureMethod::kRsaSha1: return EVP_sha1();
        case SignatureMethod::kRsaSha256:
        case SignatureMethod::kEcdsaSha256: return EVP_sha256();
        case SignatureMethod::kRsaSha384:
        case SignatureMethod::kEcdsaSha384: return EVP_sha384();
        case SignatureMethod::kRsaSha512:
        case SignatureMethod::kEcdsaSha512: return EVP_sha512();
    }
    return nullptr;
}

bool is_ecdsa(SignatureMethod method) {
    return method == SignatureMethod::kEcdsaSha256 || method == SignatureMethod::kEcdsaSha384 ||
           method == SignatureMethod::kEcdsaSha512;
}

WallTime time_of(ASN1_TIME const* time) {
    std::tm parts{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return {};
    return WallTime(std::chrono::seconds(::timegm(&parts)));
}

Bytes without_zeros(ByteView number) {
    auto const first = std::find_if(number.begin(), number.end(), [](auto c) { return c != 0; });
    return {first, number.end()};
}

Bytes octets_of(EVP_PKEY const* key, char const* name) {
    BIGNUM* raw = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) return {};
    Number const number(raw);
    Bytes out(static_cast<std::size_t>(BN_num_bytes(number.get())));
    BN_bn2bin(number.get(), out.data());
    return out;
}

/// XML Signature writes r and s with the length of the curve's order; OpenSSL wants DER.
std::optional<Bytes> to_der(ByteView signature, int order_bits) {
    std::size_t const half = static_cast<std::size_t>(order_bits + 7) / 8;
    if (signature.size() != 2 * half) return std::nullopt;
    EcSignature const pair(ECDSA_SIG_new());
    BIGNUM* r = BN_bin2bn(signature.data(), static_cast<int>(half), nullptr);
    BIGNUM* s = BN_bin2bn(signature.data() + half, static_cast<int>(half), nullptr);
    if (!pair || ECDSA_SIG_set0(pair.get(), r, s) != 1) {
        BN_free(r);
        BN_free(s);
        return std::nullopt;
    }
    unsigned char* out = nullptr;
    int const size = i2d_ECDSA_SIG(pair.get(), &out);
    if (size <= 0) return std::nullopt;
    Bytes der(out, out + size);
    OPENSSL_free(out);
    return der;
}

}  // namespace

struct VerifyKey::State {
    Pkey key;
    bool rsa = false;
    Bytes modulus, exponent;  ///< RSA, without leading zeros
    Bytes point;              ///< elliptic curve, uncompressed
    WallTime not_before{}, not_after{};
    std::string fingerprint;
};

Result<VerifyKey> VerifyKey::from_certificate(ByteView der) {
    unsigned char const* at = der.data();
    Certificate const certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    bool const whole = certificate && at == der.data() + der.size();
    auto state = std::make_shared<State>();
    if (whole) state->key.reset(X509_get_pubkey(certificate.get()));
    ERR_clear_error();
    if (!state->key) return Error(Code::kInvalidContent, "no X.509 certificate");
    int const bits = EVP_PKEY_get_bits(state->key.get());
    int const kind = EVP_PKEY_get_base_id(state->key.get());
    if (kind == EVP_PKEY_RSA && bits >= kSmallestRsa) {
        state->rsa = true;
        state->modulus = octets_of(state->key.get(), OSSL_PKEY_PARAM_RSA_N);
        state->exponent = octets_of(state->key.get(), OSSL_PKEY_PARAM_RSA_E);
    } else if (kind == EVP_PKEY_EC && bits >= kSmallestCurve) {
        unsigned char* point = nullptr;
        std::size_t const size = EVP_PKEY_get1_encoded_public_key(state->key.get(), &point);
        state->point.assign(point, point + size);
        OPENSSL_free(point);
    } else {
        return Error(Code::kInvalidContent,
                     "the certificate's key is neither RSA of 2048 bits nor EC of 256 bits");
    }
    state->not_before = time_of(X509_get0_notBefore(certificate.get()));
    state->not_after = time_of(X509_get0_notAfter(certificate.get()));
    state->fingerprint = to_hex(sha256(der));
    return VerifyKey(std::move(state));
}

bool VerifyKey::verifies(SignatureMethod method, ByteView octets, ByteView signature) const {
    if (is_ecdsa(method) == state_->rsa) return false;
    Bytes der;
    if (!state_->rsa) {
        auto converted = to_der(signature, EVP_PKEY_get_bits(state_->key.get()));
        if (!converted) return false;
        der = std::move(*converted);
        signature = der;
    }
    Context const context(EVP_MD_CTX_new());
    bool const good = context &&
                      EVP_DigestVerifyInit(context.get(), nullptr, digest_of(method), nullptr,
                                           state_->key.get()) == 1 &&
                      EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                                       octets.data(), octets.size()) == 1;
    if (!good) ERR_clear_error();  // a wrong signature leaves its marks in the thread's queue
    return good;
}

bool VerifyKey::valid_at(WallTime now) const {
    return state_->not_before <= now && now <= state_->not_after;
}
WallTime VerifyKey::not_after() const { return state_->not_after; }
std::string const& VerifyKey::certificate_fingerprint() const { return state_->fingerprint; }

bool VerifyKey::is_rsa(ByteView modulus, ByteView exponent) const {
    return state_->rsa && without_zeros(modulus) == state_->modulus &&
           without_zeros(exponent) == state_->exponent;
}

bool VerifyKey::is_ec_point(ByteView point) const {
    return !state_->rsa && Bytes(point.begin(), point.end()) == state_->point;
}

std::optional<SignatureMethod> signature_method(std::string_view uri) {
    for (Method const& one : kMethods) {
        if (one.uri == uri) return one.method;
    }
    return std::nullopt;
}

}  // namespace musubi::xml
