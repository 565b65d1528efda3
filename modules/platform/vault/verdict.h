#pragma once
// What was found out about one signature. Plain values.

#include "platform/base/sha2.h"
#include "platform/vault/trust.h"

#include <functional>
#include <optional>
#include <string>

namespace musubi::vault {

enum class SignatureState : std::uint8_t {
    kValid,       ///< fits, and whoever signed is believed
    kInvalid,     ///< does not fit the octets
    kUntrusted,   ///< fits, but nothing shows that the signer may be believed
    kCannotTell,  ///< a form, an algorithm or a size that is not looked into
};
inline constexpr int kSignatureStateCount = 4;
std::string_view to_string(SignatureState state);  ///< "valid", "invalid", "untrusted", ...

struct SignatureVerdict {
    SignatureState state = SignatureState::kCannotTell;
    std::string why;                  ///< our words, nothing of the document; empty: nothing to add
    SignerCertificate signer;         ///< fingerprint empty: not known
    std::optional<WallTime> claimed;  ///< as the signer says
    std::optional<WallTime> stamped;  ///< as an authority says that is believed
    std::string authority;            ///< subject of that authority
};

/// The digest of what should have been signed.
using DigestOf = std::function<Result<Bytes>(Sha2)>;

/// A TimeStampToken by itself (RFC 3161), as signatures carry it: DER, at most 64 KiB. Limits and
/// errors: kInvalidContent (no token, or over something else), kUnauthenticated (of an authority
/// that is not believed), kUnsupported (another digest than SHA-2).
struct StampToken {
    WallTime time{};
    std::string authority;
};
Result<StampToken> verify_token(ByteView der, DigestOf const& digest_of, Trust const& authorities);

/// The rest, when the signature fits: stamp, certificate, moment. `stamp`: DER of a token over what
/// `stamped` hashes; empty: none.
struct Credentials {
    Bytes certificate;
    std::vector<Bytes> others;
    Bytes stamp;
    DigestOf stamped;
};
struct Believed {
    Trust signers, stamps;
};
void judge_credentials(SignatureVerdict& verdict, Credentials const& credentials,
                       Believed const& believed, WallTime now);

}  // namespace musubi::vault
