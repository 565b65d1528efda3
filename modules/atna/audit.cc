#include "atna/audit.h"

#include "atna/store.h"
#include "platform/base/metrics.h"

namespace musubi::atna {
namespace {

/// A random number behind the time (version 7, RFC 9562): what comes together lies together in the
/// table's index.
Uuid in_order_of_time(Uuid const& random, WallTime time) {
    auto octets = random.octets();
    auto const ms = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count());
    for (std::size_t i = 0; i < 6; ++i) octets[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
    octets[6] = static_cast<std::uint8_t>((octets[6] & 0x0F) | 0x70);
    return Uuid(octets);
}

}  // namespace

Result<std::vector<SealedRecord>> DatabaseAudit::seal(
    std::vector<domain::AuditEvent> const& events) const {
    static auto& records = counter("atna_records_total");
    std::vector<SealedRecord> out;
    for (auto const& event : events) {
        auto const id = in_order_of_time(ids_.uuid(), event.time);
        out.push_back({id, TRY(sealer_.seal(event, id))});
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
