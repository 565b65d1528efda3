#pragma once
// Inside the room: one request on one curl handle. curl asks for the body's bytes when it wants
// them, a Content hands them out when it has them: the transfer is driven from inside the Content's
// sink until each piece is gone.

#include "platform/peer/peer_client.h"

namespace musubi::peer {

/// Where an answer's body goes: to one of the two, or into the answer.
struct Sinks {
    ByteSink const* sink = nullptr;
    AnswerReader* reader = nullptr;
};

/// A curl handle with the connections it keeps. One thread at a time.
class CurlHandle {
public:
    CurlHandle();
    ~CurlHandle();
    CurlHandle(CurlHandle const&) = delete;
    CurlHandle& operator=(CurlHandle const&) = delete;

    Result<PeerAnswer> run(PeerRequest const& request, Sinks sinks, bool plain_allowed);

private:
    void* easy_;
    void* multi_;
};

}  // namespace musubi::peer
