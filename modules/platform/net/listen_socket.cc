#include "platform/net/listen_socket.h"

#include <Poco/Net/NetException.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/SocketImpl.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace musubi::net {
namespace {

constexpr int kBacklog = 4096;  // the kernel cuts it to somaxconn

std::string print_address(sockaddr_storage const& storage) {
    char text[INET6_ADDRSTRLEN] = "";
    if (storage.ss_family == AF_INET) {
        auto const& v4 = reinterpret_cast<sockaddr_in const&>(storage);
        inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    } else if (storage.ss_family == AF_INET6) {
        auto const& v6 = reinterpret_cast<sockaddr_in6 const&>(storage);
        if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
            inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text, sizeof text);
        } else {
            inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
        }
    }
    return text;
}

}  // namespace

struct ListenSocket::Impl {
    Poco::Net::ServerSocket socket;
};

ListenSocket::ListenSocket(std::unique_ptr<Impl> impl, std::uint16_t port)
    : impl_(std::move(impl)), port_(port) {}
ListenSocket::~ListenSocket() = default;

Result<std::unique_ptr<ListenSocket>> ListenSocket::open(std::string const& address,
                                                         std::uint16_t port) {
    std::string const where = address + " port " + std::to_string(port);
    try {
        auto impl = std::make_unique<Impl>();
        // Address reuse for a quick restart; port reuse would let two nodes share a port unnoticed.
        impl->socket.bind(Poco::Net::SocketAddress(address, port), true, false);
        impl->socket.listen(kBacklog);
        impl->socket.setBlocking(false);
        std::uint16_t const bound = impl->socket.address().port();
        return std::unique_ptr<ListenSocket>(new ListenSocket(std::move(impl), bound));
    } catch (Poco::Net::NetException const& e) {
        return Error(Code::kConflict, "cannot listen on " + where + ": " + e.displayText());
    } catch (Poco::Exception const& e) {
        return Error(Code::kInvalidContent, "cannot listen on " + where + ": " + e.displayText());
    }
}

int ListenSocket::socket() const { return impl_->socket.impl()->sockfd(); }

std::string local_address_of(int socket) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {};
    return print_address(storage);
}

std::string remote_address_of(int socket) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    if (::getpeername(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {};
    return print_address(storage);
}

}  // namespace musubi::net
