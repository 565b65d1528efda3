#pragma once
// In which role somebody acts, and how he stands to a patient. Pure.

#include "policy/decide.h"

namespace musubi::policy {

/// The role in which the subject acts, or null. An asserted role counts only if the agreement lets
/// the member use it: nobody can talk himself into an exempt role.
Role const* acting_role(Agreement const& agreement, domain::Subject const& subject);

/// The column of the matrix that an action is looked up in.
RuleAction rule_action_of(domain::Action action);

/// The declared disaster, if it lets this one see more.
Disaster const* disaster_for(Agreement const& agreement, Question const& question);

/// Whether the member holds a record of its own of the patient.
bool has_fed(AgreementMember const& member, Facts const& facts, std::string const& patient);
/// The same, or has declared that it treats him.
bool treats(AgreementMember const& member, Facts const& facts, std::string const& patient);

}  // namespace musubi::policy
