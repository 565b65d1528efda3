#pragma once
// Inside the room, and platform/dicomnet: one non-blocking socket, plain or under TLS, spoken to in
// small steps. Whoever owns it may block on it by wait_for(); nobody has to.
//
// Ownership: closes the socket at its end. Thread-safety: one thread at a time.

#include "core/doors.h"
#include "platform/base/bytes.h"
#include "platform/net/tls_internal.h"

#include <atomic>
#include <functional>

namespace musubi::net {

enum class Io : std::uint8_t {
    kDone,
    kWantRead,   ///< call again when the socket can be read
    kWantWrite,  ///< call again when the socket can be written
    kClosed,     ///< the peer ended its side
    kFailed,     ///< broken, or refused in the handshake (see problem())
};

struct IoResult {
    Io state = Io::kFailed;
    std::size_t bytes = 0;  ///< with kDone only, then > 0
};

/// Why a handshake failed, in our words, and whose certificate was shown.
struct HandshakeProblem {
    std::string reason;
    std::string subject;
    std::string serial_hex;
};

class Channel {
public:
    explicit Channel(int socket) : socket_(socket) {}
    ~Channel();
    Channel(Channel const&) = delete;
    Channel& operator=(Channel const&) = delete;

    /// Clients name whom they mean to reach: the certificate must carry it (empty: not checked).
    Status start_tls(TlsContext& context, TlsSide side, std::string const& server_name);
    Io handshake();
    bool tls() const { return ssl_ != nullptr; }
    HandshakeProblem const& problem() const { return problem_; }
    core::PeerCertificate peer_certificate() const;
    bool resumed() const;
    /// After the handshake of a server: whether the peer's certificate was withdrawn. kWantRead:
    /// `done` will be called, from another thread; then ask again. kFailed: see problem().
    Io check_revocation(std::function<void()> done);

    IoResult read(std::span<std::uint8_t> into);
    /// kDone with fewer bytes than given is normal. kMoreFollows: the caller goes on writing at
    /// once, so that records may share segments.
    enum class Then : std::uint8_t { kSend, kMoreFollows };
    IoResult write(std::string_view bytes, Then then = Then::kSend);
    /// True: there are bytes that no poll of the socket would announce.
    bool pending() const;
    /// Ends our side in order (close_notify, FIN); what the peer still sends may be discarded().
    void finish_sending();
    /// The socket's end becomes a reset: for a peer that must not take our end for an orderly one.
    void abandon();
    /// Throws away what arrived. kWantRead while the peer is still there.
    Io discard();

    int socket() const { return socket_; }

private:
    Io explain(int result);
    void note_handshake_failure();

    int socket_;
    ssl_st* ssl_ = nullptr;
    std::unique_ptr<VerifyNote> note_;
    HandshakeProblem problem_;
    bool broken_ = false;
    bool abandoned_ = false;
};

/// Blocks until the socket is ready for `want`, `timeout_ms` passed (false) or `give_up` became
/// true (false).
bool wait_for(Channel& channel, Io want, std::int64_t timeout_ms, std::atomic<bool> const& give_up);

/// Writes all, blocking; false when the peer took nothing for `stall_ms` or went away.
bool write_all(Channel& channel, std::string_view bytes, std::int64_t stall_ms,
               std::atomic<bool> const& give_up);

}  // namespace musubi::net
