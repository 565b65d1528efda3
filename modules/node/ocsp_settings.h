#pragma once
// Who is asked about withdrawn certificates (tls.ocsp*), for doors and for commands alike.

#include "core/config.h"
#include "platform/net/revocation.h"

namespace musubi::node {

/// kInvalidContent naming the key.
Result<net::OcspConfig> ocsp_of(core::Config const& config);

}  // namespace musubi::node
