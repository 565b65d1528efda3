#pragma once
// Certificates in PEM (RFC 7468). Pure, thread-safe.

#include "platform/base/bytes.h"

namespace musubi {

/// The DER form of the first certificate in a text; kInvalidContent where there is none. Whether it
/// is a certificate inside is for the reader of DER.
Result<Bytes> certificate_der(std::string_view pem);

}  // namespace musubi
