#pragma once
// Posts notices to the members that have an address in the agreement: HTTPS with the node's
// certificate, at least once, until the receiver answers 2xx. Thread-safe.

#include "core/outbox_runner.h"
#include "core/peer_port.h"
#include "policy/agreement.h"

#include <memory>

namespace musubi::policy {

class NoticeSender {
public:
    /// `peers` may be null where nothing leaves the house: notices then wait.
    NoticeSender(pg::Pool& pool, Clock const& clock, core::PeerPort* peers)
        : pool_(pool), clock_(clock), peers_(peers) {}
    ~NoticeSender();

    /// Sends to the addresses of this agreement from now on.
    void use(std::shared_ptr<Agreement const> agreement);
    void stop();

private:
    using Addresses = std::vector<std::pair<std::string, std::string>>;
    static Status deliver(core::PeerPort& peers, Addresses const& addresses,
                          std::string const& member, ByteView payload);

    pg::Pool& pool_;
    Clock const& clock_;
    core::PeerPort* peers_;
    std::mutex mutex_;  ///< guards the two below
    Addresses addresses_;
    std::unique_ptr<core::OutboxRunner> runner_;
};

}  // namespace musubi::policy
