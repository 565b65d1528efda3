#pragma once
// A patient's consent: what was said, by whom, and what stands now. History is append-only: a
// withdrawal is a new row.
//
// A word names any of the conditions below; none: everything. What stands for one set of conditions
// is the newest word that holds now. A withdrawal ends every earlier grant within it; a later grant
// does not open what was withheld more exactly. Of the words that stand, one that says the same
// more exactly overrules the more general one; of those that are left every one must grant
// (domain::ConsentRules).
//
// Thread-safe. Errors: those of the database. No names, no birth dates: patients appear by regional
// id (CX).

#include "core/ports.h"
#include "platform/base/clock.h"
#include "platform/base/ids.h"
#include "policy/consent_terms.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace musubi::policy {

/// What a word is about. Numbers are those of the table.
enum class ConsentAbout : std::uint8_t {
    kView = 1,     ///< others see documents
    kPublish = 2,  ///< documents are published
    kDeath = 3,    ///< "granted": the person has died; nothing more is said for him
};
std::string_view to_string(ConsentAbout about);
Result<ConsentAbout> parse_consent_about(std::string_view word);

/// All that are filled must hold. Codes are "code^^scheme".
struct ConsentScope {
    std::string owner;       ///< member that published
    std::string reader;      ///< member that asks
    std::string person;      ///< user id of who asks
    std::string purpose;     ///< purpose of use
    std::string department;  ///< practice setting
    std::string code;        ///< class or type
    std::string document;    ///< unique id
    auto operator<=>(ConsentScope const&) const = default;
    /// Everything that this one covers lies in `wide` too.
    bool within(ConsentScope const& wide) const;
};
/// "all", or its conditions: "member hospital, code 57833-6^^2.16.840.1.113883.6.1".
std::string to_string(ConsentScope const& scope);

/// One row of the history.
struct ConsentEntry {
    std::string patient;  ///< regional id, CX, surviving
    ConsentAbout about = ConsentAbout::kView;
    ConsentScope scope;
    bool granted = false;
    bool absolute = false;     ///< withheld even from emergencies
    std::string basis;         ///< code of the legal basis: "written", "oral-witnessed", "law" ...
    std::string given_by;      ///< "patient", or the kind of proxy
    std::string evidence;      ///< where the form is; empty: not told
    std::string recorded_by;   ///< account of the person who entered it
    std::string organisation;  ///< member code where it was entered
    WallTime recorded_at{};
    std::optional<WallTime> from, until;  ///< holds in between; `until` is the first moment after
    std::int64_t position = 0;            ///< order of entry
    Uuid id{};

    bool holds(WallTime now) const { return (!from || *from <= now) && (!until || now < *until); }
};

struct ConsentDeps {
    pg::Pool& pool;
    core::AuditPort& audit;
    Clock const& clock;
    IdSource& ids;
    ConsentTerms const* terms = nullptr;  ///< what the agreement wants of a word; null: nothing
};

/// What the operator, or a form, says. Lengths: at most 256 characters each.
struct ConsentChange {
    std::string patient;
    ConsentAbout about = ConsentAbout::kView;
    ConsentScope scope;
    bool absolute = false;
    std::string basis;
    std::string given_by = "patient";
    std::string evidence;
    std::string recorded_by;
    std::string organisation;
    std::optional<WallTime> from, until;
    std::string audit_source_id;  ///< AuditSourceIdentification/@AuditSourceID
    std::optional<Uuid> id;       ///< taken over from another node; else a new one
};

/// Writes the row and its audit record (Security Alert, Object Security Attributes Changed) in one
/// transaction. kInvalidContent when a field is missing, too long or contradicts the agreement's
/// terms, or the patient id is no CX; kConflict when the person's death is on record and the basis
/// is not "law".
Status grant(ConsentDeps const& deps, ConsentChange const& change);
Status withdraw(ConsentDeps const& deps, ConsentChange const& change);

/// The same inside the caller's transaction, for several words that belong together.
Status record_in(ConsentDeps const& deps, pg::Tx& tx, ConsentChange const& change, bool granted);
/// The terms alone: what record_in() would refuse without asking the database.
Status check(ConsentChange const& change, bool granted, ConsentTerms const* terms);

/// Which of these words are there.
Result<std::set<Uuid>> known_words(pg::Pool& pool, std::vector<Uuid> const& ids);

/// Positions of the words that count: not those of forms that were replaced, nor what a taken back
/// merge had repeated.
Result<std::set<std::int64_t>> counting(pg::Pool& pool, std::string const& patient);

/// The whole history of a patient, oldest first.
Result<std::vector<ConsentEntry>> show(pg::Pool& pool, std::string const& patient);

/// What stands at `now`: the newest entry of each scope that holds, without the grants that a later
/// withdrawal has ended.
std::vector<ConsentEntry> standing(std::vector<ConsentEntry> entries, WallTime now);

}  // namespace musubi::policy
