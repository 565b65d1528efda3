#pragma once
// A public key that signatures are checked with, from the certificate that pins it. Immutable,
// cheap to copy, thread-safe.

#include "platform/base/bytes.h"
#include "platform/base/clock.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace musubi::xml {

enum class SignatureMethod : std::uint8_t {
    kRsaSha1,  ///< only where it is asked for by name
    kRsaSha256,
    kRsaSha384,
    kRsaSha512,
    kEcdsaSha256,
    kEcdsaSha384,
    kEcdsaSha512,
};

class VerifyKey {
public:
    /// Of an X.509 certificate in DER. kInvalidContent: no certificate, RSA under 2048 bits, an
    /// elliptic curve under 256 bits, another kind of key.
    static Result<VerifyKey> from_certificate(ByteView der);

    /// True when `signature` (XML Signature's form: for ECDSA r and s one behind the other) is this
    /// key's over `octets`.
    bool verifies(SignatureMethod method, ByteView octets, ByteView signature) const;

    bool valid_at(WallTime now) const;                   ///< the certificate's own term
    WallTime not_after() const;                          ///< its end
    std::string const& certificate_fingerprint() const;  ///< SHA-256 over its DER, lower-case hex
    bool is_rsa(ByteView modulus, ByteView exponent) const;  ///< big-endian, leading zeros allowed
    bool is_ec_point(ByteView point) const;                  ///< uncompressed form

private:
    struct State;
    explicit VerifyKey(std::shared_ptr<State const> state) : state_(std::move(state)) {}
    std::shared_ptr<State const> state_;
};

/// The method that an Algorithm URI names; nothing for one that is not taken.
std::optional<SignatureMethod> signature_method(std::string_view uri);

}  // namespace musubi::xml
