#include "platform/net/engine.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include "platform/base/log.h"
#include "platform/net/engine_impl.h"

namespace musubi::net {
namespace {

// What an event may stand for beside a connection's id (ids have a generation of 30 bits above bit
// 32).
constexpr std::uint64_t kListenToken = ~std::uint64_t{0};
constexpr std::uint64_t kWakeToken = kListenToken - 1;
constexpr std::uint64_t kHandshakeToken = kListenToken - 2;
constexpr std::uint64_t kQuitToken = kListenToken - 3;
constexpr int kSweepMs = 50;

/// What a worker goes on with when it is done with what it does now.
struct Turn {
    void const* engine = nullptr;  ///< whose worker this thread is
    std::uint64_t next = 0;        ///< no connection has this id
};
thread_local Turn turn;

bool watch(int set, int operation, int socket, std::uint32_t events, std::uint64_t token) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = token;
    return ::epoll_ctl(set, operation, socket, &event) == 0;
}

/// A connection is a descriptor: the soft limit is raised as far as the system allows.
bool enough_descriptors(int connections) {
    rlimit limit{};
    rlim_t const wanted = static_cast<rlim_t>(connections) + 512;
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return true;
    limit.rlim_cur = std::min(wanted, limit.rlim_max);
    return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= wanted;
}

}  // namespace

Engine::Impl::Impl(Engine& owner, ListenerConfig c, std::shared_ptr<TlsContext> t,
                   core::ConnectionWitness* w, SessionFactory f)
    : engine(owner),
      config(std::move(c)),
      tls(std::move(t)),
      witness(w),
      factory(std::move(f)),
      metrics(config.name),
      slots(config.max_connections),
      unauthenticated(config.max_unauthenticated_per_address),
      members(config.max_per_member) {
    bell->engine = this;
}

Engine::Impl::~Impl() {
    if (running) stop(0);
    {
        std::lock_guard const lock(bell->mutex);
        bell->engine = nullptr;
    }
    for (int const descriptor : {main_set, handshake_set, wake, quit}) {
        if (descriptor >= 0) ::close(descriptor);
    }
}

Status Engine::Impl::start() {
    listener = TRY(ListenSocket::open(config.address, config.port));
    port = listener->port();
    main_set = ::epoll_create1(EPOLL_CLOEXEC);
    handshake_set = ::epoll_create1(EPOLL_CLOEXEC);
    wake = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    quit = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    bool const ok =
        main_set >= 0 && handshake_set >= 0 && wake >= 0 && quit >= 0 &&
        watch(main_set, EPOLL_CTL_ADD, listener->socket(), EPOLLIN | EPOLLONESHOT, kListenToken) &&
        watch(main_set, EPOLL_CTL_ADD, wake, EPOLLIN | EPOLLET, kWakeToken) &&
        watch(main_set, EPOLL_CTL_ADD, quit, EPOLLIN, kQuitToken) &&
        watch(main_set, EPOLL_CTL_ADD, handshake_set, EPOLLIN | EPOLLONESHOT, kHandshakeToken);
    if (!ok) return Error(Code::kInternal, "cannot set up epoll");
    if (!enough_descriptors(config.max_connections)) {
        log_warning(
            "listener.few_descriptors",
            {{"listener", config.name}, {"wanted", std::to_string(config.max_connections)}});
    }
    int const cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    handshake_cap = config.handshake_workers > 0 ? config.handshake_workers : cores;
    metrics.show_limits(config);
    running = true;
    for (int i = 0; i < config.workers; ++i) threads.emplace_back([this] { work(); });
    threads.emplace_back([this] { sweep(); });
    log_info("listener.started", {{"listener", config.name}, {"port", std::to_string(port)}});
    return {};
}

bool Engine::Impl::stop(int deadline_ms) {
    if (!running) return true;
    running = false;
    draining = true;
    {
        std::lock_guard const lock(accept_mutex);
        listener.reset();
    }
    std::unique_lock lock(end_mutex);
    auto const nobody_left = [this] { return open_connections.load() == 0; };
    bool const in_time =
        end_signal.wait_for(lock, std::chrono::milliseconds(deadline_ms), nobody_left);
    if (!in_time)
        log_warning("listener.cut", {{"listener", config.name},
                                     {"connections", std::to_string(open_connections.load())}});
    // What blocks on a socket sees the flag; what computes is waited for: an endpoint cannot be
    // ended from outside.
    aborted = true;
    end_signal.wait(lock, nobody_left);
    lock.unlock();
    ended = true;
    std::uint64_t const one = 1;
    [[maybe_unused]] auto const n = ::write(quit, &one, sizeof one);
    for (auto& thread : threads) thread.join();
    threads.clear();
    log_info("listener.stopped", {{"listener", config.name}});
    return in_time;
}

