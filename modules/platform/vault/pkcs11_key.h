#pragma once
// A master key that lies in a PKCS#11 token (OASIS, v2.40) and never leaves it: data keys are
// wrapped and unwrapped by the token, with CKM_AES_GCM. Internal to this room.

#include "platform/vault/master_key.h"

namespace musubi::vault {

struct Pkcs11Uri {
    std::string token, object;          ///< labels
    std::filesystem::path module, pin;  ///< the library, and the file whose first line is the PIN
};
/// RFC 7512, with token, object, module-path and pin-source; others are refused, because they
/// would be silently ignored.
Result<Pkcs11Uri> parse_pkcs11_uri(std::string_view uri, std::filesystem::path const& base);

/// The library stays loaded until the process ends.
Result<std::shared_ptr<MasterKey>> open_pkcs11_key(Pkcs11Uri const& uri);
Status make_pkcs11_key(Pkcs11Uri const& uri);

}  // namespace musubi::vault
