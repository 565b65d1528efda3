#pragma once
// Inside the room: the machine under every listener. It accepts, shakes hands, and parks each
// connection on an epoll set (one shot); a worker thread takes whichever is ready and lets its
// Session do one step. A connection that waits (for bytes, for room to write, for a slot) costs no
// thread. One sweeper thread serves the deadlines.
//
// Ownership: the Engine owns connections and threads; the Session belongs to its connection and is
// called by one thread at a time. Thread-safety: start and stop once, from one thread; the rest
// from any.

#include "core/doors.h"
#include "platform/net/channel.h"
#include "platform/net/listener_config.h"
#include "platform/net/listener_metrics.h"

#include <atomic>
#include <functional>
#include <memory>

namespace musubi::net {

enum class Next : std::uint8_t {
    kRead,    ///< park until readable
    kWrite,   ///< park until writable
    kWait,    ///< park until Engine::post()
    kAgain,   ///< give others a turn, then go on
    kLinger,  ///< our last byte is written: end in order
    kClose,
};

struct Verdict {
    Next next = Next::kClose;
    std::int64_t deadline_ms = 0;  ///< on Engine::now_ms()'s scale
    std::size_t held_bytes = 0;    ///< unfinished input and output kept meanwhile
    bool idle = false;             ///< between requests: may be closed when draining
};

struct Connection;

class Session {
public:
    virtual ~Session() = default;
    virtual Verdict ready(Connection& connection) = 0;
    virtual Verdict expired(Connection& connection) = 0;  ///< the deadline passed
    /// Too many connections or too much memory for this one: a last word, then the end.
    virtual Verdict overloaded(Connection& connection) = 0;
};

enum class Phase : std::uint8_t { kHandshake, kServing, kLingering };

struct Connection {
    explicit Connection(int socket) : channel(socket) {}
    std::uint64_t id = 0;
    Channel channel;
    core::PeerConnection peer;
    std::unique_ptr<Session> session;
    Phase phase = Phase::kHandshake;
    bool counted_for_address = false;
    bool counted_for_member = false;
    bool tls_started = false;
    bool shaken = false;  ///< the handshake is over, perhaps not all that is asked about the peer
    bool in_main_set = false;
    std::size_t held_bytes = 0;
    std::int64_t deadline_ms = 0;  ///< of the handshake, later of lingering
};

class Engine {
public:
    using SessionFactory = std::function<std::unique_ptr<Session>(Engine&)>;
    /// Without `tls` the listener is plain. `witness` may be null.
    Engine(ListenerConfig config, std::shared_ptr<TlsContext> tls, core::ConnectionWitness* witness,
           SessionFactory factory);
    ~Engine();

    Status start();
    std::uint16_t port() const;
    /// No new connections, idle ones end, running requests may finish until the deadline; then all
    /// are cut. True when nothing had to be cut. Returns when every thread has ended.
    bool stop(int deadline_ms);

    /// Offers a connection that was parked with Next::kWait (or any other) to a worker.
    void post(std::uint64_t id);
    /// As post(), for a worker that is about to be done: it goes on with this connection itself
    /// when its session has returned, and nobody is woken for it. Only for sessions that do nothing
    /// that takes time any more in this turn, or call share_handed() before they do. Of several the
    /// first stays here; on any other thread it is post().
    void hand_over(std::uint64_t id);
    void share_handed();
    bool draining() const;
    std::atomic<bool> const& aborted() const;
    ListenerMetrics const& metrics() const;
    ListenerConfig const& config() const;
    static std::int64_t now_ms();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace musubi::net