void Engine::Impl::work() {
    turn = {this, 0};
    while (true) {
        // Each of them has a place among those that are worked on, of which there are fewer than
        // workers: somebody is always left for what the sets tell.
        while (std::uint64_t const id = std::exchange(turn.next, 0)) {
            if (Connection* connection = slots.take(id)) serve(*connection);
        }
        epoll_event event{};
        if (::epoll_wait(main_set, &event, 1, -1) != 1) continue;
        switch (event.data.u64) {
            case kListenToken: accept_some(); break;
            case kWakeToken: serve_posted(); break;
            case kHandshakeToken: handshake_turn(); break;
            case kQuitToken: return;
            default:
                if (Connection* connection = slots.take(event.data.u64)) serve(*connection);
        }
    }
}

void Engine::Impl::post(std::uint64_t id) {
    {
        std::lock_guard const lock(posted_mutex);
        posted.push_back(id);
    }
    ring();
}

void Engine::Impl::hand_over(std::uint64_t id) {
    if (turn.engine == this && turn.next == 0)
        turn.next = id;
    else
        post(id);
}

void Engine::Impl::share_handed() {
    if (turn.engine != this || turn.next == 0) return;
    post(std::exchange(turn.next, 0));
}

/// Edge-triggered: wakes one thread, where a level would keep waking further ones until the first
/// has read it.
void Engine::Impl::ring() {
    std::uint64_t const one = 1;
    [[maybe_unused]] auto const n = ::write(wake, &one, sizeof one);
}

void Engine::Impl::serve_posted() {
    std::uint64_t count = 0;
    [[maybe_unused]] auto const n = ::read(wake, &count, sizeof count);
    std::uint64_t id = 0;
    bool more = false;
    {
        std::lock_guard const lock(posted_mutex);
        if (posted.empty()) return;
        id = posted.front();
        posted.pop_front();
        more = !posted.empty();
    }
    // One ring may stand for several posts: whoever takes one calls somebody for the next.
    if (more) ring();
    if (Connection* connection = slots.take(id)) serve(*connection);
}

void Engine::Impl::serve(Connection& connection) {
    switch (connection.phase) {
        case Phase::kHandshake: step_handshake(connection); return;
        case Phase::kServing: settle(connection, connection.session->ready(connection)); return;
        case Phase::kLingering:
            if (connection.channel.discard() != Io::kWantRead) {
                close(connection);
                return;
            }
            park(connection, EPOLLIN, {Next::kRead, connection.deadline_ms, 0, false});
            return;
    }
}

void Engine::Impl::settle(Connection& connection, Verdict verdict) {
    if (!hold(connection, verdict.held_bytes)) {
        metrics.refused("memory").add();
        log_warning("listener.memory_full", {{"listener", config.name}});
        hold(connection, 0);
        verdict = connection.session->overloaded(connection);
        verdict.held_bytes = 0;
    }
    switch (verdict.next) {
        case Next::kRead: park(connection, EPOLLIN, verdict); return;
        case Next::kWrite: park(connection, EPOLLOUT, verdict); return;
        case Next::kWait: park(connection, 0, verdict); return;
        case Next::kAgain: {
            std::uint64_t const id = connection.id;
            (void)slots.park(id, now_ms() + config.idle_timeout_ms, false);
            post(id);
            return;
        }
        case Next::kLinger: begin_linger(connection); return;
        case Next::kClose: close(connection); return;
    }
}

bool Engine::Impl::hold(Connection& connection, std::size_t bytes) {
    // What nearly every waiting connection has is not worth counting.
    constexpr std::size_t kFree = 16 * 1024;
    std::size_t const counted = bytes > kFree ? bytes : 0;
    if (counted == connection.held_bytes) return true;
    auto const change =
        static_cast<std::int64_t>(counted) - static_cast<std::int64_t>(connection.held_bytes);
    std::int64_t const total = held.fetch_add(change) + change;
    if (change > 0 && total > config.max_parked_bytes) {
        held.fetch_sub(change);
        return false;
    }
    connection.held_bytes = counted;
    metrics.parked_bytes.add(change);
    return true;
}

