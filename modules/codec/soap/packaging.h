#pragma once
// A message's bytes, whichever way it goes: simple SOAP with documents inline as base64, or an MTOM
// package whose documents are streamed (ITI TF-2 V.8). Pure functions; documents are shared, not
// copied, except into a simple message.

#include "codec/mtom/package.h"
#include "codec/soap/exchange.h"
#include "codec/soap/write_envelope.h"

namespace musubi::soap {

enum class Packaging : std::uint8_t { kSimple, kMtom };

/// Octets of documents that a simple message may hold: they are in memory while it is sent.
inline constexpr std::uint64_t kInlineLimit = 64ULL << 20;

struct Packaged {
    std::string content_type;  ///< for the HTTP header
    std::vector<mtom::PackageSegment> segments;
};

/// kTooLarge when a simple message would hold more than `inline_limit` octets of documents; else
/// only what reading a document says.
Result<Packaged> package_reply(std::vector<BodyPiece>&& body, ReplyHeaders const& headers,
                               Packaging packaging, IdSource& ids,
                               std::uint64_t inline_limit = kInlineLimit);
Result<Packaged> package_request(std::vector<BodyPiece>&& body, RequestHeaders const& headers,
                                 Packaging packaging, IdSource& ids,
                                 std::uint64_t inline_limit = kInlineLimit);

}  // namespace musubi::soap
