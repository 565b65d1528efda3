#pragma once
// Whether a list of an authority names a certificate as withdrawn (RFC 5280 5), for certificates
// that never come over a connection: those of operators. Pure but for reading the two files;
// thread-safe.

#include "platform/base/result.h"

#include <string>

namespace musubi::vault {

/// Looks through every list of the PEM file. A list that is past its date still counts for what it
/// names. Its signature is not looked at: the file is the operator's own configuration, and a list
/// can only refuse. kNotFound, kInvalidContent. Limit: 64 MiB.
Result<bool> is_withdrawn(std::string const& certificate_pem_file,
                          std::string const& lists_pem_file);

}  // namespace musubi::vault
