#pragma once
// AuditPort twice: through the database alone (tools beside a running node), and with the journal
// (the node). Thread-safe. Errors: those of the vault, the journal and the database; on error
// nothing may be disclosed.

#include "atna/entry.h"
#include "atna/journal.h"
#include "core/ports.h"
#include "platform/pg/pool.h"

namespace musubi::atna {

/// record() commits a transaction of its own: right for operators' commands, too slow for serving.
class DatabaseAudit : public core::AuditPort {
public:
    DatabaseAudit(pg::Pool& pool, EntrySealer const& sealer, IdSource& ids)
        : pool_(pool), sealer_(sealer), ids_(ids) {}
    Status record(std::vector<domain::AuditEvent> events) override;
    Status record_in(pg::Tx& tx, std::vector<domain::AuditEvent> events) override;
    /// From now on every record names this object too: under which order something is done, say.
    /// Before other threads use this.
    void name_also(domain::AuditObject object) { also_ = std::move(object); }

protected:
    Result<std::vector<SealedRecord>> seal(std::vector<domain::AuditEvent> const& events) const;

private:
    pg::Pool& pool_;
    EntrySealer const& sealer_;
    IdSource& ids_;
    std::optional<domain::AuditObject> also_;
};

/// record() is durable in the journal, one sync for all that wait.
class JournalAudit final : public DatabaseAudit {
public:
    JournalAudit(pg::Pool& pool, EntrySealer const& sealer, IdSource& ids, Journal& journal)
        : DatabaseAudit(pool, sealer, ids), journal_(journal) {}
    Status record(std::vector<domain::AuditEvent> events) override;

private:
    Journal& journal_;
};

}  // namespace musubi::atna
