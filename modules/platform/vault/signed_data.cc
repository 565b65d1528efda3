#include "platform/vault/signed_data.h"

#include "platform/base/digest.h"
#include "platform/vault/trust_state.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <algorithm>
#include <ctime>

namespace musubi::vault {
namespace {

constexpr std::size_t kMaxCertificates = 32;
constexpr int kSmallestRsa = 2048, kSmallestCurve = 256;

using Cms = std::unique_ptr<CMS_ContentInfo, OpensslFreer<CMS_ContentInfo, CMS_ContentInfo_free>>;

SignatureVerdict verdict_of(SignatureState state, std::string why) {
    ERR_clear_error();
    SignatureVerdict out;
    out.state = state;
    out.why = std::move(why);
    return out;
}
SignatureVerdict cannot_tell(std::string why) {
    return verdict_of(SignatureState::kCannotTell, std::move(why));
}
SignatureVerdict invalid(std::string why) {
    return verdict_of(SignatureState::kInvalid, std::move(why));
}

ByteView view_of(ASN1_STRING const* text) {
    return {ASN1_STRING_get0_data(text), static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::optional<Sha2> digest_kind(CMS_SignerInfo* signer) {
    X509_ALGOR* digest = nullptr;
    CMS_SignerInfo_get0_algs(signer, nullptr, nullptr, &digest, nullptr);
    ASN1_OBJECT const* name = nullptr;
    if (digest) X509_ALGOR_get0(&name, nullptr, nullptr, digest);
    switch (name ? OBJ_obj2nid(name) : NID_undef) {
        case NID_sha256: return Sha2::k256;
        case NID_sha384: return Sha2::k384;
        case NID_sha512: return Sha2::k512;
        default: return std::nullopt;
    }
}

bool strong(EVP_PKEY* key) {
    int const bits = key ? EVP_PKEY_get_bits(key) : 0;
    switch (key ? EVP_PKEY_get_base_id(key) : 0) {
        case EVP_PKEY_RSA:
        case EVP_PKEY_RSA_PSS: return bits >= kSmallestRsa;
        case EVP_PKEY_EC: return bits >= kSmallestCurve;
        default: return false;
    }
}

/// The value of a signed attribute that is there once, with one value.
void const* attribute(CMS_SignerInfo* signer, int nid, int type) {
    return CMS_signed_get0_data_by_OBJ(signer, OBJ_nid2obj(nid), -3, type);
}

std::optional<WallTime> signing_time(CMS_SignerInfo* signer) {
    int const at = CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, -1);
    X509_ATTRIBUTE* const found = at < 0 ? nullptr : CMS_signed_get_attr(signer, at);
    ASN1_TYPE const* const value = found ? X509_ATTRIBUTE_get0_type(found, 0) : nullptr;
    if (!value || (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME))
        return std::nullopt;
    std::tm fields{};
    if (ASN1_TIME_to_tm(value->value.asn1_string, &fields) != 1) return std::nullopt;
    return WallTime(std::chrono::seconds(::timegm(&fields)));
}

struct Part {
    int tag = 0;
    ByteView content;
};
/// The first element of a series in DER.
std::optional<Part> first_of(ByteView& series) {
    unsigned char const* at = series.data();
    long length = 0;
    int tag = 0, kind = 0;
    if (series.empty()) return std::nullopt;
    int const flags = ASN1_get_object(&at, &length, &tag, &kind, static_cast<long>(series.size()));
    if ((flags & 0x80) != 0 || (flags & 1) != 0 || kind != V_ASN1_UNIVERSAL) {
        ERR_clear_error();
        return std::nullopt;
    }
    Part out{tag, {at, static_cast<std::size_t>(length)}};
    series = series.subspan(static_cast<std::size_t>(at - series.data()) + out.content.size());
    return out;
}

/// SigningCertificate(V2) (RFC 5035): the first hash there is that of the signer's certificate.
/// Absent, or with another hash than the usual one: nothing is told.
bool names_another(CMS_SignerInfo* signer, ByteView certificate) {
    for (auto const& [nid, hash] :
         {std::pair(NID_id_smime_aa_signingCertificateV2, sha256(certificate)),
          std::pair(NID_id_smime_aa_signingCertificate, sha1(certificate))}) {
        auto const* const value =
            static_cast<ASN1_STRING const*>(attribute(signer, nid, V_ASN1_SEQUENCE));
        if (!value) continue;
        ByteView series = view_of(value);
        for (int level = 0; level < 3; ++level) {  // SigningCertificate, certs, ESSCertID
            auto const part = first_of(series);
            if (!part || part->tag != V_ASN1_SEQUENCE) return true;
            series = part->content;
        }
        auto const part = first_of(series);
        if (!part) return true;
        if (part->tag != V_ASN1_OCTET_STRING) continue;
        if (!std::equal(hash.begin(), hash.end(), part->content.begin(), part->content.end()))
            return true;
    }
    return false;
}

}  // namespace

struct SignedData::State {
    Cms cms;
    std::vector<Bytes> certificates;

