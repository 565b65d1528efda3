#pragma once
// Questions to several neighbours at once, for gateways. One thread moves the octets of all of
// them; `node` provides the port. Only what changes nothing over there: a question that a dead
// connection swallowed is sent once more.
//
// Thread-safety: the port is thread-safe; a FanOut's answers belong to whoever waited for it.

#include "core/errand.h"
#include "core/peer_port.h"

#include <memory>

namespace musubi::core {

struct NeighbourCall {
    PeerCall call;  ///< `timeout` of the whole; bodies are sent from memory
    std::chrono::milliseconds connect_timeout{3'000};
    std::chrono::milliseconds first_byte_timeout{10'000};  ///< of the answer, since the start
};

/// One answer.
struct NeighbourReply {
    Result<PeerReply> reply = Error(Code::kPeerUnavailable, "not answered in time");
    std::chrono::milliseconds took{0};
};

class FanOut : public Errand {
public:
    /// In the order of the calls. Only after it is done. Errors as PeerPort::post() has them;
    /// whatever was not there at the deadline is kPeerUnavailable, and its connection is closed.
    virtual std::vector<NeighbourReply>& replies() = 0;
};

class FanOutPort {
public:
    virtual ~FanOutPort() = default;
    /// Starts them all and returns. Done when each has answered or failed, at the latest at
    /// `deadline`. Who loses interest lets go of the result: the calls end unheard.
    virtual std::shared_ptr<FanOut> send(std::vector<NeighbourCall> calls,
                                         std::chrono::steady_clock::time_point deadline) = 0;
};

}  // namespace musubi::core
