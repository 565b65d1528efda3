#include "policy/decide_identity.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

namespace musubi::policy {
namespace {

bool contains(std::vector<std::string> const& list, std::string const& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

bool covers(domain::ConsentRules const& consent, std::string const& owner, IdentityLimits limits) {
    if (limits != IdentityLimits::kEmergency) return consent.opens_person(owner);
    return std::none_of(consent.words.begin(), consent.words.end(), [&](auto const& word) {
        return word.absolute && word.about_persons_data() &&
               (word.owner.empty() || word.owner == owner);
    });
}

}  // namespace

bool has_identity_rule_needing_consent(Agreement const& agreement, Role const& role) {
    return std::any_of(
        agreement.identity_rules.begin(), agreement.identity_rules.end(),
        [&](IdentityRule const& rule) { return rule.role == role.code && rule.needs_consent; });
}

OpenIdentities open_identities(Agreement const& agreement, Role const& role,
                               AgreementMember const& member, domain::ConsentRules const& consent,
                               IdentityLimits limits, std::vector<std::string>& used) {
    OpenIdentities out;
    auto const& own = member.member.assigning_authorities;
    out.scope.authorities = own;
    // Of hundreds of members: looking each up in what is open already would cost its square.
    std::unordered_set<std::string_view> open(own.begin(), own.end());
    if (limits == IdentityLimits::kOwnOnly) return out;
    for (auto const& rule : agreement.identity_rules) {
        if (rule.role != role.code) continue;
        for (auto const& other : agreement.members) {
            if (rule.needs_consent && !covers(consent, other.member.code, limits)) continue;
            for (auto const& authority : other.member.assigning_authorities) {
                if (!rule.authorities.empty() && !contains(rule.authorities, authority)) continue;
                if (!open.insert(authority).second) continue;
                out.scope.authorities.push_back(authority);
                add_once(used, rule.id);
                if (rule.needs_consent && limits == IdentityLimits::kNone) out.by_consent = true;
            }
        }
    }
    return out;
}

}  // namespace musubi::policy
