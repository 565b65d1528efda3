#pragma once
// Whom signatures of documents and time stamps are believed: certificates of authorities from PEM
// files, and lists of what they withdrew. Nothing is fetched: a chain is built from the anchors and
// from the certificates that came with the signature.
//
// Immutable, cheap to copy, thread-safe. No limit but the file's size (1 MiB each).

#include "platform/vault/cms.h"

#include <memory>
#include <span>
#include <vector>

namespace musubi::vault {

/// Who signed, as the certificate says it.
struct SignerCertificate {
    CertificateFacts facts;
    std::string issuer;              ///< RFC 2253
    std::vector<std::string> roles;  ///< hcRole (ISO 17090, HPKI): "Medical Doctor"; at most 8
};
/// kInvalidContent: no certificate.
Result<SignerCertificate> read_signer(ByteView der);

class Trust {
public:
    /// Believes nobody.
    Trust();
    /// PEM files: `anchors`; `crls`, which may be empty. kNotFound, kInvalidContent.
    static Result<Trust> load(std::string const& anchors, std::string const& crls);
    bool empty() const;

    /// Whether the certificate leads to an anchor and counted at that moment. `others` may complete
    /// the chain. With `proven` a certificate that was withdrawn later than `at` counted then; so
    /// it takes a believed time stamp. kUnauthenticated with the reason, in our words.
    enum class Moment : std::uint8_t { kNow, kProven };
    Status believes(ByteView certificate, std::span<Bytes const> others, WallTime at,
                    Moment moment) const;

    struct State;
    State const& state() const { return *state_; }  ///< for this room

private:
    explicit Trust(std::shared_ptr<State const> state) : state_(std::move(state)) {}
    std::shared_ptr<State const> state_;
};

}  // namespace musubi::vault