    SignatureVerdict judge(CMS_SignerInfo* signer, DigestOf const& digest_of,
                           Believed const& believed, WallTime now) const;
};

SignedData::SignedData(std::unique_ptr<State> state) : state_(std::move(state)) {}
SignedData::SignedData(SignedData&&) noexcept = default;
SignedData::~SignedData() = default;

Result<SignedData> SignedData::read(ByteView der, std::size_t max_bytes) {
    if (der.size() > max_bytes) return Error(Code::kTooLarge, "a signature of that size");
    auto state = std::make_unique<State>();
    unsigned char const* at = der.data();
    state->cms.reset(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(der.size())));
    if (!state->cms || OBJ_obj2nid(CMS_get0_type(state->cms.get())) != NID_pkcs7_signed)
        return broken_content("no CMS signature");
    if (std::any_of(at, der.data() + der.size(), [](unsigned char c) { return c != 0; }))
        return broken_content("something follows the signature");
    STACK_OF(X509)* const all = CMS_get1_certs(state->cms.get());
    for (int i = 0; all && i < sk_X509_num(all); ++i) {
        if (state->certificates.size() < kMaxCertificates)
            state->certificates.push_back(der_of(sk_X509_value(all, i)));
    }
    sk_X509_pop_free(all, X509_free);
    // Who of them signed what; a signer whose certificate is missing stays without one.
    CMS_set1_signers_certs(state->cms.get(), nullptr, 0);
    ERR_clear_error();
    return SignedData(std::move(state));
}

bool SignedData::is_time_stamp() const {
    return OBJ_obj2nid(CMS_get0_eContentType(state_->cms.get())) == NID_id_smime_ct_TSTInfo;
}

std::optional<Bytes> SignedData::content() const {
    ASN1_OCTET_STRING** const content = CMS_get0_content(state_->cms.get());
    if (!content || !*content) return std::nullopt;
    ByteView const octets = view_of(*content);
    return Bytes(octets.begin(), octets.end());
}

SignatureVerdict SignedData::State::judge(CMS_SignerInfo* signer, DigestOf const& digest_of,
                                          Believed const& believed, WallTime now) const {
    X509* certificate = nullptr;
    EVP_PKEY* key = nullptr;
    CMS_SignerInfo_get0_algs(signer, &key, &certificate, nullptr, nullptr);
    if (!certificate) return cannot_tell("the signer's certificate is not in the signature");
    auto const kind = digest_kind(signer);
    if (!kind) return cannot_tell("signed with another digest than SHA-2");
    if (!strong(key)) return cannot_tell("signed with a key that proves nothing");
    if (CMS_signed_get_attr_count(signer) <= 0)
        return cannot_tell("a signature without signed attributes");
    auto const* const told = static_cast<ASN1_STRING const*>(
        attribute(signer, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING));
    auto const* const type =
        static_cast<ASN1_OBJECT const*>(attribute(signer, NID_pkcs9_contentType, V_ASN1_OBJECT));
    if (!told || !type || OBJ_cmp(type, CMS_get0_eContentType(cms.get())) != 0)
        return invalid("the signed attributes do not tell what was signed");
    auto const digest = digest_of(*kind);
    if (!digest) return cannot_tell(digest.error().detail);
    ByteView const said = view_of(told);
    Credentials credentials;
    credentials.certificate = der_of(certificate);
    SignatureVerdict out;
    if (!std::equal(said.begin(), said.end(), digest->begin(), digest->end()))
        out = invalid("the document is not what was signed");
    else if (CMS_SignerInfo_verify(signer) != 1)
        out = invalid("the signature is wrong");
    else if (names_another(signer, credentials.certificate))
        out = invalid("the signature names another certificate than the one that it comes with");
    out.claimed = signing_time(signer);
    ERR_clear_error();
    if (out.state == SignatureState::kInvalid) {
        if (auto known = read_signer(credentials.certificate)) out.signer = std::move(*known);
        return out;
    }
    credentials.others = certificates;
    ASN1_OBJECT* const token = OBJ_nid2obj(NID_id_smime_aa_timeStampToken);
    if (auto const* const stamp = static_cast<ASN1_STRING const*>(
            CMS_unsigned_get0_data_by_OBJ(signer, token, -3, V_ASN1_SEQUENCE))) {
        ByteView const octets = view_of(stamp);
        credentials.stamp.assign(octets.begin(), octets.end());
    }
    ByteView const value = view_of(CMS_SignerInfo_get0_signature(signer));
    credentials.stamped = [value](Sha2 by) -> Result<Bytes> { return sha2(by, value); };
    judge_credentials(out, credentials, believed, now);
    return out;
}

std::vector<SignatureVerdict> SignedData::verify(DigestOf const& digest_of,
                                                 Believed const& believed, WallTime now) const {
    auto const inside = content();
    DigestOf const of_content = [&](Sha2 kind) -> Result<Bytes> { return sha2(kind, *inside); };
    auto* const signers = CMS_get0_SignerInfos(state_->cms.get());
    int const count = signers ? sk_CMS_SignerInfo_num(signers) : 0;
    std::vector<SignatureVerdict> out;
    for (int i = 0; i < count && out.size() < kMaxSigners; ++i)
        out.push_back(state_->judge(sk_CMS_SignerInfo_value(signers, i),
                                    inside ? of_content : digest_of, believed, now));
    if (out.empty()) out.push_back(cannot_tell("a signature by nobody"));
    if (count > static_cast<int>(kMaxSigners))
        out.push_back(cannot_tell("more signers than are looked at"));
    return out;
}

}  // namespace musubi::vault
