#pragma once
// Inside the room: what a StorageListener is made of.

#include "platform/dicomnet/expected.h"
#include "platform/dicomnet/line.h"
#include "platform/dicomnet/storage_listener.h"

#include <atomic>
#include <thread>

namespace musubi::dicomnet {

struct StorageListener::Impl {
    explicit Impl(ListenerConfig c) : config(std::move(c)) {}
    ~Impl();

    void run();                                   ///< accepts
    void begin(int socket, std::string address);  ///< a thread for it, or not
    void join_ended();

    ListenerConfig const config;
    Expected expected;
    int socket = -1;
    std::uint16_t port = 0;
    std::atomic<bool> stopping{false};

    std::shared_ptr<std::vector<Sender> const> senders() const {
        std::lock_guard const lock(mutex);
        return known;
    }

    struct Visit {
        std::thread thread;
        std::atomic<bool> ended{false};
    };
    mutable std::mutex mutex;
    std::shared_ptr<std::vector<Sender> const> known =
        std::make_shared<std::vector<Sender> const>();  // guarded by mutex
    std::list<Visit> visits;                            // the acceptor's alone
    std::thread acceptor;
};

/// One association, from its first octet to its end. `address`: the peer's, numeric.
void receive_visit(StorageListener::Impl& listener, int socket, std::string const& address);

/// Somebody or something was not taken, and why in one of our words.
void count_refusal(std::string const& archive, char const* why);

}  // namespace musubi::dicomnet
