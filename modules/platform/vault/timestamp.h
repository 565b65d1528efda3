#pragma once
// Time stamps of an authority (RFC 3161): a token that says, signed by somebody whom neither side
// controls, that some bytes existed at a time. SHA-256 imprints. Carrying request and answer over
// HTTP is the caller's affair: no network here.
//
// Thread-safe. Errors name the broken rule, nothing of the content.

#include "platform/base/bytes.h"
#include "platform/base/clock.h"

#include <string>

namespace musubi::vault {

struct TimestampRequest {
    Bytes der;  ///< TimeStampReq, asks for the authority's certificate
    std::uint64_t nonce = 0;
};
Result<TimestampRequest> timestamp_request(ByteView content);

struct Timestamp {
    WallTime time{};
    std::string authority;  ///< subject of the certificate that signed, RFC 2253
};

/// Checks a TimeStampResp in DER: granted, over `content`, signed by a certificate for time
/// stamping whose chain leads to one of `authorities_pem_file` and was valid at the stamped time.
/// kInvalidContent when not; kNotFound without that file. Limit: 64 KiB.
Result<Timestamp> verify_timestamp(ByteView response_der, ByteView content,
                                   std::string const& authorities_pem_file);
/// The same for a fresh answer: it must repeat the nonce of the request.
Result<Timestamp> verify_timestamp(ByteView response_der, ByteView content,
                                   std::string const& authorities_pem_file, std::uint64_t nonce);

}  // namespace musubi::vault
