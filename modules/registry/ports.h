#pragma once
// What the registry offers other modules: in-process registration and queries, and following the
// patient identity feed. Thread-safe; they live as long as the module.

#include "core/document_ports.h"
#include "core/pipeline.h"
#include "core/ports.h"
#include "registry/deps.h"

namespace musubi::registry {

/// ITI-42 without the wire: decided, audited and committed with the caller's transaction.
class LocalDocumentRegistry final : public core::DocumentRegistryPort {
public:
    LocalDocumentRegistry(core::Pipeline& pipeline, Deps& deps);
    Result<std::vector<Issue>> register_document_set(core::CallContext const& call,
                                                     domain::Submission submission) override;

private:
    core::Pipeline& pipeline_;
    core::Definition definition_;
};

/// ITI-18 without the wire.
class LocalStoredQueries final : public core::StoredQueryPort {
public:
    LocalStoredQueries(core::Pipeline& pipeline, Deps& deps);
    Result<core::Located> locate(core::AskedQuery const& asked) const override;
    Result<std::unique_ptr<core::QueryFindings>> query(core::CallContext const& call,
                                                       core::AskedQuery asked) override;

private:
    core::Pipeline& pipeline_;
    Deps& deps_;
    core::Definition definition_;
};

/// The rules of who may merge what are the feed's; a merge told again, or one that would move an id
/// that is subsumed already, changes nothing here.
class PatientWatcher final : public core::PatientWatcherPort {
public:
    /// `keys`: of the tokens of source patient ids; without them nothing can be moved.
    explicit PatientWatcher(IdSource& ids, vault::KeyRing const* keys = nullptr)
        : ids_(ids), keys_(keys) {}
    Status patient_known(pg::Tx& tx, std::string const& cx) override;
    Status patient_merged(pg::Tx& tx, std::string const& subsumed_cx,
                          std::string const& surviving_cx) override;
    /// All in two statements.
    Status patients_added(pg::Tx& tx, std::vector<Added> const& added) override;
    /// The alias ends.
    Status patient_unmerged(pg::Tx& tx, std::string const& subsumed_cx,
                            std::string const& surviving_cx) override;
    /// Documents follow the source patient id under which they were published.
    Status source_ids_moved(pg::Tx& tx, std::vector<domain::PatientId> const& ids,
                            std::string const& from_cx, std::string const& to_cx) override;

private:
    IdSource& ids_;
    vault::KeyRing const* keys_;
};

}  // namespace musubi::registry
