#pragma once
// Looking into the audit trail: search, verify, report. For `musubi audit ...` and later for audit
// consumers.
//
// Thread-safe as long as each call has an Archive of its own. Every function first moves what still
// waits in the journal and in atna.pending into the chain, so that it sees everything that was
// recorded before the call. Whoever looks is recorded too: write log_used() through an AuditPort
// before showing anything (ITI TF-2 3.20, "Audit Log Used").

#include "atna/entry.h"
#include "platform/base/clock.h"
#include "platform/pg/pool.h"

#include <filesystem>
#include <optional>

namespace musubi::atna {

struct Archive {
    pg::Pool& pool;
    vault::KeyRing& keys;
    std::filesystem::path journal_folder;
    std::vector<std::string> regional_authorities;  ///< as configured: patient ids in the clear
};

/// All conditions together; what is empty is no condition. Newest first.
struct SearchQuery {
    std::string patient;  ///< CX, exact
    std::string member;
    std::string document;  ///< unique id
    std::string user;      ///< user id of the person, exact
    std::string transaction;
    std::optional<domain::AuditOutcome> outcome;
    std::optional<WallTime> from, to;  ///< [from, to)
    int limit = 100;                   ///< 1 to 10,000
};

struct FoundRecord {
    std::int64_t seq = 0;
    domain::AuditEvent event;   ///< with transaction, organisation (the sender's), rule, trace
    std::string message;        ///< DICOM XML
    std::string received = {};  ///< carrier ("tls", "udp") by which another system sent it
    std::string line = {};      ///< and what it sent, byte for byte
};

Result<std::vector<FoundRecord>> search(Archive const& archive, SearchQuery const& query);
/// One JSON object without line break: time, transaction, event_id, event_type, outcome, user,
/// organisation, peer, patient, objects, rule, message, trace, seq; of received ones also received
/// (the carrier) and line (base64), and octets that are no UTF-8 stand as '?' in message.
std::string to_json_line(FoundRecord const& record);

enum class Damage : std::uint8_t {
    kNone,
    kRemoved,    ///< the record with this number is missing
    kAltered,    ///< its content or its columns are not what was sealed
    kReordered,  ///< genuine, but not in the place where it was put
    kCutOff,     ///< newest records are missing, or the chain was computed anew
};
std::string_view to_string(Damage damage);

struct Verification {
    std::int64_t records = 0;  ///< found good
    Damage damage = Damage::kNone;
    std::int64_t seq = 0;  ///< the first bad one
    std::string text;      ///< for people
};
/// Walks the whole chain, opens every record and compares; stops at the first damage.
Result<Verification> verify(Archive const& archive);

/// Who saw a patient's record, newest first.
struct PatientReport {
    std::string text;  ///< table
    std::string csv;   ///< RFC 4180, UTF-8, with header line
    int lines = 0;
};
Result<PatientReport> report(Archive const& archive, std::string const& patient_cx);

/// The record of such a look: DCM 110101. `what` names the command, never its findings.
domain::AuditEvent log_used(std::string const& user, std::string const& organisation,
                            std::string const& what, std::string const& audit_source_id,
                            WallTime now);

}  // namespace musubi::atna
