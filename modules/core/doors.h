#pragma once
// What stands between the listeners (platform/net) and the bindings: a listener knows bytes, frames
// and peers, a binding knows envelopes. Neither includes the other; both include this.
//
// Thread-safety: endpoints are called from many threads at once; every other object belongs to the
// calling thread.

#include "platform/base/content.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace musubi::core {

/// The certificate that the peer proved to hold (ITI-19). Only made after the chain was verified.
struct PeerCertificate {
    std::string subject;             ///< RFC 2253
    std::string issuer;              ///< RFC 2253
    std::string serial_hex;          ///< lower case
    std::string fingerprint_sha256;  ///< 64 lower-case hex digits over the DER form
    std::string not_after;           ///< RFC 3339
};

/// Who is on the line, before anything was read.
struct PeerConnection {
    PeerCertificate certificate;
    std::string remote_address;  ///< numeric, without port
    std::string local_address;   ///< numeric, without port
    std::uint16_t local_port = 0;
    std::uint64_t connection_id = 0;
};

struct HttpHeader {
    std::string name;  ///< as received
    std::string value;
};

struct HttpRequestHead {
    std::string method;
    std::string path;   ///< without query, percent-decoding not applied
    std::string query;  ///< after '?', without it
    std::vector<HttpHeader> headers;
    std::optional<std::uint64_t> content_length;  ///< none: chunked or no body

    /// First header of that name (case-insensitive), or empty.
    std::string_view header(std::string_view name) const;
};

/// The request's body, read once, in order. Limits and the minimum rate are enforced underneath: a
/// breach is kTooLarge or kInvalidMessage and ends the connection after the answer.
class BodyStream {
public:
    virtual ~BodyStream() = default;
    /// 0 at the end of the body.
    virtual Result<std::size_t> read(std::span<std::uint8_t> into) = 0;
};

/// A reply is a sequence of segments: text that we made, and documents that are streamed.
struct ReplySegment {
    std::string text;
    std::shared_ptr<Content const> content;  ///< follows `text` when set
};

class AwaitedReply;

struct HttpReply {
    int status = 200;
    std::string content_type;
    std::vector<HttpHeader> headers;     ///< beside Content-Type and Content-Length
    std::vector<ReplySegment> segments;  ///< Content-Length is their sum
    bool close = false;
    /// Runs once after the last byte was handed to the kernel (true) or the peer went away (false).
    std::function<void(bool)> sent;
    /// Set: this is no reply yet, and nothing else of it counts. The connection waits, holding
    /// neither thread nor work slot.
    std::shared_ptr<AwaitedReply> awaited = {};
};

/// A reply that others are still working on. Let go of unfinished, it ends what it began.
class AwaitedReply {
public:
    virtual ~AwaitedReply() = default;
    /// `ready` is called exactly once, by any thread, maybe inside this call. Called once before
    /// each take().
    virtual void when_ready(std::function<void()> ready) = 0;
    /// After `ready`, with a work slot: the reply, or one that is awaited again.
    virtual HttpReply take() = 0;
};

class HttpEndpoint {
public:
    virtual ~HttpEndpoint() = default;
    /// Before the body is read: an HttpReply here refuses (403 non-member, 405, 404 ...) and
    /// nothing is read.
    virtual std::optional<HttpReply> admit(PeerConnection const& peer,
                                           HttpRequestHead const& head) = 0;
    virtual HttpReply handle(PeerConnection const& peer, HttpRequestHead const& head,
                             BodyStream& body) = 0;
    /// The listener's own refusals (malformed HTTP, limits, busy) phrased for this endpoint; called
    /// with or without a head. 503 carries Retry-After.
    virtual HttpReply refuse(int status, Error const& why) = 0;
};

class MllpEndpoint {
public:
    virtual ~MllpEndpoint() = default;
    /// One framed message in, one out (without the frame bytes). Never empty.
    virtual std::string handle(PeerConnection const& peer, std::string_view message) = 0;
    /// An acknowledgement (AR) for what is not handled. `message` was read whole (no free slot, a
    /// bug) and is named in it (MSA-2, ITI TF-2 C.2.3): the sender takes no other for its own.
    /// Empty: it never became one (too long, bad framing).
    virtual std::string refuse(PeerConnection const& peer, std::string_view message,
                               Error const& why) = 0;
};

/// Told of connections that never reached an endpoint (bad chain, expired, revoked, timeout). Must
/// not block long.
class ConnectionWitness {
public:
    virtual ~ConnectionWitness() = default;
    struct Refusal {
        std::string remote_address;
        std::uint16_t local_port = 0;
        std::string reason;   ///< our words: "certificate has expired", "certificate revoked",
                              ///< "unknown CA" ...
        std::string subject;  ///< of the certificate that was shown, if any
        std::string serial_hex;
    };
    virtual void handshake_refused(Refusal const& refusal) = 0;
};

}  // namespace musubi::core
