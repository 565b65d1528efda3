#pragma once
// Looking into the audit trail: search and verify (reports: report_facts.h). For `musubi audit ...`
// and later for audit consumers.
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

/// By what roots (roots_record.h) are judged. Without certificates they are not looked at.
struct Evidence {
    std::vector<std::string> certificates = {};         ///< PEM files: any of these may have signed
    std::string stamp_authorities = {};                 ///< PEM file; empty: stamps are not checked
    std::vector<std::filesystem::path> published = {};  ///< folders of published roots
};

struct Archive {
    pg::Pool& pool;
    vault::KeyRing& keys;
    std::filesystem::path journal_folder;
    std::vector<std::string> regional_authorities;  ///< as configured: patient ids in the clear
    Evidence evidence = {};
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
    bool damaged = false;       ///< does not open any more: `event` is what the columns say
};

/// A record that was tampered with is told as damaged, and keeps nobody from seeing the others.
Result<std::vector<FoundRecord>> search(Archive const& archive, SearchQuery const& query);
/// kNotFound. For one that the chain has already.
Result<FoundRecord> record_at(Archive const& archive, std::int64_t seq);
/// One JSON object without line break: time, transaction, event_id, event_type, outcome, user,
/// organisation, peer, patient, objects, rule, message, trace, seq; `damaged` where it is; of
/// received ones also received (the carrier) and line (base64), and octets that are no UTF-8 stand
/// as '?' in message.
std::string to_json_line(FoundRecord const& record);

enum class Damage : std::uint8_t {
    kNone,
    kRemoved,    ///< the record with this number is missing
    kAltered,    ///< its content or its columns are not what was sealed
    kReordered,  ///< genuine, but not in the place where it was put
    kCutOff,     ///< newest records are missing, or the chain was computed anew
    kRoot,       ///< a signed root is missing, or not what was signed, published or stamped
};
std::string_view to_string(Damage damage);

struct Verification {
    std::int64_t records = 0;  ///< found good
    Damage damage = Damage::kNone;
    std::int64_t seq = 0;        ///< the first bad one
    std::string text;            ///< for people
    std::int64_t roots = 0;      ///< signed over these records, found good
    std::int64_t stamped = 0;    ///< of these: with a time stamp that was checked
    std::int64_t uncovered = 0;  ///< newest records that no root covers yet
};
/// Walks the whole chain, opens every record and compares; stops at the first damage. Roots, those
/// of the database and those that were published, are compared with what they were signed over:
/// what somebody with all rights here has done still shows against a published copy.
Result<Verification> verify(Archive const& archive);

/// The record of such a look: DCM 110101. `what` names the command, never its findings.
domain::AuditEvent log_used(std::string const& user, std::string const& organisation,
                            std::string const& what, std::string const& audit_source_id,
                            WallTime now);

}  // namespace musubi::atna
