#include "support/tcp_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace musubi::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

bool send_all(int socket, char const* data, ssize_t size) {
    for (ssize_t sent = 0; sent < size;) {
        ssize_t const n =
            ::send(socket, data + sent, static_cast<std::size_t>(size - sent), MSG_NOSIGNAL);
        if (n <= 0) return false;
        sent += n;
    }
    return true;
}

}  // namespace

struct TcpProxy::Wire {
    int client = -1, server = -1;
    std::atomic<bool> cut{false};
    std::thread thread;
};

TcpProxy::TcpProxy() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        throw std::runtime_error("no port for the proxy");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { accept_all(); });
}

TcpProxy::~TcpProxy() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
    cut();
    for (auto& wire : wires_) wire->thread.join();
}

void TcpProxy::set_mode(Mode mode) {
    mode_ = mode;
    ++generation_;
    if (mode == Mode::kRefuse) cut();
}

void TcpProxy::cut() {
    std::lock_guard const lock(mutex_);
    for (auto& wire : wires_) wire->cut = true;
}

void TcpProxy::accept_all() {
    for (;;) {
        int const client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) return;
        int const server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in const target = loopback(target_);
        if (mode_ == Mode::kRefuse ||
            ::connect(server, reinterpret_cast<sockaddr const*>(&target), sizeof target) != 0) {
            ::close(client);
            ::close(server);
            continue;
        }
        std::lock_guard const lock(mutex_);
        wires_.push_back(std::make_unique<Wire>());
        Wire& wire = *wires_.back();
        wire.client = client;
        wire.server = server;
        wire.thread = std::thread([this, &wire] { carry(wire); });
    }
}

void TcpProxy::carry(Wire& wire) {
    std::size_t asked = 0;
    int generation = generation_;
    bool holding = false;
    char buffer[16 * 1024];
    while (!wire.cut) {
        if (generation != generation_) {
            generation = generation_;
            asked = 0;
        }
        pollfd ends[2] = {{wire.client, POLLIN, 0}, {wire.server, POLLIN, 0}};
        bool const long_one = asked >= kLong;
        bool const hold_answers = long_one && mode_ == Mode::kHoldAnswers;
        bool const hold_requests = long_one && mode_ == Mode::kHoldRequests;
        if ((hold_answers || hold_requests) && !holding) {
            holding = true;
            ++held_;
        }
        if (hold_answers || hold_requests) ends[1].fd = -1;
        if (hold_requests) ends[0].fd = -1;
        if (::poll(ends, 2, 20) <= 0) continue;
        if (ends[0].revents != 0) {
            ssize_t const n = ::recv(wire.client, buffer, sizeof buffer, 0);
            if (n <= 0) break;
            asked += static_cast<std::size_t>(n);
            // What made the request long is its end, or stands before it: one octet less is not the
            // request.
            ssize_t const passed = mode_ == Mode::kHoldRequests && asked >= kLong ? n - 1 : n;
            if (!send_all(wire.server, buffer, passed)) break;
        }
        if (ends[1].revents != 0) {
            ssize_t const n = ::recv(wire.server, buffer, sizeof buffer, 0);
            if (n <= 0 || !send_all(wire.client, buffer, n)) break;
        }
    }
    if (holding) --held_;
    ::close(wire.client);
    ::close(wire.server);
}

}  // namespace musubi::test
