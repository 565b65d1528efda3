#pragma once
// A patient's consent: what was said, by whom, and what stands now. History is append-only: a
// withdrawal is a new row.
//
// What stands for one scope is its newest row. A document of another member is open when
//   - it is not withheld: neither its owner nor its class or type has "withdrawn" as the newest
//   word, and
//   - it is covered: by a grant for all, for its owner, or for its class or type.
// A withdrawal for all ends every earlier grant; a later grant for all does not open what was
// withheld one by one.
//
// Thread-safe. Errors: those of the database. No names, no birth dates: patients appear by regional
// id (CX).

#include "core/ports.h"
#include "platform/base/clock.h"
#include "platform/base/ids.h"

#include <string>
#include <vector>

namespace musubi::policy {

enum class ConsentScope : std::uint8_t {
    kAll,       ///< documents of every member
    kOwner,     ///< documents of one member; value = member code
    kDocument,  ///< documents of one class or type; value = "code^^scheme"
};
std::string_view to_string(ConsentScope scope);
Result<ConsentScope> parse_consent_scope(std::string_view word);

/// One row of the history.
struct ConsentEntry {
    std::string patient;  ///< regional id, CX, surviving
    ConsentScope scope = ConsentScope::kAll;
    std::string value;  ///< empty for kAll
    bool granted = false;
    std::string basis;         ///< code of the legal basis: "written", "oral-witnessed", "law" ...
    std::string recorded_by;   ///< account of the person who entered it
    std::string organisation;  ///< member code where it was entered
    WallTime recorded_at{};
    std::int64_t position = 0;  ///< order of entry
};

struct ConsentDeps {
    pg::Pool& pool;
    core::AuditPort& audit;
    Clock const& clock;
    IdSource& ids;
};

/// What the operator enters. Lengths: at most 256 characters each.
struct ConsentChange {
    std::string patient;
    ConsentScope scope = ConsentScope::kAll;
    std::string value;
    std::string basis;
    std::string recorded_by;
    std::string organisation;
    std::string audit_source_id;  ///< AuditSourceIdentification/@AuditSourceID
};

/// Writes the row and its audit record (Security Alert, Object Security Attributes Changed) in one
/// transaction. kInvalidContent when a field is missing, too long or the patient id is no CX.
Status grant(ConsentDeps const& deps, ConsentChange const& change);
Status withdraw(ConsentDeps const& deps, ConsentChange const& change);

/// The whole history of a patient, oldest first.
Result<std::vector<ConsentEntry>> show(pg::Pool& pool, std::string const& patient);

/// What stands for each scope, from a history or from the current state: the newest entry of each
/// scope, without the grants that a later withdrawal for all has ended.
std::vector<ConsentEntry> standing(std::vector<ConsentEntry> entries);

}  // namespace musubi::policy
