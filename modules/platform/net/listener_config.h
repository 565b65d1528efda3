#pragma once
// What every listener is told: where, how many of what, and how long to wait. A plain struct; each
// limit appears as the metric musubi_net_limit{listener,limit} and each breach is counted.

#include <cstdint>
#include <string>

namespace musubi::net {

struct ListenerConfig {
    std::string name = "https";  ///< label of metrics and log lines
    std::string address = "0.0.0.0";
    std::uint16_t port = 0;  ///< 0: the system chooses

    /// Threads. Must exceed `in_flight` plus the protocol's own blocking users by at least one, so
    /// that somebody can always answer "busy" and shake hands.
    int workers = 56;
    int in_flight = 32;         ///< requests inside an endpoint at once
    int handshake_workers = 0;  ///< threads that may compute handshakes at once; 0: one per core

    int max_connections = 16'384;
    int max_unauthenticated_per_address = 8'192;
    int max_per_member = 8'192;  ///< by certificate fingerprint
    std::int64_t max_parked_bytes = 256LL
                                    << 20;  ///< unfinished input and output held without a thread

    int handshake_timeout_ms = 5'000;
    int first_byte_timeout_ms = 10'000;  ///< from the end of the handshake
    int idle_timeout_ms = 60'000;        ///< between requests
    int busy_wait_ms = 2'000;            ///< for a free slot, then "busy"
    int write_progress_timeout_ms = 30'000;
    int linger_timeout_ms =
        2'000;  ///< for the peer to read our last words before the socket is closed
};

}  // namespace musubi::net
