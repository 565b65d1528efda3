#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "platform/base/log.h"
#include "platform/net/engine_impl.h"

namespace musubi::net {
namespace {

constexpr std::uint64_t kListenToken = ~std::uint64_t{0};
constexpr std::uint64_t kHandshakeToken = kListenToken - 2;
constexpr int kAcceptsPerTurn = 16;
constexpr int kAcceptPauseMs = 100;

bool rearm(int set, int descriptor, std::uint64_t token) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLONESHOT;
    event.data.u64 = token;
    return ::epoll_ctl(set, EPOLL_CTL_MOD, descriptor, &event) == 0;
}

}  // namespace

void Engine::Impl::accept_some() {
    std::lock_guard const lock(accept_mutex);
    if (!listener) return;
    for (int i = 0; i < kAcceptsPerTurn; ++i) {
        int const socket =
            ::accept4(listener->socket(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket >= 0) {
            adopt(socket);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            // The backlog keeps them until descriptors come free; without the pause this would
            // spin.
            metrics.refused("descriptors").add();
            log_error("listener.no_descriptors", {{"listener", config.name}});
            accept_again_ms = now_ms() + kAcceptPauseMs;
            return;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) break;
    }
    rearm(main_set, listener->socket(), kListenToken);
}

void Engine::Impl::turn_away(int socket, char const* reason) {
    metrics.refused(reason).add();
    log_warning("listener.connection_refused", {{"listener", config.name}, {"reason", reason}});
    ::close(socket);
}

void Engine::Impl::adopt(int socket) {
    metrics.accepted.add();
    int const on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::string const address = remote_address_of(socket);
    if (!unauthenticated.take(address)) {
        turn_away(socket, "address");
        return;
    }
    auto fresh = std::make_unique<Connection>(socket);
    Connection& connection = *fresh;
    connection.peer.remote_address = address;
    connection.peer.local_port = port;
    connection.counted_for_address = true;
    connection.deadline_ms = now_ms() + config.handshake_timeout_ms;
    std::uint64_t const id = slots.insert(std::move(fresh));
    if (id == 0) {
        // insert() destroyed the connection, which closed the socket.
        unauthenticated.give_back(address);
        metrics.refused("connections").add();
        log_warning("listener.connection_refused",
                    {{"listener", config.name}, {"reason", "connections"}});
        return;
    }
    connection.peer.connection_id = id;
    open_connections.fetch_add(1);
    metrics.connections.add(1);
    epoll_event event{};
    event.data.u64 = id;  // no events yet: park() arms
    connection.in_main_set = tls == nullptr;
    if (::epoll_ctl(connection.in_main_set ? main_set : handshake_set, EPOLL_CTL_ADD, socket,
                    &event) != 0) {
        close(connection);
        return;
    }
    if (tls == nullptr) {
        open_session(connection);
        park(connection, EPOLLIN, {Next::kRead, now_ms() + config.first_byte_timeout_ms, 0, true});
        return;
    }
    park(connection, EPOLLIN, {Next::kRead, connection.deadline_ms, 0, true});
}

void Engine::Impl::handshake_turn() {
    if (handshakes_running.fetch_add(1) + 1 < handshake_cap)
        rearm(main_set, handshake_set, kHandshakeToken);
    epoll_event event{};
    if (::epoll_wait(handshake_set, &event, 1, 0) == 1) {
        if (Connection* connection = slots.take(event.data.u64)) serve(*connection);
    }
    handshakes_running.fetch_sub(1);
    rearm(main_set, handshake_set, kHandshakeToken);
}

bool Engine::Impl::answered_without_tls(Connection& connection) {
    char first = 0;
    auto const n = ::recv(connection.channel.socket(), &first, 1, MSG_PEEK);
    if (n == 0) {
        // A probe of the port: nothing was tried, so nobody need be told.
        metrics.refused("silent").add();
        return true;
    }
    if (n != 1) return false;
    // A TLS record starts with 22; an HTTP method with a capital letter.
    if (first < 'A' || first > 'Z') return false;
    static constexpr std::string_view kAnswer =
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
        "62\r\n"
        "Connection: close\r\n\r\nThis port speaks TLS with client certificates (ITI-19) only.\r\n";
    connection.channel.write(kAnswer);
    metrics.refused("plain_http").add();
    if (witness != nullptr) {
        witness->handshake_refused(
            {connection.peer.remote_address, port, "plain HTTP on a TLS port", {}, {}});
    }
    return true;
}

void Engine::Impl::step_handshake(Connection& connection) {
    if (!connection.tls_started) {
        if (answered_without_tls(connection)) {
            begin_linger(connection);
            return;
        }
        // The TLS state (tens of KiB) is only made for who has something to say.
        if (!connection.channel.start_tls(*tls, TlsSide::kServer, {})) {
            close(connection);
            return;
        }
        connection.tls_started = true;
    }
    if (connection.shaken) {
        check_revocation(connection);
        return;
    }
    Io const state = connection.channel.handshake();
    switch (state) {
        case Io::kDone:
            connection.shaken = true;
            check_revocation(connection);
            return;
        case Io::kWantRead:
        case Io::kWantWrite:
            park(connection, state == Io::kWantRead ? EPOLLIN : EPOLLOUT,
                 {Next::kRead, connection.deadline_ms, 0, true});
            return;
        case Io::kClosed:
        case Io::kFailed: handshake_failed(connection); return;
    }
}

/// Somebody else is asked: nobody waits for that but the connection itself.
void Engine::Impl::check_revocation(Connection& connection) {
    auto ring = [to = bell, id = connection.id] { to->ring(id); };
    switch (connection.channel.check_revocation(std::move(ring))) {
        case Io::kDone: authenticated(connection); return;
        case Io::kWantRead:
        case Io::kWantWrite:
            park(connection, 0, {Next::kWait, connection.deadline_ms, 0, true});
            return;
        case Io::kClosed:
        case Io::kFailed:
            // The peer believes that it is connected: it must not take our end for an orderly one.
            connection.channel.abandon();
            tell_refusal(connection);
            close(connection);
            return;
    }
}

void Engine::Impl::Bell::ring(std::uint64_t id) {
    std::lock_guard const lock(mutex);
    if (engine != nullptr) engine->post(id);
}

void Engine::Impl::tell_refusal(Connection const& connection) {
    HandshakeProblem const& problem = connection.channel.problem();
    metrics.refused("handshake").add();
    // The subject may be a person's certificate: it goes to the audit trail, not into the log.
    log_warning("tls.handshake_refused", {{"listener", config.name},
                                          {"remote", connection.peer.remote_address},
                                          {"reason", problem.reason}});
    if (witness != nullptr) {
        witness->handshake_refused({connection.peer.remote_address, port, problem.reason,
                                    problem.subject, problem.serial_hex});
    }
}

void Engine::Impl::handshake_failed(Connection& connection) {
    tell_refusal(connection);
    // The alert is on its way; a socket closed with unread bytes would take it back (RST).
    begin_linger(connection);
}

void Engine::Impl::authenticated(Connection& connection) {
    metrics.handshakes.add();
    if (connection.channel.resumed()) metrics.resumed.add();
    connection.peer.certificate = connection.channel.peer_certificate();
    leave_unauthenticated(connection);
    open_session(connection);
    if (!members.take(connection.peer.certificate.fingerprint_sha256)) {
        metrics.refused("member").add();
        log_warning("listener.connection_refused",
                    {{"listener", config.name}, {"reason", "member"}});
        settle(connection, connection.session->overloaded(connection));
        return;
    }
    connection.counted_for_member = true;
    // Its first request may run long: not on this thread, which is one of the few that shake hands.
    settle(connection, {Next::kAgain, 0, 0, false});
}

void Engine::Impl::leave_unauthenticated(Connection& connection) {
    if (!connection.counted_for_address) return;
    unauthenticated.give_back(connection.peer.remote_address);
    connection.counted_for_address = false;
}

void Engine::Impl::open_session(Connection& connection) {
    connection.peer.local_address = local_address_of(connection.channel.socket());
    connection.session = factory(engine);
    connection.phase = Phase::kServing;
}

}  // namespace musubi::net
