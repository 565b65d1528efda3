#pragma once
// Users whom assertion providers vouch for (XUA): whose word counts, and who the user is in terms
// of the agreement. Immutable values and pure functions, thread-safe; read by agreement_users.

#include "domain/access.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace musubi::policy {

struct Agreement;

/// A level of assurance that is asked of users in certain roles, for certain purposes.
struct AssuranceRule {
    int level = 0;
    std::set<std::string> roles;     ///< empty: any
    std::set<std::string> purposes;  ///< the agreement's words; empty: any
};

/// The section `authentication`.
struct UserTerms {
    std::string clause;
    domain::AssertionUse by_default = domain::AssertionUse::kOff;
    std::map<std::string, domain::AssertionUse, std::less<>> members;  ///< by code
    std::shared_ptr<domain::AssertionTrust const> trust;
    std::map<std::string, int, std::less<>> levels;  ///< authentication context -> level
    std::vector<AssuranceRule> minimums;
    /// "code^^system" as asserted -> roles of the agreement, as in the file.
    std::map<std::string, std::vector<std::string>, std::less<>> roles;
    std::map<std::string, std::string, std::less<>> purposes;  ///< likewise -> one word
    bool patient_binds = true;  ///< an assertion for one patient is good for no other
};

domain::AssertionRules assertion_rules(UserTerms const* terms, domain::Member const& member);
/// The same for one call: its connection may have terms of its own.
domain::AssertionRules assertion_rules(Agreement const& agreement, domain::Member const& member,
                                       std::string_view transaction);

/// How well the user was authenticated, in the agreement's levels; 0 for an unknown context.
int level_of(UserTerms const& terms, domain::UserAssertion const& user);

/// The subject in the name of the user. Where the assertion names another organisation for which
/// the sender speaks, that one acts: its rights, its data, its roles; the sender is `via`.
/// kUnauthenticated: an organisation for which the sender does not speak, two at once, or one that
/// is no member now (kReasonOtherOrganisation); or authenticated too weakly for the role or the
/// purpose. A user of whose roles, or of whose purposes, the agreement knows none for the acting
/// member acts in kNoRole.
Result<domain::Subject> with_user(Agreement const& agreement, domain::Subject subject,
                                  std::shared_ptr<domain::UserAssertion const> assertion,
                                  WallTime now);

/// Whether assertions of this issuer serve one message each.
bool serves_once(UserTerms const& terms, std::string_view issuer);

}  // namespace musubi::policy
