#include "atna/receiver.h"

#include "atna/record_id.h"
#include "codec/auditmsg/audit_message.h"
#include "codec/syslog/syslog_message.h"
#include "platform/base/metrics.h"

namespace musubi::atna {
namespace {

// What a stranger's message may put into the columns.
constexpr std::size_t kMaxCode = 64;
constexpr std::size_t kMaxId = 512;
constexpr std::size_t kMaxIds = 64;

WallTime day(int year) { return WallTime(std::chrono::sys_days(std::chrono::year(year) / 1 / 1)); }

void bound(std::string& text, std::size_t limit) {
    if (text.size() > limit) text.clear();
}

void bound(std::vector<std::string>& ids) {
    std::erase_if(ids, [](std::string const& id) { return id.size() > kMaxId; });
    if (ids.size() > kMaxIds) ids.resize(kMaxIds);
}

/// The IHE transaction that the message names, or just that it came by syslog.
std::string transaction_of(domain::AuditEvent const& event) {
    for (auto const& type : event.event_types) {
        if (type.system == "IHE Transactions" && type.code.size() <= kMaxCode) return type.code;
    }
    return "syslog";
}

}  // namespace

std::string_view message_of_line(std::string_view line) {
    auto const read = syslog::read(line);
    if (read) return read->message;
    // Not RFC 5424, but perhaps an audit message behind some other head.
    auto const at = line.find("<AuditMessage");
    return at == std::string_view::npos ? std::string_view() : line.substr(at);
}

Entry received_entry(EntrySealer const& sealer, core::ReceivedAudit const& received, Uuid const& id,
                     WallTime now) {
    static Counter& unread = counter("atna_received_unreadable_total");
    domain::AuditEvent event;
    bool readable = false;
    if (auto read = auditmsg::read_what_is_there(as_bytes(message_of_line(received.message)))) {
        event = std::move(*read);
        readable = true;
    } else {
        unread.add();
    }
    event.transaction = readable ? transaction_of(event) : "syslog";
    event.organisation = received.member;
    event.trace = std::string(kReceivedTrace).append(received.transport);
    // A time that nobody can mean would only hide the record from those who search.
    if (event.time < day(1990) || event.time > day(2200)) event.time = now;

    Entry entry;
    entry.id = id;
    entry.columns = sealer.columns_of(event);
    auto& c = entry.columns;
    bound(c.event, kMaxCode);
    bound(c.event_type, kMaxCode);
    bound(c.patients);
    bound(c.documents);
    entry.message = received.message;
    return entry;
}

Status Receiver::keep(std::span<core::ReceivedAudit const> messages) {
    std::vector<SealedRecord> records;
    records.reserve(messages.size());
    for (auto const& message : messages) {
        auto const now = clock_.now();
        auto const entry = received_entry(sealer_, message, record_id(ids_.uuid(), now), now);
        records.push_back({entry.id, TRY(sealer_.seal(entry))});
    }
    TRY(journal_.append(records));
    for (auto const& message : messages) {
        counter("atna_received_total", "transport=\"" + std::string(message.transport) + "\"")
            .add();
    }
    return {};
}

}  // namespace musubi::atna
