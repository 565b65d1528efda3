#pragma once
// Audit messages between this node and others (ITI-20 over RFC 5425 and RFC 5426): the ways out and
// in. Listeners and connections are platform/net's, the trail is module atna's; neither includes
// the other.
//
// Thread-safety: ports and endpoints are called from many threads; a SyslogLine belongs to one.

#include "core/doors.h"

#include <atomic>
#include <span>

namespace musubi::core {

struct SyslogDestination {
    std::string name;  ///< ours, for metrics and log
    bool tls = true;   ///< RFC 5425; else datagrams (RFC 5426)
    std::string host;
    std::uint16_t port = 0;
    std::string server_name;  ///< must be in the receiver's certificate; empty: not checked
};

/// One connection to a receiver of audit messages.
class SyslogLine {
public:
    virtual ~SyslogLine() = default;
    /// Frames and writes them; success means that this machine took them, not that they arrived.
    /// kPeerUnavailable: stalled, reset or closed by the receiver; the line is of no further use.
    virtual Status send(std::span<std::string const> messages) = 0;

    enum class Delivery : std::uint8_t {
        kProven,    ///< the receiver read to our end, then ended in order
        kUnproven,  ///< it acknowledged every octet, but did not end (or this carrier cannot tell)
    };
    /// Ends our side, reads to the receiver's end: RFC 5425 has no acknowledgement, and an orderly
    /// end is the only proof that all was read. The line is of no further use.
    virtual Result<Delivery> finish(std::chrono::milliseconds patience) = 0;
};

class SyslogPeerPort {
public:
    virtual ~SyslogPeerPort() = default;
    /// kPeerUnavailable, kUnauthenticated, kInvalidContent (certificate files). `give_up` ends
    /// every wait of the line and must outlive it.
    virtual Result<std::unique_ptr<SyslogLine>> open(SyslogDestination const& destination,
                                                     std::atomic<bool> const& give_up) = 0;
};

/// What another system sent to us as audit repository, byte for byte.
struct ReceivedAudit {
    std::string member;          ///< code of the sender; empty where the carrier does not prove it
    std::string_view transport;  ///< "tls" or "udp"
    std::string_view message;
};

/// The audit record repository (module atna).
class AuditRepositoryPort {
public:
    virtual ~AuditRepositoryPort() = default;
    /// Durable when it returns success (group commit); all or none.
    virtual Status keep(std::span<ReceivedAudit const> messages) = 0;
};

/// Where a syslog listener delivers.
class SyslogEndpoint {
public:
    virtual ~SyslogEndpoint() = default;
    /// Once for each connection, before anything is read. An Error ends it.
    virtual Status admit(PeerConnection const& peer) = 0;
    /// Durable when it returns: only then the listener reads on. The duration tells how long the
    /// sender is kept waiting (its quota). On error nothing was kept, and the same is offered
    /// again. Datagrams come with a peer that has no certificate.
    virtual Result<std::chrono::milliseconds> receive(
        PeerConnection const& peer, std::span<std::string_view const> messages) = 0;
};

}  // namespace musubi::core
