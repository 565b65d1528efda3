// What AgreementPolicy says about users.

#include "policy/assertion_store.h"
#include "policy/policy.h"
#include "policy/users.h"

#include <algorithm>

namespace musubi::policy {

domain::AssertionRules AgreementPolicy::assertion_rules_for(domain::Member const& member,
                                                            std::string_view transaction_id) const {
    if (member.emergency_account) return {};
    return policy::assertion_rules(*terms_of(member), member, transaction_id);
}

domain::AssertionRules AgreementPolicy::assertion_rules(domain::Member const& member) const {
    // The account itself names who holds it, and is there for when nobody can vouch for users.
    if (member.emergency_account) return {};
    return policy::assertion_rules(terms_of(member)->users.get(), member);
}

Result<domain::Subject> AgreementPolicy::with_user(
    domain::Subject subject, std::shared_ptr<domain::UserAssertion const> assertion) const {
    auto const now = terms_of(subject.member);
    auto named = TRY(policy::with_user(*now, std::move(subject), assertion, time_under(*now)));
    // Last: an assertion that was refused for another reason may come again.
    if (serves_once(*now->users, assertion->issuer) &&
        !TRY(source_.stand_in ? stand_in_.first_use(pool_, *assertion, clock_.now())
                              : store::first_use(pool_, *assertion, clock_.now()))) {
        return Error(Code::kUnauthenticated, "the assertion has served already");
    }
    if (users_met_) users_met_->user_met(named.user_id, assertion->subject_name);
    return named;
}

bool AgreementPolicy::about_another_patient(Agreement const& agreement,
                                            domain::Subject const& subject,
                                            core::PolicyQuery const& query) const {
    if (!subject.assertion || subject.assertion->patient.empty() || !agreement.users ||
        !agreement.users->patient_binds || query.patients.empty()) {
        return false;
    }
    std::string patient = subject.assertion->patient;
    if (identity_) {
        // What the region does not know is compared as it is, and so is the answer of an index
        // that fails: it opens nothing.
        if (auto survivor = identity_->survivor_of(patient)) patient = std::move(*survivor);
    }
    return std::any_of(query.patients.begin(), query.patients.end(),
                       [&](std::string const& one) { return one != patient; });
}

}  // namespace musubi::policy
