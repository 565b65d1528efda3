#include "policy/decide_identity.h"

#include <algorithm>

namespace musubi::policy {
namespace {

bool contains(std::vector<std::string> const& list, std::string const& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

/// Consent to single kinds of documents says nothing about the person's numbers and address.
bool covers(PatientConsent const& consent, std::string const& owner) {
    if (contains(consent.withheld_owners, owner)) return false;
    return consent.all || contains(consent.owners, owner);
}

}  // namespace

bool has_identity_rule_needing_consent(Agreement const& agreement, Role const& role) {
    return std::any_of(
        agreement.identity_rules.begin(), agreement.identity_rules.end(),
        [&](IdentityRule const& rule) { return rule.role == role.code && rule.needs_consent; });
}

domain::IdentityScope identity_scope(Agreement const& agreement, Role const& role,
                                     AgreementMember const& member, PatientConsent const& consent,
                                     std::vector<std::string>& used) {
    domain::IdentityScope scope;
    scope.authorities = member.member.assigning_authorities;
    for (auto const& rule : agreement.identity_rules) {
        if (rule.role != role.code) continue;
        for (auto const& other : agreement.members) {
            if (rule.needs_consent && !covers(consent, other.member.code)) continue;
            for (auto const& authority : other.member.assigning_authorities) {
                if (!rule.authorities.empty() && !contains(rule.authorities, authority)) continue;
                if (contains(scope.authorities, authority)) continue;
                scope.authorities.push_back(authority);
                add_once(used, rule.id);
            }
        }
    }
    return scope;
}

}  // namespace musubi::policy
