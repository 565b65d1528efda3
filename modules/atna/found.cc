#include "atna/found.h"

#include "atna/receiver.h"
#include "codec/auditmsg/audit_message.h"

namespace musubi::atna {
namespace {

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
        found.event = TRY(auditmsg::read(as_bytes(entry.message)));
        found.message = std::move(entry.message);
    }
    found.event.transaction = columns.transaction;
    found.event.organisation = columns.organisation;
    found.event.rule = columns.rule;
    found.event.trace = columns.trace;
    return found;
}

}  // namespace musubi::atna
