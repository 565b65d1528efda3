#include "policy/users.h"

#include "policy/agreement.h"

#include <algorithm>

namespace musubi::policy {
namespace {

constexpr std::string_view kOidUrn = "urn:oid:";

std::string key_of(domain::ClaimCode const& claim) { return claim.code + "^^" + claim.system; }

std::string_view without_urn(std::string_view id) {
    return id.starts_with(kOidUrn) ? id.substr(kOidUrn.size()) : id;
}

/// The organisation in the token is the one behind the certificate, or one for which that speaks.
bool speaks_for(Agreement const& agreement, AgreementMember const& member, std::string_view id) {
    std::string_view const oid = without_urn(id);
    if (oid == member.member.institution_oid) return true;
    return std::any_of(member.speaks_for.begin(), member.speaks_for.end(),
                       [&](std::string const& code) {
                           auto const* other = agreement.member(code);
                           return other && oid == other->member.institution_oid;
                       });
}

/// The first asserted role that means one in which this member's people may act.
std::string role_of(UserTerms const& terms, AgreementMember const& member,
                    domain::UserAssertion const& user) {
    for (domain::ClaimCode const& claim : user.roles) {
        auto const found = terms.roles.find(key_of(claim));
        if (found == terms.roles.end()) continue;
        for (std::string const& role : found->second) {
            if (member.roles.contains(role)) return role;
        }
    }
    return domain::kNoRole;
}

/// Nothing when purposes are told, but none that the agreement knows.
std::optional<std::string> purpose_of(UserTerms const& terms, domain::UserAssertion const& user) {
    if (user.purposes.empty()) return std::string();
    if (terms.purposes.empty()) return user.purposes.front().code;
    for (domain::ClaimCode const& claim : user.purposes) {
        auto const found = terms.purposes.find(key_of(claim));
        if (found != terms.purposes.end()) return found->second;
    }
    return std::nullopt;
}

int level_of(UserTerms const& terms, domain::UserAssertion const& user) {
    int level = 0;
    for (std::string const& context : user.authn_classes) {
        auto const found = terms.levels.find(context);
        if (found != terms.levels.end()) level = std::max(level, found->second);
    }
    return level;
}

bool counts_for(std::set<std::string> const& wanted, std::string const& one) {
    return wanted.empty() || wanted.contains(one);
}

}  // namespace

domain::AssertionRules assertion_rules(UserTerms const* terms, domain::Member const& member) {
    if (!terms) return {};
    auto const row = terms->members.find(member.code);
    return {row == terms->members.end() ? terms->by_default : row->second, terms->trust};
}

bool serves_once(UserTerms const& terms, std::string_view issuer) {
    return std::any_of(terms.trust->providers.begin(), terms.trust->providers.end(),
                       [&](auto const& one) { return one.issuer == issuer && one.once; });
}

Result<domain::Subject> with_user(Agreement const& agreement, domain::Subject subject,
                                  std::shared_ptr<domain::UserAssertion const> assertion) {
    auto const* member = agreement.member(subject.member.code);
    UserTerms const* terms = agreement.users.get();
    if (!member || !terms) return Error(Code::kUnauthenticated, "users are not provided for");
    domain::UserAssertion const& user = *assertion;
    bool const ours =
        !user.organisation_ids.empty() &&
        std::all_of(user.organisation_ids.begin(), user.organisation_ids.end(),
                    [&](auto const& id) { return speaks_for(agreement, *member, id); });
    if (!ours) {
        return Error(Code::kUnauthenticated, domain::kReasonOtherOrganisation,
                     "organisation of the assertion is not the sender's");
    }
    auto const purpose = purpose_of(*terms, user);
    subject.role = purpose ? role_of(*terms, *member, user) : domain::kNoRole;
    subject.purpose_of_use = purpose.value_or("");
    subject.user_id = user.user_name();
    subject.user_name = subject.user_id;
    int const level = level_of(*terms, user);
    for (AssuranceRule const& rule : terms->minimums) {
        if (level < rule.level && counts_for(rule.roles, subject.role) &&
            counts_for(rule.purposes, subject.purpose_of_use)) {
            return Error(Code::kUnauthenticated, "authenticated too weakly for role or purpose");
        }
    }
    subject.assertion = std::move(assertion);
    return subject;
}

}  // namespace musubi::policy
