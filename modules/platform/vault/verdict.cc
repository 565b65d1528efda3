#include "platform/vault/verdict.h"

#include "platform/vault/trust_state.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ts.h>

#include <ctime>

namespace musubi::vault {
namespace {

constexpr std::size_t kMaxToken = 64 * 1024;

void free_info(TS_TST_INFO* one) { TS_TST_INFO_free(one); }
using Token = std::unique_ptr<PKCS7, OpensslFreer<PKCS7, PKCS7_free>>;
using Info = std::unique_ptr<TS_TST_INFO, OpensslFreer<TS_TST_INFO, free_info>>;
using VerifyContext =
    std::unique_ptr<TS_VERIFY_CTX, OpensslFreer<TS_VERIFY_CTX, TS_VERIFY_CTX_free>>;

std::optional<Sha2> kind_of(X509_ALGOR const* algorithm) {
    ASN1_OBJECT const* name = nullptr;
    if (algorithm) X509_ALGOR_get0(&name, nullptr, nullptr, algorithm);
    switch (name ? OBJ_obj2nid(name) : NID_undef) {
        case NID_sha256: return Sha2::k256;
        case NID_sha384: return Sha2::k384;
        case NID_sha512: return Sha2::k512;
        default: return std::nullopt;
    }
}

Result<std::time_t> time_of(TS_TST_INFO* info) {
    std::tm fields{};
    ASN1_GENERALIZEDTIME const* const time = TS_TST_INFO_get_time(info);
    if (!time || ASN1_TIME_to_tm(time, &fields) != 1)
        return broken_content("unreadable time of a stamp");
    return ::timegm(&fields);
}

Status check_imprint(TS_TST_INFO* info, DigestOf const& digest_of) {
    TS_MSG_IMPRINT* const imprint = TS_TST_INFO_get_msg_imprint(info);
    auto const kind = kind_of(TS_MSG_IMPRINT_get_algo(imprint));
    if (!kind) return Error(Code::kUnsupported, "its time stamp's digest is not one of SHA-2");
    ASN1_OCTET_STRING const* const told = TS_MSG_IMPRINT_get_msg(imprint);
    Bytes const digest = TRY(digest_of(*kind));
    ByteView const octets(ASN1_STRING_get0_data(told),
                          static_cast<std::size_t>(ASN1_STRING_length(told)));
    if (!std::equal(octets.begin(), octets.end(), digest.begin(), digest.end()))
        return broken_content("its time stamp is over something else");
    return {};
}

}  // namespace

std::string_view to_string(SignatureState state) {
    switch (state) {
        case SignatureState::kValid: return "valid";
        case SignatureState::kInvalid: return "invalid";
        case SignatureState::kUntrusted: return "untrusted";
        case SignatureState::kCannotTell: return "cannot-tell";
    }
    return "cannot-tell";
}

Result<StampToken> verify_token(ByteView der, DigestOf const& digest_of, Trust const& authorities) {
    if (der.size() > kMaxToken) return broken_content("its time stamp is larger than 64 KiB");
    unsigned char const* at = der.data();
    Token const token(d2i_PKCS7(nullptr, &at, static_cast<long>(der.size())));
    if (!token || PKCS7_type_is_signed(token.get()) != 1)
        return broken_content("its time stamp cannot be read");
    Info const info(PKCS7_to_TS_TST_INFO(token.get()));
    if (!info) return broken_content("its time stamp cannot be read");
    TRY(check_imprint(info.get(), digest_of));
    std::time_t const time = TRY(time_of(info.get()));
    Error const strange(Code::kUnauthenticated,
                        "its time stamp is of no authority that is believed");
    if (authorities.empty()) return strange;
    // The authority's certificate must have counted when it stamped, not now: stamps outlive it.
    StorePtr store = authorities.state().store(time);
    VerifyContext const context(TS_VERIFY_CTX_new());
    if (!store || !context) return Error(Code::kInternal, "no memory");
    // Which lists an authority of stamps has is told nowhere: its certificate's term counts.
    X509_VERIFY_PARAM_clear_flags(X509_STORE_get0_param(store.get()),
                                  X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    TS_VERIFY_CTX_set_flags(context.get(), TS_VFY_VERSION | TS_VFY_SIGNATURE);
    TS_VERIFY_CTX_set_store(context.get(), store.release());
    int const good = TS_RESP_verify_token(context.get(), token.get());
    ERR_clear_error();
    if (good != 1) return strange;
    StampToken out;
    out.time = WallTime(std::chrono::seconds(time));
    STACK_OF(X509)* const signers = PKCS7_get0_signers(token.get(), nullptr, 0);
    if (signers && sk_X509_num(signers) > 0) {
        if (auto const signer = read_signer(der_of(sk_X509_value(signers, 0))))
            out.authority = signer->facts.subject;
    }
    sk_X509_free(signers);
    return out;
}

void judge_credentials(SignatureVerdict& verdict, Credentials const& credentials,
                       Believed const& believed, WallTime now) {
    if (auto signer = read_signer(credentials.certificate)) verdict.signer = std::move(*signer);
    WallTime at = now;
    std::string about_stamp;
    if (!credentials.stamp.empty()) {
        auto token = verify_token(credentials.stamp, credentials.stamped, believed.stamps);
        if (token) {
            verdict.stamped = at = token->time;
            verdict.authority = std::move(token->authority);
        } else if (token.error().code == Code::kInvalidContent) {
            verdict.state = SignatureState::kInvalid;
            verdict.why = token.error().detail;
            return;
        } else {
            about_stamp = token.error().detail;
        }
    }
    auto const moment = verdict.stamped ? Trust::Moment::kProven : Trust::Moment::kNow;
    auto const known =
        believed.signers.believes(credentials.certificate, credentials.others, at, moment);
    verdict.state = known ? SignatureState::kValid : SignatureState::kUntrusted;
    verdict.why = known ? "" : known.error().detail;
    if (!about_stamp.empty()) verdict.why += (verdict.why.empty() ? "" : "; ") + about_stamp;
}

}  // namespace musubi::vault
