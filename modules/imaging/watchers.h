#pragma once
// Keeps the index of manifests in step with the registry and the patient index, inside their own
// transactions: a manifest counts as long as its DocumentEntry is approved, for the patient to whom
// it belongs today. Thread-safe.

#include "core/ports.h"
#include "platform/base/ids.h"
#include "platform/vault/key_ring.h"

namespace musubi::imaging {

/// Entries that describe manifests; what those refer to is the inspector's part.
class ManifestWatcher final : public core::DocumentWatcherPort {
public:
    ManifestWatcher(vault::KeyRing& keys, IdSource& ids) : keys_(keys), ids_(ids) {}
    Status document_registered(core::CallContext const& call,
                               core::RegisteredDocument const& document) override;
    Status documents_deprecated(core::CallContext const& call,
                                std::vector<std::string> const& keys) override;

private:
    vault::KeyRing& keys_;
    IdSource& ids_;
};

class PatientWatcher final : public core::PatientWatcherPort {
public:
    explicit PatientWatcher(vault::KeyRing const& keys) : keys_(keys) {}
    Status patient_known(pg::Tx& tx, std::string const& cx) override;
    Status patient_merged(pg::Tx& tx, std::string const& subsumed_cx,
                          std::string const& surviving_cx) override;
    Status patients_added(pg::Tx& tx, std::vector<Added> const& added) override;
    Status patient_unmerged(pg::Tx& tx, std::string const& subsumed_cx,
                            std::string const& surviving_cx) override;
    Status source_ids_moved(pg::Tx& tx, std::vector<domain::PatientId> const& ids,
                            std::string const& from_cx, std::string const& to_cx) override;

private:
    vault::KeyRing const& keys_;
};

}  // namespace musubi::imaging
