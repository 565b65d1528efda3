#pragma once
// Requests to several neighbours at once: one thread moves the octets of all of them, so that one
// who hangs or trickles costs a socket and nothing else.
//
// For questions, which change nothing where they are asked: rules of a request as in PeerClient
// (https, no redirect), but when a kept connection proves dead before an answer began, the question
// is sent once more over a fresh one. Bodies lie in memory and are small; a neighbour gets at most
// kPerHost connections, further requests to it wait within their own timeout. Answers are held in
// memory, each within its own limit and all together within `most_held`; an answer that would pass
// it is refused with kBusy.
//
// Ownership: PeerFanOut owns thread and connections; requests are copied. Thread-safe.

#include "platform/peer/peer_client.h"

#include <chrono>
#include <functional>

namespace musubi::peer {

struct FanOutRequest {
    PeerRequest request;  ///< `body`: text only
    int first_byte_timeout_ms = 10'000;
};

struct FanOutAnswer {
    Result<PeerAnswer> answer = Error(Code::kPeerUnavailable, "not answered in time");
    std::chrono::milliseconds took{0};
};

class PeerFanOut {
public:
    static constexpr long kPerHost = 4;
    using Time = std::chrono::steady_clock::time_point;
    /// Called once, by the thread of the octets: short, and never throws.
    using Done = std::function<void(std::vector<FanOutAnswer> answers)>;

    struct Settings {
        Loopback loopback = Loopback::kHttpsOnly;
        std::uint64_t most_held = 512ULL << 20;  ///< octets of unfinished answers
    };
    explicit PeerFanOut(Settings settings);
    ~PeerFanOut();  ///< what is under way ends as kPeerUnavailable, and is told

    /// Returns at once. Answers are in the order of the requests; those that are not there at
    /// `deadline` are kPeerUnavailable and their connections closed.
    void send(std::vector<FanOutRequest> requests, Time deadline, Done done);
    void forget_connections();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace musubi::peer
