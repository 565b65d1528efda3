#include "atna/audit.h"

#include "atna/record_id.h"
#include "atna/store.h"
#include "platform/base/metrics.h"

namespace musubi::atna {

Result<std::vector<SealedRecord>> DatabaseAudit::seal(
    std::vector<domain::AuditEvent> const& events) const {
    static auto& records = counter("atna_records_total");
    std::vector<SealedRecord> out;
    for (auto const& event : events) {
        auto const id = record_id(ids_.uuid(), event.time);
        if (!also_) {
            out.push_back({id, TRY(sealer_.seal(event, id))});
            continue;
        }
        auto more = event;
        more.objects.push_back(*also_);
        out.push_back({id, TRY(sealer_.seal(more, id))});
    }
    records.add(out.size());
    return out;
}

Status DatabaseAudit::record_in(pg::Tx& tx, std::vector<domain::AuditEvent> events) {
    store::queue_pending(tx, TRY(seal(events)));
    return {};
}

Status DatabaseAudit::record(std::vector<domain::AuditEvent> events) {
    auto const records = TRY(seal(events));
    return pool_.run([&](pg::Tx& tx) -> Status {
        store::queue_pending(tx, records);
        return {};
    });
}

Status JournalAudit::record(std::vector<domain::AuditEvent> events) {
    auto const records = TRY(seal(events));
    return journal_.append(records);
}

}  // namespace musubi::atna
