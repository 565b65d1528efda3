#pragma once
// Broken glass: written down, recorded (DCM 110127) and announced before anything is shown, looked
// at afterwards by a deadline. One claim lasts for the agreement's minutes for the same person and
// patient; then it is a new one, announced again.
//
// Thread-safe. Errors: those of the database and of the audit trail; then nothing is shown.

#include "policy/decide.h"
#include "policy/notices.h"

namespace musubi::policy {

struct EmergencyDeps {
    pg::Pool& pool;
    core::AuditPort& audit;
    IdSource& ids;
    std::string audit_source_id;
};

/// For a permitted decision: one round of writing for each patient about whom something is to be
/// told and has not been told yet. kDenied where the agreement suspends whoever has an access that
/// nobody has looked at in time.
Status announce_use(EmergencyDeps const& deps, Agreement const& agreement, Question const& question,
                    Facts const& facts, core::Decision const& decision);

struct EmergencyAccess {
    Uuid id{};
    std::string patient, member, person, role, purpose, reason, clause;
    WallTime opened_at{}, ends_at{}, review_by{};
    std::optional<bool> justified;  ///< nothing: nobody has looked yet
    std::string reviewed_by;
};
/// Oldest first, at most 1,000. `open_only`: those that nobody has reviewed.
enum class Reviewed : std::uint8_t { kNo, kAny };
Result<std::vector<EmergencyAccess>> emergency_accesses(pg::Pool& pool, Reviewed which);
/// kNotFound: no such access; kConflict: reviewed before.
Status review(EmergencyDeps const& deps, Uuid const& access, bool justified,
              std::string const& reviewer, WallTime now);
/// How many should have been reviewed by now.
Result<std::int64_t> overdue_reviews(pg::Pool& pool, WallTime now);

}  // namespace musubi::policy
