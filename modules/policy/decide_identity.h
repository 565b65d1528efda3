#pragma once
// Which identifiers of a patient a member is told (pure). Its own authorities always; another
// member's by a rule of its role, and where the rule asks for consent, only if the patient has
// agreed to that member's data being seen.

#include "policy/agreement.h"
#include "policy/patient_consent.h"

namespace musubi::policy {

bool has_identity_rule_needing_consent(Agreement const& agreement, Role const& role);

enum class IdentityLimits : std::uint8_t {
    kNone,       ///< rules and consent decide
    kOwnOnly,    ///< a row of the matrix denies all others
    kEmergency,  ///< consent is passed over where the patient has not vetoed it absolutely
};

struct OpenIdentities {
    domain::IdentityScope scope;
    bool by_consent = false;  ///< some of it rests on what the patient wants
};

/// Adds the clauses that opened something to `used`.
OpenIdentities open_identities(Agreement const& agreement, Role const& role,
                               AgreementMember const& member, domain::ConsentRules const& consent,
                               IdentityLimits limits, std::vector<std::string>& used);

}  // namespace musubi::policy
