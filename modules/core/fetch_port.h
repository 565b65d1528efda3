#pragma once
// Fetching large things from a system beside this node (a hospital's PACS): HTTP GET whose answer
// is handed on as it comes. `node` provides it. Thread-safe; each call blocks its thread.

#include "core/peer_port.h"
#include "platform/base/content.h"

#include <functional>

namespace musubi::core {

struct FetchCall {
    std::string url;  ///< https://..., or http:// to this machine
    std::vector<HttpHeader> headers;
    std::string ca_file;  ///< PEM: whom the server's chain must lead to; empty: the node's
    std::string
        certificate_file;  ///< PEM; empty: the node's own, where ca_file is empty, else none
    std::string key_file;
    std::chrono::milliseconds connect_timeout{3'000};
    std::chrono::milliseconds timeout{30'000};  ///< of the whole
    std::uint64_t max_answer_bytes = 1ULL << 30;
    /// Asked about once a second: true ends the call with kPeerUnavailable.
    std::function<bool()> cancelled = {};
};

/// Takes the answer piece by piece; its first error ends the call and is the call's.
class FetchReader {
public:
    virtual ~FetchReader() = default;
    virtual Status head(PeerReply const& head) = 0;  ///< once; the body is empty there
    virtual Status body(ByteView piece) = 0;
};

class FetchPort {
public:
    virtual ~FetchPort() = default;
    /// Any HTTP status is an answer. Errors as PeerPort::post() has them. No redirect is followed.
    virtual Status get(FetchCall const& call, FetchReader& reader) = 0;
};

}  // namespace musubi::core
