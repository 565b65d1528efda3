#pragma once
// Who asks about persons too often, and who leafs through them: per member, over all doors of this
// node. Thread-safe; memory is bounded by the agreement's own numbers. In memory only: a restart
// begins anew.

#include "domain/access.h"
#include "domain/audit_event.h"
#include "platform/base/clock.h"
#include "platform/base/result.h"

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace musubi::core {

class DisclosureGuard {
public:
    /// `alarm` records a security alert; its failure is the caller's failure.
    using Alarm = std::function<Status(domain::AuditEvent event)>;
    DisclosureGuard(Clock const& clock, Alarm alarm);

    /// Counts one question. kBusy: more than the agreement allows in a minute; the question is not
    /// to be looked at.
    Status asked(domain::Subject const& subject, domain::DemographicsRules const& rules);
    /// Counts persons (regional ids) about to be shown. More different ones within an hour than the
    /// agreement expects: security alert, metric and log line, at most once in an hour for a
    /// member.
    Status shown(domain::Subject const& subject, domain::DemographicsRules const& rules,
                 std::vector<std::string> const& patients);

private:
    using Time = std::chrono::steady_clock::time_point;
    struct Member {
        std::deque<Time> questions;                  ///< of the last minute
        std::unordered_map<std::size_t, Time> seen;  ///< digest of a regional id, last shown
        std::deque<std::pair<Time, std::size_t>> order;
        std::optional<Time> alarmed;
    };
    /// True: an alarm is due.
    bool count(Member& member, domain::DemographicsRules const& rules,
               std::vector<std::string> const& patients, Time now) const;

    Clock const& clock_;
    Alarm const alarm_;
    std::mutex mutex_;
    std::map<std::string, Member> members_;
};

}  // namespace musubi::core
