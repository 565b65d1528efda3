#include "atna/found.h"

#include "atna/receiver.h"
#include "atna/segment.h"
#include "codec/auditmsg/audit_message.h"

namespace musubi::atna {
namespace {

/// A record of our own is read whatever it holds: a query may fill a message. In base64 it is a
/// third longer than what kMaxRecord bounds.
constexpr std::size_t kMaxOwn = 2 * kMaxRecord;

/// What another system sent may be anything: what cannot be read of it leaves its columns.
void read_received(FoundRecord& found, Entry entry) {
    found.received = entry.columns.trace.substr(kReceivedTrace.size());
    found.message = message_of_line(entry.message);
    if (auto event = auditmsg::read_what_is_there(as_bytes(found.message)))
        found.event = std::move(*event);
    if (found.event.time == WallTime()) found.event.time = entry.columns.time;
    found.line = std::move(entry.message);
}

}  // namespace

Result<FoundRecord> found_record(EntrySealer const& sealer, StoredRecord const& row) {
    auto entry = TRY(sealer.open(row.id, row.sealed));
    FoundRecord found;
    found.seq = row.seq;
    auto const columns = entry.columns;
    if (is_received(columns)) {
        read_received(found, std::move(entry));
    } else {
        found.event = TRY(auditmsg::read(as_bytes(entry.message), kMaxOwn));
        found.message = std::move(entry.message);
    }
    found.event.transaction = columns.transaction;
    found.event.organisation = columns.organisation;
    found.event.rule = columns.rule;
    found.event.trace = columns.trace;
    return found;
}

FoundRecord found_or_damaged(EntrySealer const& sealer, StoredRecord const& row) {
    if (auto found = found_record(sealer, row)) return std::move(*found);
    auto const& columns = row.columns;
    FoundRecord out;
    out.damaged = true;
    out.seq = row.seq;
    out.event.time = columns.time;
    out.event.event_id = domain::dcm(columns.event, "");
    out.event.outcome = static_cast<domain::AuditOutcome>(columns.outcome);
    out.event.transaction = columns.transaction;
    out.event.organisation = columns.organisation;
    out.event.rule = columns.rule;
    out.event.trace = columns.trace;
    for (auto const& patient : columns.patients) {
        if (!patient.starts_with("hmac:"))
            out.event.objects.push_back(domain::audit_patient(patient));
    }
    return out;
}

Result<FoundRecord> readable_record(EntrySealer const& sealer, StoredRecord const& row) {
    auto found = found_record(sealer, row);
    if (found) return found;
    return Error(found.error().code, "record " + std::to_string(row.seq) +
                                         " of the audit trail is damaged (musubi audit verify)");
}

}  // namespace musubi::atna
