#include "atna/audit.h"

#include "atna/store.h"
#include "platform/base/metrics.h"

namespace musubi::atna {

Result<std::vector<SealedRecord>> DatabaseAudit::seal(std::vector<domain::AuditEvent> const& events) const {
    static auto& records = counter("atna_records_total");
    std::vector<SealedRecord> out;
    for (auto const& event : events) {
        auto const entry = sealer_.entry_of(event, ids_.uuid());
        out.push_back({entry.id, TRY(sealer_.seal(entry))});
    }
    records.add(out.size());
    return out;
}

Status DatabaseAudit::record_in(pg::Tx& tx, std::vector<domain::AuditEvent> events) {
    for (auto const& record : TRY(seal(events))) store::queue_pending(tx, record);
    return {};
}

Status DatabaseAudit::record(std::vector<domain::AuditEvent> events) {
    auto const records = TRY(seal(events));
    return pool_.run([&](pg::Tx& tx) -> Status {
        for (auto const& record : records) store::queue_pending(tx, record);
        return {};
    });
}

Status JournalAudit::record(std::vector<domain::AuditEvent> events) {
    auto const records = TRY(seal(events));
    return journal_.append(records);
}

}  // namespace musubi::atna
