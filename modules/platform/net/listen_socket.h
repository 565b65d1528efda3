#pragma once
// Inside the room: the listening socket and the addresses in numbers.

#include "platform/base/result.h"

#include <cstdint>
#include <memory>
#include <string>

namespace musubi::net {

class ListenSocket {
public:
    /// kInvalidContent for an address that cannot be read, kConflict when the port is taken.
    static Result<std::unique_ptr<ListenSocket>> open(std::string const& address,
                                                      std::uint16_t port);
    ~ListenSocket();
    ListenSocket(ListenSocket const&) = delete;
    ListenSocket& operator=(ListenSocket const&) = delete;

    int socket() const;
    std::uint16_t port() const { return port_; }

private:
    struct Impl;
    explicit ListenSocket(std::unique_ptr<Impl> impl, std::uint16_t port);
    std::unique_ptr<Impl> impl_;
    std::uint16_t port_;
};

/// Numeric, without port; an IPv4 address that came over an IPv6 socket is printed as IPv4.
std::string local_address_of(int socket);
std::string remote_address_of(int socket);

}  // namespace musubi::net
