#pragma once
// Emergencies in a node that only reads (agreement: emergency.stand_in). Nothing can be written
// into the database there, so a broken glass is put on record alone (DCM 110127), with all that its
// row and its notices need; restore_announcement() makes these of the record where the trail of
// the stand-in is reconciled.
//
// StandInWitness is thread-safe. Errors: those of the database and of the audit trail; then nothing
// is shown.

#include "policy/emergency.h"

#include <map>
#include <mutex>

namespace musubi::policy {

class StandInWitness {
public:
    /// As announce_use(). What was on record before the node stood in is not looked at: it is
    /// announced again.
    Status announce(EmergencyDeps const& deps, Agreement const& agreement, Question const& question,
                    Facts const& facts, core::Decision const& decision);
    /// True the first time, here and as far as the copy of the database tells.
    Result<bool> first_use(pg::Pool& pool, domain::UserAssertion const& assertion, WallTime now);

private:
    /// True when it is not held yet; then it is, until its time.
    bool take(std::string const& key, WallTime until, WallTime now);
    void give_back(std::string const& key);

    static constexpr std::size_t kMost = 100'000;
    std::mutex mutex_;
    std::map<std::string, WallTime> held_;  ///< guarded by mutex_; until when it counts
};

/// `event` as StandInWitness recorded it. True: the row or a notice of it is new; false: everything
/// was there. Any other event: false.
Result<bool> restore_announcement(EmergencyDeps const& deps, Agreement const& agreement,
                                  domain::AuditEvent const& event);

}  // namespace musubi::policy
