#pragma once
// The body of a SOAP request as it comes off the wire: the envelope's octets and, for MTOM, the
// attachments, spooled and hashed while they arrive (ITI TF-2 V.8; XOP 1.0).

#include "codec/soap/exchange.h"
#include "core/doors.h"

#include <string>
#include <vector>

namespace musubi::binding {

struct BodyLimits {
    std::size_t envelope_bytes = 16U << 20;       ///< without attachments
    std::uint64_t submission_bytes = 2ULL << 30;  ///< all attachments together
    std::size_t attachments = 200;
};

struct RequestBody {
    Bytes envelope;
    std::vector<soap::IncomingAttachment> attachments;
    bool mtom = false;
};

/// `owner` is the institution whose key protects what must be staged. kInvalidMessage, kUnsupported
/// (media type), kTooLarge.
Result<RequestBody> read_request_body(core::HttpRequestHead const& head, core::BodyStream& body,
                                      Spool& spool, std::string const& owner,
                                      BodyLimits const& limits);

}  // namespace musubi::binding
