#pragma once
// The audit record repository: what other systems send stands in the same trail as our own records,
// sealed and chained like them, byte for byte as it came. What can be read of it fills the columns
// it is found by; what cannot be read is kept all the same.
//
// Thread-safe. Errors: those of the vault and the journal; on error nothing was kept.

#include "atna/entry.h"
#include "atna/journal.h"
#include "core/audit_exchange.h"

namespace musubi::atna {

/// How Columns::trace begins in a record that another system sent ("syslog:tls", "syslog:udp"); our
/// own traces are UUIDs.
inline constexpr std::string_view kReceivedTrace = "syslog:";
inline bool is_received(Columns const& columns) {
    return columns.trace.starts_with(kReceivedTrace);
}

/// `Entry::message` is the line as it came.
Entry received_entry(EntrySealer const& sealer, core::ReceivedAudit const& received, Uuid const& id,
                     WallTime now);
/// The DICOM message inside a received line, as far as there is one; without byte order mark.
std::string_view message_of_line(std::string_view line);

class Receiver final : public core::AuditRepositoryPort {
public:
    Receiver(EntrySealer const& sealer, Journal& journal, IdSource& ids, Clock const& clock)
        : sealer_(sealer), journal_(journal), ids_(ids), clock_(clock) {}
    Status keep(std::span<core::ReceivedAudit const> messages) override;

private:
    EntrySealer const& sealer_;
    Journal& journal_;
    IdSource& ids_;
    Clock const& clock_;
};

}  // namespace musubi::atna
