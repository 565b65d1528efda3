#pragma once
// Where a module's outbound requests leave the house: HTTPS with a client certificate (ITI-19).
// `node` provides it, so that no module knows a socket. Thread-safe; each call blocks its thread
// until the answer or the timeout.

#include "core/doors.h"

namespace musubi::core {

// Reasons from 0xFE00 to 0xFEFF belong to core.

/// The neighbour has certainly done nothing: no octet of the body reached it, or it refused before
/// it looked. Any other failure of a call leaves open what was done.
inline constexpr Reason kReasonNothingDone{0xFE01};

struct PeerCall {
    std::string url;  ///< https://...
    std::vector<HttpHeader> headers;
    std::vector<ReplySegment> body;
    std::string certificate_file;  ///< PEM; empty: the node's own
    std::string key_file;
    std::chrono::milliseconds timeout{30'000};
    std::uint64_t max_answer_bytes = 16U << 20;
};

struct PeerReply {
    int status = 0;
    std::vector<HttpHeader> headers;
    std::string body;

    /// First header of that name (case-insensitive), or empty.
    std::string_view header(std::string_view name) const;
};

class PeerPort {
public:
    virtual ~PeerPort() = default;
    /// Any HTTP status is a reply. Errors: kPeerUnavailable, kUnauthenticated (TLS), kTooLarge (the
    /// answer), kInvalidContent (URL or certificate files), or what reading the body returned. A
    /// request is never sent twice.
    virtual Result<PeerReply> post(PeerCall const& call) = 0;
};

struct MllpPeerCall {
    std::string host;
    std::uint16_t port = 0;
    std::string server_name;  ///< must be in the receiver's certificate; empty: not checked
    std::string message;      ///< HL7 v2, in the receiver's character set, without frame bytes
    std::chrono::milliseconds timeout{30'000};
};

/// HL7 v2 messages to others over MLLP under mutual TLS with the node's certificate (ITI-10,
/// ITI-64). Thread-safe; keeps connections and opens new ones when they broke. A message is sent
/// once per call: after kPeerUnavailable the receiver may have acted on it.
class MllpPeerPort {
public:
    virtual ~MllpPeerPort() = default;
    /// The answer without frame bytes.
    virtual Result<std::string> exchange(MllpPeerCall const& call) = 0;
};

}  // namespace musubi::core
