#pragma once
// Tells consumers (ITI-10, ITI-46): opens what waits in the outbox, asks the agreement what the
// consumer's member may see of it now, sends it and judges the acknowledgement, and records each
// notification that was sent. Thread-safe; one thread for each consumer (core/outbox_runner.h).

#include "core/client_pipeline.h"
#include "core/module.h"
#include "core/outbox_runner.h"
#include "core/patient_ports.h"
#include "core/peer_port.h"
#include "pix/notice.h"
#include "pix/settings.h"

#include <map>
#include <mutex>
#include <set>

namespace musubi::pix {

class Notifier {
public:
    /// The ports are asked for when they are needed: policy may come after us.
    Notifier(Settings const& settings, core::ModuleContext& context);

    /// First settles what waits for consumers that are configured no longer: dropped where the
    /// operator said so, else kept and told in health and metrics.
    void start();
    void stop() { runner_.stop(); }
    void wake() { runner_.wake(); }
    core::HealthReport health() const;

    /// One notification. kInvalidContent: refused. Any other error: may be sent again.
    Status deliver(std::string const& consumer, ByteView sealed);
    core::OutboxRunner& runner() { return runner_; }

private:
    Result<std::vector<domain::LocalId>> visible_ids(Consumer const& consumer,
                                                     Notice const& notice) const;
    void note(std::string const& consumer, Status const& outcome);
    Status settle_leftovers();

    Settings const& settings_;
    core::Ports& ports_;
    Clock const& clock_;
    IdSource& ids_;
    vault::KeyRing& keys_;
    mutable std::mutex mutex_;
    std::set<std::string> unwell_;  ///< consumers whose last notification did not get through
    std::map<std::string, std::int64_t> leftovers_;  ///< former consumers: notifications kept
    pg::Outbox outbox_;
    core::OutboxRunner runner_;
};

/// Where a notification goes and what it says, for the two protocols.
struct Sending {
    Settings const& settings;
    Consumer const& consumer;
    Notice const& notice;  ///< ids: what the consumer may see, at least one
};
/// ITI-10. The acknowledgement's AA or CA is success, AE kInvalidContent, and so is AR where our
/// header is its cause; any other AR means later (HL7 table 0008): kPeerUnavailable.
Status send_iti10(Sending const& sending, core::MllpPeerPort& peers,
                  core::AuthorityPort const& authorities);
/// ITI-46; likewise.
Status send_iti46(Sending const& sending, core::PeerPort& peers, IdSource& ids);
/// MSH-10: twenty characters of the message's UUID.
std::string control_id_of(Notice const& notice);

}  // namespace musubi::pix
