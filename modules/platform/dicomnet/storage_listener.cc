#include "platform/dicomnet/storage_listener_impl.h"

#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "platform/dicomnet/dcmtk_setup.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

namespace musubi::dicomnet {
namespace {

constexpr int kBacklog = 64, kLookUpMs = 200;

}  // namespace

void count_refusal(std::string const& archive, char const* why) {
    counter("musubi_dimse_refused_total",
            "source=\"" + (archive.empty() ? "unknown" : archive) + "\",why=\"" + why + "\"")
        .add();
    log_warning("dimse.refused", {{"source", archive}, {"why", why}});
}

StorageListener::Impl::~Impl() {
    stopping = true;
    if (acceptor.joinable()) acceptor.join();
    for (Visit& one : visits) one.thread.join();
    if (socket >= 0) ::close(socket);
}

void StorageListener::Impl::run() {
    while (!stopping) {
        pollfd entry{socket, POLLIN, 0};
        int const ready = ::poll(&entry, 1, kLookUpMs);
        join_ended();
        if (ready <= 0) continue;
        sockaddr_in from{};
        socklen_t size = sizeof from;
        int const visitor = ::accept4(socket, reinterpret_cast<sockaddr*>(&from), &size,
                                      SOCK_CLOEXEC | SOCK_NONBLOCK);
        char address[INET_ADDRSTRLEN] = "";
        ::inet_ntop(AF_INET, &from.sin_addr, address, sizeof address);
        if (visitor >= 0) {
            begin(visitor, address);
        } else {
            // No descriptor, most likely: the backlog keeps them; without the pause this would
            // spin.
            std::this_thread::sleep_for(std::chrono::milliseconds(kLookUpMs));
        }
    }
}

void StorageListener::Impl::begin(int visitor, std::string address) {
    auto const all = senders();
    bool const known_place = std::any_of(all->begin(), all->end(), [&](Sender const& one) {
        return std::find(one.addresses.begin(), one.addresses.end(), address) !=
               one.addresses.end();
    });
    bool const room = visits.size() < static_cast<std::size_t>(config.most_associations);
    if (!known_place || !room) {
        count_refusal("", known_place ? "too many" : "address");
        ::close(visitor);
        return;
    }
    Visit& visit = visits.emplace_back();
    try {
        visit.thread = std::thread([this, visitor, address = std::move(address), &visit] {
            receive_visit(*this, visitor, address);
            visit.ended = true;
        });
    } catch (std::system_error const&) {  // no thread to be had now
        count_refusal("", "no thread");
        ::close(visitor);
        visits.pop_back();
    }
}

void StorageListener::Impl::join_ended() {
    visits.remove_if([](Visit& one) {
        if (!one.ended) return false;
        one.thread.join();
        return true;
    });
}

StorageListener::StorageListener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
StorageListener::~StorageListener() = default;

std::uint16_t StorageListener::port() const { return impl_->port; }

void StorageListener::know(std::vector<Sender> senders) {
    auto next = std::make_shared<std::vector<Sender> const>(std::move(senders));
    std::lock_guard const lock(impl_->mutex);
    impl_->known = std::move(next);
}

Result<std::unique_ptr<StorageListener>> StorageListener::start(ListenerConfig config) {
    TRY(set_up_dcmtk());
    auto impl = std::make_unique<Impl>(std::move(config));
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(impl->config.port);
    if (::inet_pton(AF_INET, impl->config.address.c_str(), &place.sin_addr) != 1)
        return Error(Code::kInvalidContent, "'" + impl->config.address + "' is no IPv4 address");
    impl->socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int const on = 1;
    ::setsockopt(impl->socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    socklen_t size = sizeof place;
    auto* const raw = reinterpret_cast<sockaddr*>(&place);
    if (impl->socket < 0 || ::bind(impl->socket, raw, size) != 0 ||
        ::listen(impl->socket, kBacklog) != 0 || ::getsockname(impl->socket, raw, &size) != 0)
        return Error(Code::kStorageUnavailable, impl->config.address + " port " +
                                                    std::to_string(impl->config.port) +
                                                    " cannot be listened on");
    impl->port = ntohs(place.sin_port);
    impl->acceptor = std::thread([listener = impl.get()] { listener->run(); });
    return std::unique_ptr<StorageListener>(new StorageListener(std::move(impl)));
}

}  // namespace musubi::dicomnet
