#pragma once
// One SOAP exchange as transactions see it: the opened request with its attachments, and the answer
// to be packaged. The binding builds Incoming (simple SOAP or MTOM) and turns Outgoing into bytes
// in the packaging of the request.
//
// Ownership: Incoming owns the XML tree; Elements point into it. Thread-safety: none, one exchange
// = one thread.

#include "codec/soap/envelope.h"
#include "platform/base/content.h"

#include <memory>
#include <string>
#include <vector>

namespace musubi::soap {

/// A document's octets found in or beside the envelope.
struct IncomingAttachment {
    std::string content_id;  ///< without the angle brackets
    std::string content_type;
    std::shared_ptr<ReceivedContent> content;
};

struct Incoming {
    xml::Document document;
    Envelope envelope;
    std::vector<IncomingAttachment> attachments;
    bool mtom = false;
};

/// The Body's child in pieces: `xml` is written, then, when `document` is set, the octets follow in
/// its place: as xop:Include with an attachment when the exchange is MTOM, else as inline base64.
struct BodyPiece {
    std::string xml;
    std::shared_ptr<Content const> document;
    std::string content_type;  ///< of the attachment part
};

struct Outgoing {
    std::vector<BodyPiece> body;
    bool success = true;       ///< for metrics: false when the body reports a failure
    std::string headers = {};  ///< further SOAP headers, ready, each with its declarations
    /// What came was itself an answer, and is merely taken: HTTP 202 without a body.
    bool taken = false;
};

}  // namespace musubi::soap
