#pragma once
// Inside the room: the engine's state; engine.cc has threads, accepting and parking,
// engine_handshake.cc the way from a new socket to a served connection.

#include "platform/net/engine.h"
#include "platform/net/listen_socket.h"
#include "platform/net/quota.h"
#include "platform/net/slot_table.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace musubi::net {

struct Engine::Impl {
    Impl(Engine& owner, ListenerConfig c, std::shared_ptr<TlsContext> t, core::ConnectionWitness* w,
         SessionFactory f);
    ~Impl();

    Status start();
    bool stop(int deadline_ms);

    // Threads.
    void work();
    void sweep();
    void serve(Connection& connection);
    void expire(Connection& connection);
    void serve_posted();
    void post(std::uint64_t id);
    void hand_over(std::uint64_t id);
    void share_handed();
    void ring();

    // Connections. Each of these ends the caller's right to the connection.
    void settle(Connection& connection, Verdict verdict);
    void park(Connection& connection, std::uint32_t events, Verdict const& verdict);
    void begin_linger(Connection& connection);
    void close(Connection& connection);

    bool arm(Connection& connection, std::uint32_t events);
    bool hold(Connection& connection, std::size_t bytes);

    // Accepting and shaking hands.
    void accept_some();
    void adopt(int socket);
    void turn_away(int socket, char const* reason);
    void handshake_turn();
    void step_handshake(Connection& connection);
    void handshake_failed(Connection& connection);
    void tell_refusal(Connection const& connection);
    void check_revocation(Connection& connection);
    void authenticated(Connection& connection);
    void open_session(Connection& connection);
    bool answered_without_tls(Connection& connection);
    void leave_unauthenticated(Connection& connection);

    Engine& engine;
    ListenerConfig const config;
    std::shared_ptr<TlsContext> const tls;
    core::ConnectionWitness* const witness;
    SessionFactory const factory;
    ListenerMetrics const metrics;

    SlotTable slots;
    Quota unauthenticated;
    Quota members;
    std::unique_ptr<ListenSocket> listener;
    std::mutex accept_mutex;  ///< accepting against closing the listener
    std::uint16_t port = 0;
    int main_set = -1;
    int handshake_set =
        -1;  ///< nested in the main set, so that a storm of them is one guest among many
    int wake = -1;
    int quit = -1;
    int handshake_cap = 1;
    std::atomic<int> handshakes_running{0};
    std::atomic<std::int64_t> held{0};
    std::atomic<int> open_connections{0};
    std::atomic<bool> draining{false};
    std::atomic<bool> aborted{false};
    std::atomic<bool> ended{false};
    std::atomic<std::int64_t> accept_again_ms{0};

    /// By which others call a connection back, as long as there is an engine.
    struct Bell {
        std::mutex mutex;
        Impl* engine = nullptr;
        void ring(std::uint64_t id);
    };
    std::shared_ptr<Bell> const bell = std::make_shared<Bell>();

    std::mutex posted_mutex;
    std::deque<std::uint64_t> posted;

    std::mutex end_mutex;
    std::condition_variable end_signal;
    std::vector<std::thread> threads;
    bool running = false;
};

}  // namespace musubi::net
