#pragma once
// Disasters that officers of the agreement have declared (agreement: emergency.disaster). While one
// is in force the roles that the agreement names see more, up to its maximum, but for what a
// patient withheld absolutely; and the gateways may be closed. It ends at its time, or before by
// another statement; afterwards somebody looks back on it, by a deadline.
//
// Thread-safe. Errors: kInvalidContent (not as the agreement wants it), kConflict, kNotFound, those
// of the database and of the audit trail.

#include "platform/pg/pool.h"
#include "policy/emergency.h"
#include "policy/statement.h"

#include <functional>
#include <mutex>

namespace musubi::policy {

struct Disaster {
    Uuid id{};
    std::string kind;  ///< of the agreement's list
    std::string text;
    std::set<std::string> members, roles;  ///< empty: all whom the agreement names
    std::set<std::string> modes;
    std::set<std::string> officers;  ///< who declared it
    WallTime begins{}, ends{};       ///< `ends` also when it was ended before its time
    WallTime review_by{};
    std::string findings, reviewed_by;  ///< empty: nobody has looked back yet

    bool in_force(WallTime now) const { return now >= begins && now < ends; }
    bool covers(std::string const& member, std::string const& role, WallTime now) const {
        return in_force(now) && (members.empty() || members.contains(member)) &&
               (roles.empty() || roles.contains(role));
    }
};

/// What a declaration is to say.
struct DisasterDraft {
    std::string kind, text;
    int hours = 0;  ///< from now on
    std::set<std::string> members, roles, modes;
};
/// The words to be signed. kInvalidContent when the agreement does not allow them.
Result<std::string> draft_disaster(Agreement const& agreement, DisasterDraft const& draft,
                                   IdSource& ids, WallTime now);
Result<std::string> draft_disaster_end(Agreement const& agreement, Uuid const& declaration,
                                       std::string const& text, IdSource& ids);

/// Puts a signed declaration into force, or ends one: stored, recorded (DCM 110127, 110138) and
/// told to all members in one transaction.
/// kAtStandIn: it was in force at a node that could not write, and may be over: registered so that
/// it can be told and looked back on.
enum class Declared : std::uint8_t { kNow, kAtStandIn };
Result<Disaster> declare_disaster(EmergencyDeps const& deps, Agreement const& agreement,
                                  Statement const& statement, std::string const& by, WallTime now,
                                  Declared declared = Declared::kNow);
Status end_disaster(EmergencyDeps const& deps, Agreement const& agreement,
                    Statement const& statement, std::string const& by, WallTime now);
/// What was found when it was over. kConflict: it is not over, or was reviewed.
Status review_disaster(EmergencyDeps const& deps, Agreement const& agreement,
                       Uuid const& declaration, std::string const& findings, std::string const& by,
                       WallTime now);

/// Those whose signatures count under this agreement, oldest first; at most 1,000.
Result<std::vector<Disaster>> disasters(pg::Pool& pool, Agreement const& agreement, WallTime now);

/// What is in force, read again when the last look is older than a second; by one who asks at a
/// time, the others go on with what is known for a few seconds. When it cannot be read, none is:
/// nothing is opened by a table that nobody can ask.
class DisasterWatch {
public:
    using Found = std::shared_ptr<Disaster const>;
    using Elsewhere = std::function<Found(Agreement const&, WallTime)>;
    /// `elsewhere` is asked where the table has none in force (disaster_files.h).
    DisasterWatch(pg::Pool& pool, Clock const& clock, Elsewhere elsewhere = {})
        : pool_(pool), clock_(clock), elsewhere_(std::move(elsewhere)) {}
    /// Null: none.
    std::shared_ptr<Disaster const> now(Agreement const& agreement) const;

private:
    Found read(Agreement const& agreement, WallTime at) const;

    pg::Pool& pool_;
    Clock const& clock_;
    Elsewhere const elsewhere_;
    mutable std::mutex mutex_;  ///< guards what follows
    mutable Found found_;
    mutable std::string agreement_;  ///< hash of the one that it was read under
    mutable std::optional<std::chrono::steady_clock::time_point> looked_;
    mutable bool looking_ = false;
};

}  // namespace musubi::policy
