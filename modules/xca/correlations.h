#pragma once
// By which ids other communities know our patients, as they told. Durable and shared by all nodes
// of the database; an entry ends by its time, when the patient's identity changes here (watcher
// below), and when its community no longer knows the id. The ids of others are sealed.
//
// Thread-safe. Errors are the database's and the key ring's.

#include "core/patient_revision_port.h"
#include "core/ports.h"
#include "platform/base/clock.h"
#include "platform/pg/pool.h"
#include "platform/vault/key_ring.h"

#include <map>
#include <optional>
#include <string>

namespace musubi::xca {

class Correlations {
public:
    Correlations(pg::Pool& pool, vault::KeyRing& keys, Clock const& clock)
        : pool_(pool), keys_(keys), clock_(clock) {}

    /// By homeCommunityId. An empty id: it said that it does not know him; not there: ask.
    using Known = std::map<std::string, std::optional<std::string>, std::less<>>;
    Result<Known> known(std::string const& patient) const;
    /// `id` (CX) empty: it does not know him.
    Status note(std::string const& patient, std::string const& home,
                std::optional<std::string> const& id, std::chrono::seconds keep);
    Status forget(std::string const& patient, std::string const& home);

private:
    pg::Pool& pool_;
    vault::KeyRing& keys_;
    Clock const& clock_;
};

/// Forgets what others said of patients who merge, part or change, inside the feed's transaction:
/// what was found with what is no longer true is asked again.
class CorrelationWatcher final : public core::PatientWatcherPort, public core::PatientRevisionPort {
public:
    Status patient_known(pg::Tx&, std::string const&) override { return {}; }
    /// Nobody can have asked about an id that did not exist.
    Status patients_added(pg::Tx&, std::vector<Added> const&) override { return {}; }
    Status patient_merged(pg::Tx& tx, std::string const& subsumed_cx,
                          std::string const& surviving_cx) override;
    Status patient_unmerged(pg::Tx& tx, std::string const& subsumed_cx,
                            std::string const& surviving_cx) override;
    Status source_ids_moved(pg::Tx& tx, std::vector<domain::PatientId> const& ids,
                            std::string const& from_cx, std::string const& to_cx) override;
    Status patient_revised(pg::Tx& tx, std::string const& cx) override;
};

}  // namespace musubi::xca
