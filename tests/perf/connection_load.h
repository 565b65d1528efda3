#pragma once
// Loads that are about connections rather than requests: TLS handshakes, and audit messages sent
// one after the other (RFC 5425). Every connection has a thread of its own.

#include "perf/tls_stream.h"

#include <cstdint>

namespace musubi::perf {

struct ConnectionLoad {
    TlsFiles tls;
    std::uint16_t port = 0;
    int connections = 16;
    double seconds = 10;
    std::size_t size = 2'200;  ///< of a message
    bool resume = false;       ///< handshakes with a ticket of an earlier one
};
struct ConnectionLoadResult {
    std::uint64_t done = 0;  ///< handshakes that the server has finished, or messages sent
    std::uint64_t errors = 0;
    std::uint64_t resumed = 0;
    double seconds = 0;  ///< of messages: until every connection was ended by both sides
    double client_cpu_s = 0;
};

/// A handshake counts when its session ticket has come: by then the server has seen our
/// certificate.
Result<ConnectionLoadResult> load_handshakes(ConnectionLoad const& load);
/// Messages of the trail as DICOM and the profile have them, one TLS record each.
Result<ConnectionLoadResult> load_messages(ConnectionLoad const& load);

}  // namespace musubi::perf
