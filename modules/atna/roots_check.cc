#include "atna/roots_check.h"

#include "platform/vault/cms.h"

namespace musubi::atna {
namespace {

constexpr auto kClockTolerance = std::chrono::minutes(5);

Error wrong(std::string what) { return Error(Code::kInvalidContent, std::move(what)); }

}  // namespace

Result<RootTrust> RootTrust::load(std::vector<std::string> const& certificates,
                                  std::string stamp_authorities) {
    RootTrust out;
    for (auto const& file : certificates)
        out.fingerprints_.insert(TRY(vault::read_certificate(file)).fingerprint_sha256);
    if (out.fingerprints_.empty()) return wrong("no certificate of an evidence key is named");
    out.stamp_authorities_ = std::move(stamp_authorities);
    return out;
}

Result<RootProof> RootTrust::check_signature(ByteView signature, ByteView content) const {
    auto const verified = TRY(vault::verify_detached(signature, content));
    auto const& signer = verified.signer;
    if (!fingerprints_.contains(signer.fingerprint_sha256))
        return wrong("signed with a certificate that is not the evidence key's");
    if (verified.signed_at < signer.not_before || verified.signed_at > signer.not_after)
        return wrong("the certificate was not valid when it signed");
    RootProof out;
    out.signed_at = verified.signed_at;
    out.certificate = signer.fingerprint_sha256;
    return out;
}

Result<RootProof> RootTrust::check(SignedRoot const& root) const {
    auto out = TRY(check_signature(root.signature, as_bytes(root.document)));
    if (!root.stamp) return out;
    if (stamp_authorities_.empty()) {
        out.stamp_unchecked = true;
        return out;
    }
    // The stamp is over the signature, and so over everything that this covers.
    auto stamp = TRY(vault::verify_timestamp(*root.stamp, root.signature, stamp_authorities_));
    if (stamp.time + kClockTolerance < root.root.time)
        return wrong("the stamp is older than the root says it is");
    if (out.signed_at > stamp.time + kClockTolerance)
        return wrong("the stamp is older than the signature says it is");
    out.stamp = std::move(stamp);
    return out;
}

std::optional<std::string> misplaced(Root const& root, SignedRoot const* previous) {
    if (!previous) {
        if (root.number != 1 || root.first != 1 || root.previous != MerkleHash{})
            return "the roots before it are missing";
        return std::nullopt;
    }
    if (root.number != previous->root.number + 1) return "the root before it is missing";
    if (root.first != previous->root.last + 1) return "it does not begin where the one before ends";
    if (root.previous != document_hash(previous->document))
        return "it does not follow the root before it";
    return std::nullopt;
}

}  // namespace musubi::atna
