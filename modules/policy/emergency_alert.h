#pragma once
// Internal to policy: the audit record of what happens around emergencies (DCM 110113).

#include "domain/audit_event.h"

namespace musubi::policy {

inline constexpr char const* kOverrideStarted = "110127";
inline constexpr char const* kOverrideStopped = "110138";

struct AlertFacts {
    char const* code = kOverrideStarted;  ///< one of the two above
    std::string transaction;              ///< the event's own word
    std::string person, organisation, clause;
    WallTime time{};
};
/// Without objects: whom or what it is about is the caller's to add.
domain::AuditEvent emergency_alert(AlertFacts const& facts, std::string const& source_id);
/// A thing that is no patient: an account, a declaration.
domain::AuditObject alert_object(std::string id);

}  // namespace musubi::policy
