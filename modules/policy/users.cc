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
AgreementMember const* named_by(Agreement const& agreement, AgreementMember const& member,
                                std::string_view id) {
    std::string_view const oid = without_urn(id);
    if (oid == member.member.institution_oid) return &member;
    for (std::string const& code : member.speaks_for) {
        auto const* other = agreement.member(code);
        if (other && oid == other->member.institution_oid) return other;
    }
    return nullptr;
}

bool is_ours(Agreement const& agreement, std::string_view id) {
    return std::any_of(agreement.members.begin(), agreement.members.end(), [&](auto const& one) {
        return one.member.institution_oid == without_urn(id);
    });
}

/// Who acts: all organisation ids must be the same member's. Null: nobody for whom the sender may
/// speak. Another region vouches for people of its own members, whom this agreement does not know:
/// then the region acts. It vouches for nobody who is a member here.
AgreementMember const* acting_member(Agreement const& agreement, AgreementMember const& sender,
                                     domain::UserAssertion const& user) {
    AgreementMember const* acting = nullptr;
    for (auto const& id : user.organisation_ids) {
        auto const* named = named_by(agreement, sender, id);
        if (!named && sender.kind == "community" && !is_ours(agreement, id)) named = &sender;
        if (!named || (acting && acting != named)) return nullptr;
        acting = named;
    }
    return acting;
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

bool counts_for(std::set<std::string> const& wanted, std::string const& one) {
    return wanted.empty() || wanted.contains(one);
}

}  // namespace

domain::AssertionRules assertion_rules(UserTerms const* terms, domain::Member const& member) {
    if (!terms) return {};
    auto const row = terms->members.find(member.code);
    return {row == terms->members.end() ? terms->by_default : row->second, terms->trust};
}

domain::AssertionRules assertion_rules(Agreement const& agreement, domain::Member const& member,
                                       std::string_view transaction) {
    auto rules = assertion_rules(agreement.users.get(), member);
    auto const* line = agreement.connection(member.code, transaction);
    if (line && line->users && agreement.users) rules.use = *line->users;
    return rules;
}

int level_of(UserTerms const& terms, domain::UserAssertion const& user) {
    int level = 0;
    for (std::string const& context : user.authn_classes) {
        auto const found = terms.levels.find(context);
        if (found != terms.levels.end()) level = std::max(level, found->second);
    }
    return level;
}

bool serves_once(UserTerms const& terms, std::string_view issuer) {
    return std::any_of(terms.trust->providers.begin(), terms.trust->providers.end(),
                       [&](auto const& one) { return one.issuer == issuer && one.once; });
}

Result<domain::Subject> with_user(Agreement const& agreement, domain::Subject subject,
                                  std::shared_ptr<domain::UserAssertion const> assertion,
                                  WallTime now) {
    auto const* member = agreement.member(subject.member.code);
    UserTerms const* terms = agreement.users.get();
    if (!member || !terms) return Error(Code::kUnauthenticated, "users are not provided for");
    domain::UserAssertion const& user = *assertion;
    auto const* acting = acting_member(agreement, *member, user);
    if (!acting || (acting != member && !acting->admitted(now))) {
        return Error(Code::kUnauthenticated, domain::kReasonOtherOrganisation,
                     "organisation of the assertion is not the sender's");
    }
    if (acting != member) {
        auto terms_of_sender = std::move(subject.member.terms);
        subject.via = member->member.code;
        subject.member = acting->member;
        subject.member.terms = std::move(terms_of_sender);
    }
    auto const purpose = purpose_of(*terms, user);
    subject.role = purpose ? role_of(*terms, *acting, user) : domain::kNoRole;
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
