#pragma once
// The regular review of the log: rules look through the columns of the chain, what they find waits
// for somebody to sign it off by a deadline. Rules that would have to open records are not among
// them: whoever reviews opens what a finding points to.
//
//   bulk     one person looked at so many different patients within an hour
//   denials  so many refusals within an hour, of one person, or of a member's systems
//   night    one person looked so often in one night of Japan
//   watched  any access, on one day, to a patient of the list of those to be watched
//   relation a person looked, on one day, at a patient with whom the member has no relation of
//            treatment that the region knows of (core/relation_port.h)
//   family   a person looked, on one day, at a patient of the same family name: a relative,
//            perhaps (core/namesake_port.h); found by keyed tokens
//
// Thread-safe. Errors: those of the database and the audit trail.

#include "atna/entry.h"
#include "core/config.h"
#include "core/namesake_port.h"
#include "core/ports.h"
#include "core/relation_port.h"

#include <optional>

namespace musubi::atna {

struct ReviewSettings {
    std::int64_t bulk_patients = 0;  ///< within an hour; 0: this rule is off, as with the others
    std::int64_t denials = 0;
    std::int64_t night_records = 0;
    int night_begins = 22, night_ends = 6;  ///< hours of Japan
    bool relation = false;
    bool family = false;
    std::string watched_file;          ///< one patient id (CX) in a line; empty: nobody
    std::chrono::hours days{24 * 14};  ///< until a finding must be signed off
    std::chrono::milliseconds interval{};
    std::int64_t looks_at_once = 50'000;  ///< of one person at one patient's record, in memory
    bool enabled() const {
        return bulk_patients > 0 || denials > 0 || night_records > 0 || relation || family ||
               !watched_file.empty();
    }
};
std::vector<core::ConfigKey> review_keys();
ReviewSettings review_settings(core::Config const& config);

/// Judges every hour, night and day that ended between `since` and `until`; how many findings are
/// new. What was found before is not found again, so periods may overlap. Rules whose port is
/// missing are left out. Deadlines count from `now`.
struct ReviewPeriod {
    WallTime since{}, until{}, now{};
};
struct ReviewPorts {
    core::RelationPort const* relations = nullptr;
    core::FamilyNamePort const* families = nullptr;
};
Result<int> look_through(pg::Pool& pool, EntrySealer const& sealer, ReviewSettings const& settings,
                         ReviewPeriod const& period, ReviewPorts ports = {});

struct AuditFinding {
    std::int64_t id = 0;
    std::string rule;
    WallTime begins{}, ends{};
    std::string member;
    Bytes user_token;
    std::string patient;  ///< as in the columns
    std::int64_t records = 0, patients = 0, first_seq = 0, last_seq = 0;
    WallTime review_by{};
    std::optional<bool> justified;  ///< nothing: nobody has signed it off
    std::string reviewed_by;
};
/// At most 1,000: those that wait, oldest first; or all, newest first.
enum class SignedOff : std::uint8_t { kNo, kAny };
Result<std::vector<AuditFinding>> audit_findings(pg::Pool& pool, SignedOff which);
Result<std::int64_t> overdue_findings(pg::Pool& pool, WallTime now);

struct SignOff {
    std::int64_t finding = 0;
    bool justified = false;
    std::string reviewer;
};
/// With `record`, the event that tells of it. kNotFound; kConflict: signed off before.
Status sign_off(pg::Pool& pool, core::AuditPort& audit, SignOff const& word,
                domain::AuditEvent record, WallTime now);

}  // namespace musubi::atna
