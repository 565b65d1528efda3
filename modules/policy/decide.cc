#include "policy/decide.h"

#include "policy/decide_identity.h"
#include "policy/patient_consent.h"

#include <algorithm>

namespace musubi::policy {
namespace {

/// Collects the reasons while deciding; costs nothing when nobody listens.
class Trail {
public:
    explicit Trail(std::vector<std::string>* lines) : lines_(lines) {}
    void say(std::string line) const {
        if (lines_) lines_->push_back(std::move(line));
    }
    explicit operator bool() const { return lines_ != nullptr; }

private:
    std::vector<std::string>* lines_;
};

core::Decision denied(std::string rule, Trail const& trail, std::string const& why) {
    trail.say("denied by " + rule + ": " + why);
    core::Decision out;
    out.rule_id = std::move(rule);
    return out;
}

/// The role in which the subject acts, or null. An asserted role counts only if the agreement lets
/// the member use it: nobody can talk himself into an exempt role.
Role const* acting_role(Agreement const& agreement, domain::Subject const& subject) {
    auto const* member = agreement.member(subject.member.code);
    if (!member) return nullptr;
    auto const& code = subject.role.empty() ? member->member.default_role : subject.role;
    return member->roles.contains(code) ? agreement.role(code) : nullptr;
}

bool is_read(domain::Action action) {
    return action == domain::Action::kQuery || action == domain::Action::kRetrieve ||
           action == domain::Action::kIdentify;
}

bool has_rule_needing_consent(Agreement const& agreement, Role const& role, domain::Action action) {
    if (action == domain::Action::kIdentify)
        return has_identity_rule_needing_consent(agreement, role);
    return std::any_of(agreement.rules.begin(), agreement.rules.end(), [&](AccessRule const& rule) {
        return rule.role == role.code && !rule.own && rule.needs_consent;
    });
}

std::vector<std::string> common(std::vector<std::string> const& a,
                                std::vector<std::string> const& b) {
    std::vector<std::string> out;
    for (auto const& one : a) {
        if (std::find(b.begin(), b.end(), one) != b.end()) out.push_back(one);
    }
    return out;
}

domain::ScopeRule of(AccessRule const& rule) {
    domain::ScopeRule out;
    out.rule_id = rule.id;
    out.type_codes = rule.type_codes;
    out.class_codes = rule.class_codes;
    out.confidentiality_codes = rule.confidentiality_codes;
    return out;
}

/// One row of the matrix under one patient's consent. Up to three ways in: covered by a grant for
/// all, by grants for owners, by grants for classes and types.
void add_with_consent(AccessRule const& rule, PatientConsent const& consent,
                      std::vector<domain::ScopeRule>& out) {
    auto base = of(rule);
    base.except_owners = consent.withheld_owners;
    base.except_codes = consent.withheld_codes;
    if (consent.all) {
        out.push_back(std::move(base));
        return;
    }
    if (!consent.owners.empty()) {
        auto narrowed = base;
        narrowed.owners = consent.owners;
        out.push_back(std::move(narrowed));
    }
    if (consent.codes.empty()) return;
    auto narrowed = base;
    if (rule.type_codes.empty() && rule.class_codes.empty()) {
        narrowed.type_codes = consent.codes;
        narrowed.class_codes = consent.codes;
    } else {
        // The document must satisfy the row and the grant; only codes in both lists do so surely.
        narrowed.type_codes = common(rule.type_codes, consent.codes);
        narrowed.class_codes = common(rule.class_codes, consent.codes);
        if (narrowed.type_codes.empty() && narrowed.class_codes.empty())
            return;  // empty would mean "any"
    }
    out.push_back(std::move(narrowed));
}

domain::ScopeRule own_documents(std::string const& member) {
    domain::ScopeRule own;
    own.rule_id = kRuleOwn;
    own.owners = {member};
    return own;
}

domain::Scope read_scope(Agreement const& agreement, Role const& role, std::string const& member,
                         PatientConsent const& consent) {
    domain::Scope scope;
    bool own_row = false;
    for (auto const& rule : agreement.rules) {
        if (rule.role != role.code) continue;
        if (rule.own) {
            own_row = true;
            scope.rules.push_back(of(rule));
            scope.rules.back().owners = {member};
        } else if (!rule.needs_consent) {
            scope.rules.push_back(of(rule));
        } else {
            add_with_consent(rule, consent, scope.rules);
        }
    }
    if (!own_row) scope.rules.push_back(own_documents(member));
    return scope;
}

std::string join(std::vector<std::string> const& values) {
    std::string out;
    for (auto const& value : values) out += (out.empty() ? "" : ",") + value;
    return out;
}

void tell(std::string const& patient, domain::Scope const& scope, Trail const& trail) {
    if (!trail) return;
    for (auto const& rule : scope.rules) {
        std::string line = patient + ": open by " + rule.rule_id;
        auto const add = [&](char const* what, std::vector<std::string> const& values) {
            if (!values.empty()) line += std::string("; ") + what + " " + join(values);
        };
        add("owner", rule.owners);
        add("type", rule.type_codes);
        add("class", rule.class_codes);
        add("confidentiality", rule.confidentiality_codes);
        add("not owner", rule.except_owners);
        add("not class or type", rule.except_codes);
        trail.say(std::move(line));
    }
}

core::Decision decide_read(Agreement const& agreement, Role const& role, Question const& question,
                           Facts const& facts, Trail const& trail) {
    core::Decision out;
    out.permitted = true;
    std::vector<std::string> used = {role.clause};
    for (auto const& patient : question.query.patients) {
        auto const scope = read_scope(agreement, role, question.subject.member.code,
                                      consent_of(patient, facts.consent));
        for (auto const& rule : scope.rules) add_once(used, rule.rule_id);
        tell(patient, scope, trail);
        out.scopes.emplace_back(patient, scope);
    }
    out.rule_id = join(used);
    return out;
}

/// Whoever points to a document tells that it knows of it: so a submission may refer to what its
/// publisher could read, and to the member's own documents in any case.
bool reads_to_refer(Role const& role, Question const& question) {
    return question.query.refers && role.may.contains(domain::Action::kQuery);
}

core::Decision decide_publish(Agreement const& agreement, Role const& role,
                              Question const& question, Facts const& facts, Trail const& trail) {
    AgreementMember const& member = *agreement.member(question.subject.member.code);
    if (question.query.patients.empty()) return denied(kRuleDefault, trail, "no patient named");
    core::Decision out;
    std::vector<std::string> used = {role.clause};
    for (auto const& label : question.query.publishes) {
        if (label.owner != member.member.code)
            return denied(kRuleDefault, trail, "publishes for another member");
    }
    for (auto const& patient : question.query.patients) {
        auto const fed = facts.authorities.find(patient);
        if (fed == facts.authorities.end() ||
            common(fed->second, member.member.assigning_authorities).empty()) {
            return denied(kRuleIdentity, trail, "no authority of the member has fed this patient");
        }
        domain::Scope scope;
        if (reads_to_refer(role, question)) {
            scope =
                read_scope(agreement, role, member.member.code, consent_of(patient, facts.consent));
            for (auto const& rule : scope.rules) add_once(used, rule.rule_id);
        }
        scope.rules.push_back(own_documents(member.member.code));
        tell(patient, scope, trail);
        out.scopes.emplace_back(patient, std::move(scope));
    }
    out.permitted = true;
    out.rule_id = join(used);
    return out;
}

core::Decision decide_identify(Agreement const& agreement, Role const& role,
                               Question const& question, Facts const& facts, Trail const& trail) {
    AgreementMember const& member = *agreement.member(question.subject.member.code);
    core::Decision out;
    out.permitted = true;
    std::vector<std::string> used = {role.clause};
    for (auto const& patient : question.query.patients) {
        domain::Scope scope;
        scope.identities =
            identity_scope(agreement, role, member, consent_of(patient, facts.consent), used);
        trail.say(patient + ": identifiers of " + join(scope.identities.authorities));
        out.scopes.emplace_back(patient, std::move(scope));
    }
    out.rule_id = join(used);
    return out;
}

core::Decision decide_exempt(Role const& role, Question const& question, Trail const& trail) {
    core::Decision out;
    out.permitted = true;
    out.everything = true;
    out.rule_id = role.clause;
    for (auto const& patient : question.query.patients) {
        domain::Scope scope;
        scope.everything = true;
        scope.identities.everything = true;
        out.scopes.emplace_back(patient, std::move(scope));
    }
    trail.say("role '" + role.code + "' is exempt by " + role.clause);
    return out;
}

core::Decision run(Agreement const& agreement, Question const& question, Facts const& facts,
                   Trail const& trail) {
    if (!agreement.in_force(question.now)) {
        return denied(kRuleValidity, trail, "the agreement is not in force");
    }
    auto const* role = acting_role(agreement, question.subject);
    if (!role) return denied(kRuleDefault, trail, "the member may not act in this role");
    trail.say("acts as '" + role->code + "' (" + role->clause + ")");
    if (!role->may.contains(question.action))
        return denied(kRuleDefault, trail, "the role may not do this");
    if (role->exempt) return decide_exempt(*role, question, trail);
    switch (question.action) {
        case domain::Action::kQuery:
        case domain::Action::kRetrieve:
            return decide_read(agreement, *role, question, facts, trail);
        case domain::Action::kIdentify:
            return decide_identify(agreement, *role, question, facts, trail);
        case domain::Action::kPublish:
            return decide_publish(agreement, *role, question, facts, trail);
        case domain::Action::kFeedPatient:
        case domain::Action::kOperate: {
            // Which identifiers a feed may carry is checked by the transaction against the member's
            // authorities.
            core::Decision out;
            out.permitted = true;
            out.rule_id = role->clause;
            return out;
        }
    }
    return denied(kRuleDefault, trail, "unknown action");
}

}  // namespace

Needs needs(Agreement const& agreement, Question const& question) {
    Needs out;
    auto const* role = acting_role(agreement, question.subject);
    if (!role || role->exempt || !role->may.contains(question.action) ||
        question.query.patients.empty())
        return out;
    out.authorities = question.action == domain::Action::kPublish;
    bool const reads =
        is_read(question.action) || (out.authorities && reads_to_refer(*role, question));
    out.consent = reads && has_rule_needing_consent(agreement, *role, question.action);
    return out;
}

core::Decision decide(Agreement const& agreement, Question const& question, Facts const& facts) {
    return run(agreement, question, facts, Trail(nullptr));
}

Explanation explain(Agreement const& agreement, Question const& question, Facts const& facts) {
    Explanation out;
    out.decision = run(agreement, question, facts, Trail(&out.lines));
    return out;
}

}  // namespace musubi::policy
