#pragma once
// Detached signatures over bytes: CMS SignedData (RFC 5652) in DER, one signer, its certificate
// inside, SHA-256 or longer, with the signing time among the signed attributes. What plain
// `openssl cms -sign -binary -outform DER` makes is accepted.
//
// No chain is built: whoever verifies knows the digest of each certificate that may sign, which is
// narrower than any authority. Thread-safe. Errors name the file or the broken rule, nothing of the
// content.

#include "platform/base/bytes.h"
#include "platform/base/clock.h"

#include <string>

namespace musubi::vault {

struct CertificateFacts {
    std::string fingerprint_sha256;  ///< of the DER form, 64 lower-case hexadecimal digits
    std::string subject;             ///< RFC 2253
    WallTime not_before{}, not_after{};
};

/// The first certificate of a PEM file; kNotFound, kInvalidContent.
Result<CertificateFacts> read_certificate(std::string const& pem_file);

struct CmsSignature {
    CertificateFacts signer;
    WallTime signed_at{};  ///< as the signer says
};

/// kInvalidContent: no such signature, another content, a weak digest, several signers, no signing
/// time. Says nothing about who the signer is or whether its certificate was valid. Limit for the
/// signature: 64 KiB.
Result<CmsSignature> verify_detached(ByteView signature_der, ByteView content);

/// Signs with the key of a PEM file (not encrypted). kInvalidContent when key and certificate do
/// not belong together.
Result<Bytes> sign_detached(ByteView content, std::string const& certificate_pem_file,
                            std::string const& key_pem_file);

}  // namespace musubi::vault
