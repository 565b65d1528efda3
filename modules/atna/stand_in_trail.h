#pragma once
// The audit trail of a node that stands in for the one that writes: into a journal of its own, on
// its own disk (stand_in_chain.h), and nowhere else. Who comes while a batch is being written
// shares the next one. Each record of the node itself is marked in its trace.
//
// Thread-safe. Errors: those of the vault and the journal; on error nothing may be disclosed.

#include "atna/entry.h"
#include "atna/stand_in_chain.h"
#include "core/audit_exchange.h"
#include "core/ports.h"

#include <condition_variable>
#include <mutex>

namespace musubi::atna {

/// The beginning of the trace.
inline constexpr char const* kStandInTrace = "stand-in:";

class StandInTrail final : public core::AuditPort, public core::AuditRepositoryPort {
public:
    static Result<std::unique_ptr<StandInTrail>> open(JournalSettings settings,
                                                      vault::KeyRing const& keys,
                                                      EntrySealer const& sealer, IdSource& ids,
                                                      Clock const& clock);
    Status record(std::vector<domain::AuditEvent> events) override;
    /// Refused (kBusy): there is nothing to join.
    Status record_in(pg::Tx& tx, std::vector<domain::AuditEvent> events) override;
    Status keep(std::span<core::ReceivedAudit const> messages) override;

    bool writable() const { return journal_->writable(); }
    std::uint64_t octets() const;  ///< of its segments

private:
    struct Batch;
    StandInTrail(std::unique_ptr<Journal> journal, std::unique_ptr<StandInChain> chain,
                 EntrySealer const& sealer, IdSource& ids, Clock const& clock);
    Status append(std::vector<SealedRecord> records);

    std::unique_ptr<Journal> journal_;
    std::unique_ptr<StandInChain> chain_;  ///< of the one who writes
    EntrySealer const& sealer_;
    IdSource& ids_;
    Clock const& clock_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::shared_ptr<Batch> waiting_;  ///< guarded by mutex_; null: nobody waits
    bool writing_ = false;            ///< guarded by mutex_
};

}  // namespace musubi::atna
