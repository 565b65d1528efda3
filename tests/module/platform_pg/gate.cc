#include "gate.h"

#include <poll.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace musubi::pg {
namespace {

sockaddr_un address_of(std::string const& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
    return address;
}

}  // namespace

CommitGate::CommitGate(std::filesystem::path const& server_socket, Cut cut)
    : server_socket_(server_socket), cut_(cut) {
    std::string pattern = (std::filesystem::temp_directory_path() / "musubi-gate-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw std::runtime_error("no folder for the gate");
    folder_ = pattern;
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un const address =
        address_of((std::filesystem::path(folder_) / server_socket_.filename()).string());
    if (::bind(listener_, reinterpret_cast<sockaddr const*>(&address), sizeof(address)) != 0 ||
        ::listen(listener_, 4) != 0) {
        throw std::runtime_error("the gate cannot listen");
    }
    thread_ = std::thread([this] { serve(); });
}

CommitGate::~CommitGate() {
    stopping_ = true;
    thread_.join();
    ::close(listener_);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void CommitGate::serve() {
    while (!stopping_) {
        pollfd waiting{listener_, POLLIN, 0};
        if (::poll(&waiting, 1, 20) <= 0) continue;
        int const client = ::accept(listener_, nullptr, nullptr);
        int const server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_un const address = address_of(server_socket_.string());
        if (::connect(server, reinterpret_cast<sockaddr const*>(&address), sizeof(address)) == 0) {
            pump(client, server);
        }
        ::close(client);
        ::close(server);
    }
}

void CommitGate::pump(int client, int server) {
    bool committing = false;
    char buffer[64 * 1024];
    while (!stopping_) {
        pollfd both[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
        if (::poll(both, 2, 20) <= 0) continue;
        if (both[0].revents != 0) {
            ssize_t const n = ::read(client, buffer, sizeof(buffer));
            if (n <= 0) return;
            std::string_view const sent(buffer, static_cast<std::size_t>(n));
            committing =
                committing || sent.find(std::string_view("COMMIT\0", 7)) != std::string_view::npos;
            if (committing && cut_ == Cut::kBeforeServer) break;
            if (::write(server, buffer, static_cast<std::size_t>(n)) != n) return;
        }
        if (both[1].revents != 0) {
            ssize_t const n = ::read(server, buffer, sizeof(buffer));
            if (n <= 0) return;
            if (committing) break;  // the server has answered: it is done there
            if (::write(client, buffer, static_cast<std::size_t>(n)) != n) return;
        }
    }
    cut_done_ = true;
}

}  // namespace musubi::pg
