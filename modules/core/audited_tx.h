#pragma once
// A database transaction that cannot be committed without its audit records: commit() belongs to
// the pipeline and refuses while no record was added. Destroyed without commit: rolled back.

#include "domain/audit_event.h"
#include "platform/base/result.h"

#include <functional>
#include <memory>
#include <vector>

namespace musubi::pg {
class CommitRight;
class Tx;
class Pool;
}  // namespace musubi::pg

namespace musubi::core {

class AuditPort;

class AuditedTx {
public:
    static Result<std::unique_ptr<AuditedTx>> begin(pg::Pool& pool, AuditPort& audit);
    ~AuditedTx();
    AuditedTx(AuditedTx const&) = delete;
    AuditedTx& operator=(AuditedTx const&) = delete;

    pg::Tx& tx() { return *tx_; }
    /// Runs after a successful commit, in the order given: for files that became final with it.
    /// What it throws is logged and changes nothing: the request has succeeded.
    void after_commit(std::function<void()> action) { after_commit_.push_back(std::move(action)); }
    /// Keeps the records of all calls inside this transaction; they are written with one statement
    /// that travels with COMMIT.
    Status record(std::vector<domain::AuditEvent> events);

private:
    friend class Pipeline;
    AuditedTx(std::unique_ptr<pg::Tx> tx, AuditPort& audit);
    Status commit();

    std::unique_ptr<pg::Tx> tx_;
    std::unique_ptr<pg::CommitRight> right_;  ///< so that a handler that has the Tx cannot end it
    AuditPort& audit_;
    std::vector<domain::AuditEvent> records_;
    std::vector<std::function<void()>> after_commit_;
};

}  // namespace musubi::core
