#pragma once
// An answer's bytes: simple SOAP with inline base64, or an MTOM package whose documents are
// streamed (ITI TF-2 V.8).

#include "codec/soap/exchange.h"
#include "codec/soap/write_envelope.h"
#include "core/doors.h"
#include "platform/base/ids.h"

namespace musubi::binding {

enum class Packaging : std::uint8_t { kSimple, kMtom };

/// Inline documents are held in memory: more than `inline_limit` octets of them in a simple answer
/// is kTooLarge.
Result<core::HttpReply> package(soap::Outgoing&& outgoing, soap::ReplyHeaders const& headers,
                                Packaging packaging, IdSource& ids,
                                std::uint64_t inline_limit = 64ULL << 20);

}  // namespace musubi::binding
