#pragma once
// Whether a list of an authority names a certificate as withdrawn (RFC 5280 5), for certificates
// that never come over a connection, those of operators, and for those whose connection was opened
// before they were withdrawn. Pure but for reading the files; thread-safe.

#include "platform/base/result.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::vault {

/// Looks through every list of the PEM file. A list that is past its date still counts for what it
/// names. Its signature is not looked at: the file is the operator's own configuration, and a list
/// can only refuse. kNotFound, kInvalidContent. Limit: 64 MiB.
Result<bool> is_withdrawn(std::string const& certificate_pem_file,
                          std::string const& lists_pem_file);

/// All that the lists name, to be asked often: 16 octets for each.
class WithdrawnCertificates {
public:
    WithdrawnCertificates() = default;  ///< names nobody
    /// As is_withdrawn(); entries of which a list takes itself back do not count.
    static Result<WithdrawnCertificates> load(std::string const& lists_pem_file);
    /// The issuer as RFC 2253, the serial number in lower-case hexadecimal digits, as connections
    /// tell them (core::PeerCertificate).
    bool names(std::string_view issuer, std::string_view serial_hex) const;

private:
    using Key = std::array<std::uint8_t, 16>;
    static Key key_of(std::string_view issuer, std::string_view serial_hex);
    std::vector<Key> keys_;  ///< ascending
};

}  // namespace musubi::vault
