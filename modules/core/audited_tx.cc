#include "core/audited_tx.h"

#include "core/ports.h"
#include "platform/base/log.h"
#include "platform/pg/pool.h"

#include <utility>

namespace musubi::core {

AuditedTx::AuditedTx(std::unique_ptr<pg::Tx> tx, AuditPort& audit)
    : tx_(std::move(tx)),
      right_(std::make_unique<pg::CommitRight>(tx_->reserve_commit())),
      audit_(audit) {}
AuditedTx::~AuditedTx() = default;

Result<std::unique_ptr<AuditedTx>> AuditedTx::begin(pg::Pool& pool, AuditPort& audit) {
    auto tx = std::make_unique<pg::Tx>(TRY(pool.begin()));
    return std::unique_ptr<AuditedTx>(new AuditedTx(std::move(tx), audit));
}

Status AuditedTx::record(std::vector<domain::AuditEvent> events) {
    for (auto& event : events) records_.push_back(std::move(event));
    return {};
}

Status AuditedTx::commit() {
    if (records_.empty()) return Error(Code::kInternal, "commit without an audit record");
    TRY(audit_.record_in(*tx_, std::exchange(records_, {})));
    TRY(tx_->commit(*right_));
    for (auto const& action : after_commit_) {
        try {
            action();
        } catch (std::exception const& e) {
            log_error("after_commit.failed", {{"detail", e.what()}});
        }
    }
    return {};
}

}  // namespace musubi::core