bool Engine::Impl::arm(Connection& connection, std::uint32_t events) {
    bool const serving = connection.phase != Phase::kHandshake || connection.in_main_set;
    if (serving && !connection.in_main_set) {
        ::epoll_ctl(handshake_set, EPOLL_CTL_DEL, connection.channel.socket(), nullptr);
        connection.in_main_set = true;
        return watch(main_set, EPOLL_CTL_ADD, connection.channel.socket(), events | EPOLLONESHOT,
                     connection.id);
    }
    return watch(serving ? main_set : handshake_set, EPOLL_CTL_MOD, connection.channel.socket(),
                 events | EPOLLONESHOT, connection.id);
}

void Engine::Impl::park(Connection& connection, std::uint32_t events, Verdict const& verdict) {
    std::uint64_t const id = connection.id;
    if (events != 0 && !arm(connection, events)) {
        close(connection);
        return;
    }
    // From here on another thread may have it.
    if (!slots.park(id, verdict.deadline_ms, verdict.idle)) post(id);
}

void Engine::Impl::begin_linger(Connection& connection) {
    connection.channel.finish_sending();
    connection.session.reset();
    hold(connection, 0);
    connection.phase = Phase::kLingering;
    connection.deadline_ms = now_ms() + config.linger_timeout_ms;
    serve(connection);
}

void Engine::Impl::close(Connection& connection) {
    hold(connection, 0);
    leave_unauthenticated(connection);
    if (connection.counted_for_member)
        members.give_back(connection.peer.certificate.fingerprint_sha256);
    if (connection.phase == Phase::kServing) connection.channel.finish_sending();
    // The session first: its last callbacks may still look at the connection.
    connection.session.reset();
    slots.erase(connection.id).reset();
    metrics.connections.add(-1);
    if (open_connections.fetch_sub(1) == 1) {
        std::lock_guard const lock(end_mutex);
        end_signal.notify_all();
    }
}

void Engine::Impl::sweep() {
    while (!ended.load()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(kSweepMs));
        std::int64_t const now = now_ms();
        for (int i = 0; i < slots.high_water(); ++i) {
            std::int64_t deadline = 0;
            bool idle = false;
            if (!slots.parked(i, &deadline, &idle)) continue;
            bool const unwanted = aborted || (draining && idle);
            if (deadline > now && !unwanted) continue;
            std::uint64_t id = 0;
            Connection* connection = slots.take_if_parked(i, &id);
            if (connection == nullptr) continue;
            if (unwanted) {
                close(*connection);
            } else {
                expire(*connection);
            }
        }
        std::int64_t again = accept_again_ms.load();
        if (again != 0 && again <= now && accept_again_ms.compare_exchange_strong(again, 0))
            accept_some();
    }
}

void Engine::Impl::expire(Connection& connection) {
    switch (connection.phase) {
        case Phase::kHandshake:
            metrics.timeout("handshake").add();
            if (witness != nullptr && connection.tls_started) {
                witness->handshake_refused({connection.peer.remote_address,
                                            port,
                                            "handshake not finished in time",
                                            {},
                                            {}});
            }
            close(connection);
            return;
        case Phase::kServing: settle(connection, connection.session->expired(connection)); return;
        case Phase::kLingering: close(connection); return;
    }
}

Engine::Engine(ListenerConfig config, std::shared_ptr<TlsContext> tls,
               core::ConnectionWitness* witness, SessionFactory factory)
    : impl_(std::make_unique<Impl>(*this, std::move(config), std::move(tls), witness,
                                   std::move(factory))) {}
Engine::~Engine() = default;
Status Engine::start() { return impl_->start(); }
std::uint16_t Engine::port() const { return impl_->port; }
bool Engine::stop(int deadline_ms) { return impl_->stop(deadline_ms); }
void Engine::post(std::uint64_t id) { impl_->post(id); }
void Engine::hand_over(std::uint64_t id) { impl_->hand_over(id); }
void Engine::share_handed() { impl_->share_handed(); }
bool Engine::draining() const { return impl_->draining; }
std::atomic<bool> const& Engine::aborted() const { return impl_->aborted; }
ListenerMetrics const& Engine::metrics() const { return impl_->metrics; }
ListenerConfig const& Engine::config() const { return impl_->config; }

std::int64_t Engine::now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

}  // namespace musubi::net
