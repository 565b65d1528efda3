#pragma once
// An answer as the HTTP door sends it.

#include "codec/soap/packaging.h"
#include "core/doors.h"

namespace musubi::binding {

using soap::Packaging;

/// As soap::package_reply().
Result<core::HttpReply> package(soap::Outgoing&& outgoing, soap::ReplyHeaders const& headers,
                                Packaging packaging, IdSource& ids,
                                std::uint64_t inline_limit = soap::kInlineLimit);

}  // namespace musubi::binding
