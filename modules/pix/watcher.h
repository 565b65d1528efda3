#pragma once
// Queues what the consumers are to be told, inside the transaction that changed it: a notification
// exists if and only if the change does (ITI TF-2 3.10.4.1.1). Thread-safe.

#include "core/patient_ports.h"
#include "pix/settings.h"
#include "platform/base/clock.h"
#include "platform/base/ids.h"
#include "platform/vault/key_ring.h"

namespace musubi::pix {

class ConsumerWatcher final : public core::CrossReferenceWatcherPort {
public:
    ConsumerWatcher(Settings const& settings, vault::KeyRing& keys, Clock const& clock,
                    IdSource& ids)
        : settings_(settings), keys_(keys), clock_(clock), ids_(ids) {}

    Status ids_changed(pg::Tx& tx, std::string const& patient,
                       std::vector<domain::LocalId> const& ids) override;

private:
    Settings const& settings_;
    vault::KeyRing& keys_;
    Clock const& clock_;
    IdSource& ids_;
};

}  // namespace musubi::pix
