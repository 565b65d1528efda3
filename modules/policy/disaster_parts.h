#pragma once
// Internal to the room: what rows and files of declarations have in common.

#include "policy/disaster.h"
#include "policy/emergency_alert.h"

namespace musubi::policy {

/// What the words say, if the agreement allows it and enough officers stand behind it.
Result<Disaster> disaster_of(Statement const& statement, Agreement const& agreement, WallTime now);

/// The record of a declaration, or of its end.
domain::AuditEvent disaster_event(Agreement const& agreement, Disaster const& disaster,
                                  AlertFacts facts, std::string const& source_id);

}  // namespace musubi::policy
