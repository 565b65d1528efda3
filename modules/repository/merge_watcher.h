#pragma once
// Keeps the repository's own note of who stands for a merged patient id, inside the feed's
// transaction: a document is then found together with its surviving patient.
// Thread-safe.

#include "core/ports.h"
#include "platform/vault/key_ring.h"

namespace musubi::repository {

class MergeWatcher final : public core::PatientWatcherPort {
public:
    /// `keys`: of the tokens of source patient ids; without them nothing can be moved.
    explicit MergeWatcher(vault::KeyRing const* keys = nullptr) : keys_(keys) {}
    Status patient_known(pg::Tx& tx, std::string const& cx) override;
    Status patient_merged(pg::Tx& tx, std::string const& subsumed_cx,
                          std::string const& surviving_cx) override;
    Status patients_added(pg::Tx& tx, std::vector<Added> const& added) override;
    Status patient_unmerged(pg::Tx& tx, std::string const& subsumed_cx,
                            std::string const& surviving_cx) override;
    /// Documents follow the source patient id under which they were published.
    Status source_ids_moved(pg::Tx& tx, std::vector<domain::PatientId> const& ids,
                            std::string const& from_cx, std::string const& to_cx) override;

private:
    vault::KeyRing const* keys_;
};

}  // namespace musubi::repository
