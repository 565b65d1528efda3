#include <openssl/err.h>
#include <openssl/http.h>
#include <openssl/ocsp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>

#include "platform/base/text.h"
#include "platform/net/revocation_impl.h"

namespace musubi::net {
namespace {

constexpr std::size_t kMaxAnswerBytes = 16 * 1024;
constexpr long kSkewS = 300;
/// Of an answer that does not say when there will be a newer one, and how old it may be.
constexpr std::chrono::seconds kWithoutNextUpdate{300};
constexpr long kOldestWithoutNextUpdateS = 3600;
constexpr std::chrono::seconds kLongest{7 * 24 * 3600};

struct Free {
    void operator()(X509* p) const { X509_free(p); }
    void operator()(X509_STORE* p) const { X509_STORE_free(p); }
    void operator()(STACK_OF(X509) * p) const { sk_X509_pop_free(p, X509_free); }
    void operator()(OCSP_REQUEST* p) const { OCSP_REQUEST_free(p); }
    void operator()(OCSP_RESPONSE* p) const { OCSP_RESPONSE_free(p); }
    void operator()(OCSP_BASICRESP* p) const { OCSP_BASICRESP_free(p); }
    void operator()(OCSP_CERTID* p) const { OCSP_CERTID_free(p); }
    void operator()(BIO* p) const { BIO_free_all(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Bytes der_of(X509* certificate) {
    int const size = i2d_X509(certificate, nullptr);
    if (size <= 0) return {};
    Bytes der(static_cast<std::size_t>(size));
    unsigned char* at = der.data();
    i2d_X509(certificate, &at);
    return der;
}

Owned<X509> certificate_of(Bytes const& der) {
    unsigned char const* at = der.data();
    return Owned<X509>(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

struct Url {
    std::string host, port, path;
};

std::optional<Url> parse(std::string const& url) {
    char *host = nullptr, *port = nullptr, *path = nullptr;
    int tls = 0;
    if (OCSP_parse_url(url.c_str(), &host, &port, &path, &tls) != 1) {
        ERR_clear_error();
        return std::nullopt;
    }
    Url out{host, port, path};
    OPENSSL_free(host);
    OPENSSL_free(port);
    OPENSSL_free(path);
    if (tls != 0) return std::nullopt;
    return out;
}

/// What the certificate itself names, as far as we are allowed to go there.
std::string named_responder(X509* leaf, std::vector<std::string> const& hosts) {
    STACK_OF(OPENSSL_STRING)* const named = X509_get1_ocsp(leaf);
    std::string out;
    for (int i = 0; out.empty() && i < sk_OPENSSL_STRING_num(named); ++i) {
        std::string const url = sk_OPENSSL_STRING_value(named, i);
        auto const parts = parse(url);
        bool const allowed =
            parts && std::any_of(hosts.begin(), hosts.end(), [&](std::string const& host) {
                return equals_ignore_case(host, parts->host);
            });
        if (allowed) out = url;
    }
    X509_email_free(named);
    return out;
}

Error unusable(char const* what) {
    ERR_clear_error();
    return Error(Code::kPeerUnavailable, std::string("OCSP: ") + what);
}

Result<Owned<OCSP_RESPONSE>> exchange(OcspQuestion const& question, OCSP_REQUEST* request,
                                      int timeout_ms) {
    auto const url = parse(question.url);
    if (!url) return unusable("no URL");
    Owned<BIO> body(BIO_new(BIO_s_mem()));
    if (!body || i2d_OCSP_REQUEST_bio(body.get(), request) != 1) return unusable("no request");
    int const timeout_s = std::max(1, (timeout_ms + 999) / 1000);
    // An empty proxy: none, whatever the environment says.
    Owned<BIO> answer(OSSL_HTTP_transfer(
        nullptr, url->host.c_str(), url->port.c_str(), url->path.c_str(), 0, "", nullptr, nullptr,
        nullptr, nullptr, nullptr, 0, nullptr, "application/ocsp-request", body.get(),
        "application/ocsp-response", 1, kMaxAnswerBytes, timeout_s, 0));
    if (!answer) return unusable("the responder gives no answer");
    Owned<OCSP_RESPONSE> response(d2i_OCSP_RESPONSE_bio(answer.get(), nullptr));
    if (!response) return unusable("the responder's answer cannot be read");
    return response;
}

/// Only those who stand above the certificate may vouch, and whom they charged with it.
Status check_signature(OcspQuestion const& question, OCSP_BASICRESP* basic) {
    Owned<X509_STORE> store(X509_STORE_new());
    Owned<STACK_OF(X509)> chain(sk_X509_new_null());
    if (!store || !chain) return unusable("no memory");
    // The chain was verified for the connection; its intermediates are as good as its root here.
    X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
    for (Bytes const& der : question.anchors) {
        auto one = certificate_of(der);
        if (!one || X509_STORE_add_cert(store.get(), one.get()) != 1) return unusable("no memory");
        if (sk_X509_push(chain.get(), one.get()) > 0) static_cast<void>(one.release());
    }
    if (OCSP_basic_verify(basic, chain.get(), store.get(), 0) != 1)
        return unusable("the answer is not signed by who may");
    return {};
}

std::chrono::seconds until(ASN1_GENERALIZEDTIME const* next) {
    if (next == nullptr) return kWithoutNextUpdate;
    int days = 0, seconds = 0;
    if (ASN1_TIME_diff(&days, &seconds, nullptr, next) != 1) return std::chrono::seconds(0);
    auto const left = std::chrono::seconds(days * 86'400LL + seconds);
    return std::clamp(left, std::chrono::seconds(1), kLongest);
}

Result<OcspAnswer> judged(OcspQuestion const& question, OCSP_RESPONSE* response,
                          OCSP_REQUEST* request, OCSP_CERTID* id) {
    if (OCSP_response_status(response) != OCSP_RESPONSE_STATUS_SUCCESSFUL)
        return unusable("the responder refuses the question");
    Owned<OCSP_BASICRESP> basic(OCSP_response_get1_basic(response));
    if (!basic) return unusable("no basic answer");
    // 0: another nonce than ours. Responders that answer in advance leave it out.
    if (OCSP_check_nonce(request, basic.get()) == 0) return unusable("the answer is a repetition");
    TRY(check_signature(question, basic.get()));
    int status = 0, reason = 0;
    ASN1_GENERALIZEDTIME *revoked = nullptr, *from = nullptr, *next = nullptr;
    if (OCSP_resp_find_status(basic.get(), id, &status, &reason, &revoked, &from, &next) != 1)
        return unusable("the answer is about another certificate");
    if (OCSP_check_validity(from, next, kSkewS, next ? -1 : kOldestWithoutNextUpdateS) != 1)
        return unusable("the answer is out of date");
    OcspAnswer out;
    out.good_for = until(next);
    if (status == V_OCSP_CERTSTATUS_GOOD) out.word = OcspAnswer::Word::kGood;
    if (status == V_OCSP_CERTSTATUS_REVOKED) out.word = OcspAnswer::Word::kRevoked;
    return out;
}

}  // namespace

bool is_alone(STACK_OF(X509) * chain) { return sk_X509_num(chain) < 2; }

std::optional<OcspQuestion> question_about(STACK_OF(X509) * chain, OcspConfig const& config) {
    if (is_alone(chain)) return std::nullopt;
    X509* const leaf = sk_X509_value(chain, 0);
    OcspQuestion out;
    out.url = config.responder.empty() ? named_responder(leaf, config.hosts) : config.responder;
    if (out.url.empty()) return std::nullopt;
    out.certificate = der_of(leaf);
    out.issuer = der_of(sk_X509_value(chain, 1));
    for (int i = 1; i < sk_X509_num(chain); ++i)
        out.anchors.push_back(der_of(sk_X509_value(chain, i)));
    return out;
}

Result<OcspAnswer> ask_responder(OcspQuestion const& question, int timeout_ms) {
    ERR_clear_error();
    auto const leaf = certificate_of(question.certificate);
    auto const issuer = certificate_of(question.issuer);
    if (!leaf || !issuer) return unusable("no certificate");
    // SHA-1 names the certificate here and protects nothing: the form all responders know
    // (RFC 5019).
    Owned<OCSP_CERTID> id(OCSP_cert_to_id(EVP_sha1(), leaf.get(), issuer.get()));
    Owned<OCSP_REQUEST> request(OCSP_REQUEST_new());
    OCSP_CERTID* const asked = id ? OCSP_CERTID_dup(id.get()) : nullptr;
    if (!request || !asked || OCSP_request_add0_id(request.get(), asked) == nullptr ||
        OCSP_request_add1_nonce(request.get(), nullptr, -1) != 1) {
        return unusable("no memory");
    }
    auto const response = TRY(exchange(question, request.get(), timeout_ms));
    return judged(question, response.get(), request.get(), id.get());
}

}  // namespace musubi::net
