#include "platform/net/dial.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <chrono>

namespace musubi::net {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

std::int64_t ms_until(SteadyTime end) {
    auto const left = end - std::chrono::steady_clock::now();
    return std::max<std::int64_t>(
        0, std::chrono::duration_cast<std::chrono::milliseconds>(left).count());
}

/// A socket on its way to the peer; the connection may still be under way.
Result<int> begin_connect(std::string const& host, std::uint16_t port) {
    try {
        Poco::Net::SocketAddress const address(host, port);
        int const socket = ::socket(address.af(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (socket < 0) return Error(Code::kInternal, "no socket");
        int const on = 1;
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        (void)::connect(socket, address.addr(), address.length());  // the result is asked for later
        return socket;
    } catch (Poco::Exception const&) {
        return Error(Code::kPeerUnavailable, "cannot resolve " + host);
    }
}

}  // namespace

Error unavailable(std::string const& host, std::uint16_t port, char const* what) {
    return Error(Code::kPeerUnavailable, host + " port " + std::to_string(port) + ": " + what);
}

Result<std::unique_ptr<Channel>> dial(TlsContext& tls, DialTarget const& target,
                                      std::atomic<bool> const& give_up) {
    auto const failed = [&](char const* what) {
        return unavailable(target.host, target.port, what);
    };
    SteadyTime const end =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(target.timeout_ms);
    auto channel = std::make_unique<Channel>(TRY(begin_connect(target.host, target.port)));
    if (!wait_for(*channel, Io::kWantWrite, ms_until(end), give_up)) return failed("no connection");
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(channel->socket(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return failed("connection refused");
    TRY(channel->start_tls(tls, TlsSide::kClient, target.server_name));
    while (true) {
        Io const state = channel->handshake();
        if (state == Io::kDone) return channel;
        if (state == Io::kClosed || state == Io::kFailed)
            return Error(Code::kUnauthenticated, channel->problem().reason);
        if (!wait_for(*channel, state, ms_until(end), give_up))
            return failed("handshake not finished in time");
    }
}

}  // namespace musubi::net
