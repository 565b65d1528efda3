#include "policy/acting.h"

#include "policy/asker.h"
#include "policy/decide_identity.h"
#include "policy/disaster.h"
#include "policy/matrix.h"

#include <algorithm>

namespace musubi::policy {
namespace {

bool contains(std::vector<std::string> const& list, std::string const& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

bool asks_consent(Agreement const& agreement, Role const& role, domain::Action action) {
    if (action == domain::Action::kIdentify)
        return has_identity_rule_needing_consent(agreement, role);
    RuleAction const wanted = rule_action_of(action);
    return std::any_of(agreement.rules.begin(), agreement.rules.end(), [&](AccessRule const& rule) {
        return rule.role == role.code && rule.effect() == domain::Effect::kConsent &&
               !rule.shadow && rule.actions.contains(wanted);
    });
}

bool announces(Agreement const& agreement, std::string const& role) {
    return std::any_of(agreement.rules.begin(), agreement.rules.end(),
                       [&](AccessRule const& rule) { return rule.role == role && rule.notify; });
}

}  // namespace

Role const* acting_role(Agreement const& agreement, domain::Subject const& subject) {
    auto const* member = agreement.member(subject.member.code);
    if (!member) return nullptr;
    auto const& code = subject.role.empty() ? member->member.default_role : subject.role;
    return member->roles.contains(code) ? agreement.role(code) : nullptr;
}

RuleAction rule_action_of(domain::Action action) {
    switch (action) {
        case domain::Action::kRetrieve: return RuleAction::kRetrieve;
        case domain::Action::kPublish: return RuleAction::kPublish;
        case domain::Action::kIdentify: return RuleAction::kIdentify;
        case domain::Action::kQuery:
        case domain::Action::kFeedPatient:
        case domain::Action::kOperate: break;
    }
    return RuleAction::kFind;
}

bool has_fed(AgreementMember const& member, Facts const& facts, std::string const& patient) {
    auto const fed = facts.authorities.find(patient);
    if (fed == facts.authorities.end()) return false;
    auto const& own = member.member.assigning_authorities;
    return std::any_of(own.begin(), own.end(),
                       [&](auto const& oid) { return contains(fed->second, oid); });
}

bool treats(AgreementMember const& member, Facts const& facts, std::string const& patient) {
    return contains(facts.declared, patient) || has_fed(member, facts, patient);
}

std::optional<BrokenGlass> broken_glass(Agreement const& agreement,
                                        domain::Subject const& subject) {
    EmergencyTerms const& terms = agreement.emergency;
    auto const* role = acting_role(agreement, subject);
    // Who opens it must be a person with a name, and say why.
    if (!role || subject.user_id.empty()) return std::nullopt;
    if (auto const& held = subject.member.emergency_account) {
        auto const* account = terms.account(held->code);
        if (!account || account->role != role->code) return std::nullopt;
        return BrokenGlass{account->clause, held->reason, account->highest, account->minutes,
                           account->review_days};
    }
    if (terms.clause.empty() || !terms.purposes.contains(subject.purpose_of_use) ||
        !terms.roles.contains(role->code) || !subject.assertion)
        return std::nullopt;
    // The reason is a purpose of use of its own, or the words that go with the claimed one.
    for (auto const& claim : subject.assertion->purposes) {
        for (auto const& said : {claim.code, claim.display}) {
            if (!terms.reasons.contains(said)) continue;
            return BrokenGlass{terms.clause, said, terms.highest, terms.minutes, terms.review_days};
        }
    }
    return std::nullopt;
}

Disaster const* disaster_for(Agreement const& agreement, Question const& question) {
    if (!question.disaster) return nullptr;
    DisasterTerms const& terms = agreement.emergency.disaster;
    domain::Subject const& subject = question.subject;
    auto const* role = acting_role(agreement, subject);
    auto const& purpose = subject.purpose_of_use.empty() ? kTreatment : subject.purpose_of_use;
    bool const fits = !terms.clause.empty() && role && terms.roles.contains(role->code) &&
                      terms.purposes.contains(purpose) &&
                      (terms.members.empty() || terms.members.contains(subject.member.code)) &&
                      question.disaster->covers(subject.member.code, role->code, question.now);
    return fits ? question.disaster : nullptr;
}

Needs needs(Agreement const& agreement, Question const& question) {
    Needs out;
    auto const* role = acting_role(agreement, question.subject);
    if (!role || role->exempt || !role->may.contains(question.action) ||
        question.query.patients.empty())
        return out;
    bool const publishes = question.action == domain::Action::kPublish;
    bool const refers =
        publishes && question.query.refers && role->may.contains(domain::Action::kQuery);
    bool const reads = refers || question.action == domain::Action::kQuery ||
                       question.action == domain::Action::kRetrieve ||
                       question.action == domain::Action::kIdentify;
    auto const read_as = refers ? domain::Action::kQuery : question.action;
    bool const emergency = broken_glass(agreement, question.subject).has_value();
    bool const vetoes = emergency || disaster_for(agreement, question);
    out.authorities = publishes;
    out.consent = (reads && (vetoes || asks_consent(agreement, *role, read_as))) ||
                  (publishes && agreement.consent.refuses_withheld_publishing);
    // Those who hold records of the patient are told of an emergency, and of some uses.
    out.relation = (reads && !publishes && (emergency || announces(agreement, role->code))) ||
                   asks_relation(agreement, role->code, rule_action_of(question.action)) ||
                   (refers && asks_relation(agreement, role->code, RuleAction::kFind));
    return out;
}

}  // namespace musubi::policy
