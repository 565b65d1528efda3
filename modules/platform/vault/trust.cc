#include "platform/vault/trust.h"

#include "platform/base/digest.h"
#include "platform/vault/durable_file.h"
#include "platform/vault/trust_state.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>

namespace musubi::vault {
namespace {

constexpr std::size_t kMaxFile = 1U << 20;
constexpr std::size_t kMaxOthers = 32;

void free_bio(BIO* bio) { BIO_free(bio); }
using Bio = std::unique_ptr<BIO, OpensslFreer<BIO, free_bio>>;
using Context = std::unique_ptr<X509_STORE_CTX, OpensslFreer<X509_STORE_CTX, X509_STORE_CTX_free>>;
void free_stack(STACK_OF(X509) * stack) { sk_X509_free(stack); }
using Stack = std::unique_ptr<STACK_OF(X509), OpensslFreer<STACK_OF(X509), free_stack>>;

Result<Bytes> file_of(std::string const& path) {
    auto content = read_small_file(path, kMaxFile);
    if (!content) return Error(Code::kNotFound, "cannot read " + path);
    return Bytes(content->begin(), content->end());
}

/// Every object of the kind in a PEM file.
template <class Ptr, class Read>
Result<std::vector<Ptr>> read_all(std::string const& path, Read read) {
    Bytes const content = TRY(file_of(path));
    Bio const bio(BIO_new_mem_buf(content.data(), static_cast<int>(content.size())));
    std::vector<Ptr> out;
    while (bio) {
        Ptr one(read(bio.get()));
        if (!one) break;
        out.push_back(std::move(one));
    }
    bool const at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    if (out.empty() || !at_end)
        return broken_content("not all of " + path + " is what it should be");
    return out;
}

WallTime time_of(ASN1_TIME const* time) {
    std::tm fields{};
    if (!time || ASN1_TIME_to_tm(time, &fields) != 1) return {};
    return WallTime(std::chrono::seconds(::timegm(&fields)));
}

std::string name_of(X509_NAME const* name) {
    Bio const text(BIO_new(BIO_s_mem()));
    if (!text ||
        X509_NAME_print_ex(text.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0)
        return {};
    char* data = nullptr;
    long const length = BIO_get_mem_data(text.get(), &data);
    return {data, static_cast<std::size_t>(length)};
}

struct Tolerance {
    bool proven = false;
    std::time_t at = 0;
};

/// A list that was made after the moment still tells what had been withdrawn by then; an authority
/// without a list says nothing.
int judge(int good, X509_STORE_CTX* context) {
    if (good == 1) return 1;
    auto const* tolerance = static_cast<Tolerance const*>(X509_STORE_CTX_get_app_data(context));
    switch (X509_STORE_CTX_get_error(context)) {
        case X509_V_ERR_UNABLE_TO_GET_CRL:
        case X509_V_ERR_CRL_NOT_YET_VALID:
        case X509_V_ERR_CRL_HAS_EXPIRED: X509_STORE_CTX_set_error(context, X509_V_OK); return 1;
        case X509_V_ERR_CERT_REVOKED: {
            X509_REVOKED* entry = nullptr;
            X509_CRL* const list = X509_STORE_CTX_get0_current_crl(context);
            X509* const certificate = X509_STORE_CTX_get_current_cert(context);
            if (!tolerance->proven || !list || !certificate ||
                X509_CRL_get0_by_cert(list, &entry, certificate) != 1)
                return 0;
            WallTime const since = time_of(X509_REVOKED_get0_revocationDate(entry));
            if (seconds_of(since) <= tolerance->at) return 0;
            X509_STORE_CTX_set_error(context, X509_V_OK);
            return 1;
        }
        default: return 0;
    }
}

std::string words_for(int error) {
    switch (error) {
        case X509_V_ERR_CERT_HAS_EXPIRED: return "the certificate had ended";
        case X509_V_ERR_CERT_NOT_YET_VALID: return "the certificate was not valid yet";
        case X509_V_ERR_CERT_REVOKED: return "the certificate was withdrawn";
        default: return "the certificate leads to no authority that is believed";
    }
}

}  // namespace

std::time_t seconds_of(WallTime time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

Error broken_content(std::string what) {
    ERR_clear_error();
    return Error(Code::kInvalidContent, std::move(what));
}

X509Ptr x509_of(ByteView der) {
    unsigned char const* at = der.data();
    X509Ptr out(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    ERR_clear_error();
    if (out && at != der.data() + der.size()) out.reset();
    return out;
}

Bytes der_of(X509 const* certificate) {
    unsigned char* der = nullptr;
    int const size = i2d_X509(certificate, &der);
    if (size <= 0) return {};
    Bytes out(der, der + size);
    OPENSSL_free(der);
    return out;
}

StorePtr Trust::State::store(std::time_t at) const {
    StorePtr out(X509_STORE_new());
    if (!out) return out;
    for (auto const& one : anchors) X509_STORE_add_cert(out.get(), one.get());
    for (auto const& one : crls) X509_STORE_add_crl(out.get(), one.get());
    X509_VERIFY_PARAM* const rules = X509_STORE_get0_param(out.get());
    X509_VERIFY_PARAM_set_time(rules, at);
    // An anchor is believed because it is listed, whoever stands above it.
    X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_depth(rules, 8);
    if (!crls.empty())
        X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    return out;
}

Trust::Trust() : state_(std::make_shared<State const>()) {}
bool Trust::empty() const { return state_->anchors.empty(); }

Result<Trust> Trust::load(std::string const& anchors, std::string const& crls) {
    auto state = std::make_shared<State>();
    state->anchors = TRY(read_all<X509Ptr>(
        anchors, [](BIO* bio) { return PEM_read_bio_X509(bio, nullptr, nullptr, nullptr); }));
    if (!crls.empty())
        state->crls = TRY(read_all<CrlPtr>(
            crls, [](BIO* bio) { return PEM_read_bio_X509_CRL(bio, nullptr, nullptr, nullptr); }));
    return Trust(std::move(state));
}

Status Trust::believes(ByteView certificate, std::span<Bytes const> others, WallTime at,
                       Moment moment) const {
    auto const refused = [](std::string why) {
        ERR_clear_error();
        return Error(Code::kUnauthenticated, std::move(why));
    };
    if (empty()) return refused("no authorities are configured");
    X509Ptr const leaf = x509_of(certificate);
    if (!leaf) return refused("no certificate");
    if ((X509_get_extension_flags(leaf.get()) & EXFLAG_KUSAGE) != 0 &&
        (X509_get_key_usage(leaf.get()) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) == 0)
        return refused("the certificate is not for signing");
    std::vector<X509Ptr> held;
    Stack const chain(sk_X509_new_null());
    for (Bytes const& der : others) {
        if (held.size() == kMaxOthers || !chain) break;
        if (auto one = x509_of(der)) {
            sk_X509_push(chain.get(), one.get());
            held.push_back(std::move(one));
        }
    }
    StorePtr const store = state_->store(seconds_of(at));
    Context const context(X509_STORE_CTX_new());
    if (!store || !context ||
        X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), chain.get()) != 1)
        return Error(Code::kInternal, "no memory");
    Tolerance tolerance{moment == Moment::kProven, seconds_of(at)};
    X509_STORE_CTX_set_app_data(context.get(), &tolerance);
    X509_STORE_CTX_set_verify_cb(context.get(), judge);
    if (X509_verify_cert(context.get()) != 1)
        return refused(words_for(X509_STORE_CTX_get_error(context.get())));
    return {};
}

Result<SignerCertificate> read_signer(ByteView der) {
    X509Ptr const certificate = x509_of(der);
    if (!certificate) return broken_content("no certificate");
    SignerCertificate out;
    out.facts.fingerprint_sha256 = to_hex(sha256(der));
    out.facts.subject = name_of(X509_get_subject_name(certificate.get()));
    out.facts.not_before = time_of(X509_get0_notBefore(certificate.get()));
    out.facts.not_after = time_of(X509_get0_notAfter(certificate.get()));
    out.issuer = name_of(X509_get_issuer_name(certificate.get()));
    out.roles = healthcare_roles(certificate.get());
    return out;
}

}  // namespace musubi::vault
