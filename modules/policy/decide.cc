#include "policy/decide.h"

#include "policy/acting.h"
#include "policy/decide_identity.h"
#include "policy/disaster.h"
#include "policy/matrix.h"
#include "policy/patient_consent.h"
#include "policy/trail.h"

#include <algorithm>

namespace musubi::policy {
namespace {

core::Decision denied(std::string rule, Trail const& trail, std::string const& why) {
    trail.say("denied by " + rule + ": " + why);
    core::Decision out;
    out.rule_id = std::move(rule);
    return out;
}

std::string join(std::vector<std::string> const& values) {
    std::string out;
    for (auto const& value : values) out += (out.empty() ? "" : ",") + value;
    return out;
}

/// One question on its way: what is the same for all of its patients.
class Decider {
public:
    Decider(Agreement const& agreement, Role const& role, Question const& question,
            Facts const& facts, Trail const& trail)
        : agreement_(agreement),
          role_(role),
          question_(question),
          facts_(facts),
          trail_(trail),
          member_(*agreement.member(question.subject.member.code)) {
        domain::Subject const& subject = question.subject;
        asker_.member = subject.member.code;
        asker_.member_kind = member_.kind;
        asker_.role = role.code;
        asker_.person = subject.user_id;
        if (!subject.purpose_of_use.empty()) asker_.purpose = subject.purpose_of_use;
        glass_ = broken_glass(agreement, subject);
        if (glass_) {
            asker_.emergency = true;
            trail.say("breaks the glass by " + glass_->clause + ": " + glass_->reason);
        }
        disaster_ = disaster_for(agreement, question);
        if (disaster_) {
            trail.say("in a declared disaster by " + agreement.emergency.disaster.clause + ": " +
                      disaster_->kind);
        }
        out_.permitted = true;
        used_ = {role.clause};
    }

    core::Decision read() {
        RuleAction const action = rule_action_of(question_.action);
        for (auto const& patient : question_.query.patients) {
            relate(patient);
            if (auto const* refusing = told_denial(action)) return refused_by(*refusing);
            open(patient, action);
        }
        return finish();
    }

    core::Decision publish() {
        if (question_.query.patients.empty())
            return denied(kRuleDefault, trail_, "no patient named");
        for (auto const& label : question_.query.publishes) {
            if (label.owner != asker_.member)
                return denied(kRuleDefault, trail_, "publishes for another member");
        }
        for (auto const& patient : question_.query.patients) {
            relate(patient);
            if (!has_fed(member_, facts_, patient)) {
                return denied(kRuleIdentity, trail_,
                              "no authority of the member has fed this patient");
            }
            for (auto const& label : question_.query.publishes) {
                if (auto refusal = publishing_refused(patient, label)) return *std::move(refusal);
            }
            out_.scopes.emplace_back(patient, reference_scope(patient));
        }
        return finish();
    }

    core::Decision identify() {
        for (auto const& patient : question_.query.patients) {
            relate(patient);
            bool const opens =
                asker_.emergency || (disaster_ && agreement_.emergency.disaster.opens_identifiers);
            auto limits = opens ? IdentityLimits::kEmergency : IdentityLimits::kNone;
            auto const rows = rows_for(agreement_, asker_, RuleAction::kIdentify);
            if (!rows.empty()) {
                if (rows.front()->told) return refused_by(*rows.front());
                limits = IdentityLimits::kOwnOnly;
                trail_.say(patient + ": others' identifiers denied by " + rows.front()->id);
            }
            domain::Scope scope;
            auto const wanted = consent(patient);
            auto identities = open_identities(agreement_, role_, member_, wanted, limits, used_);
            scope.identities = std::move(identities.scope);
            if (identities.by_consent) note_basis(patient, wanted, About::kPersonsData);
            trail_.say(patient + ": identifiers of " + join(scope.identities.authorities));
            if (opens) tell_emergency(patient);
            out_.scopes.emplace_back(patient, std::move(scope));
        }
        return finish();
    }

private:
    void relate(std::string const& patient) { asker_.treating = treats(member_, facts_, patient); }
    domain::ConsentRules consent(std::string const& patient) const {
        return consent_of(patient, facts_.consent, asker_, agreement_.consent, question_.now);
    }
    domain::ScopeRule own_documents() const {
        domain::ScopeRule own;
        own.rule_id = kRuleOwn;
        own.owners = {asker_.member};
        return own;
    }
    void detail(std::string const& patient, std::string type, std::string value) {
        out_.details.push_back({patient, {std::move(type), std::move(value)}});
    }

    /// A row that refuses whatever the document, before any that opens something of others.
    AccessRule const* told_denial(RuleAction action) const {
        for (auto const* row : rows_for(agreement_, asker_, action)) {
            if (row->own) continue;
            return row->deny && row->told && !row->about_documents() ? row : nullptr;
        }
        return nullptr;
    }
    core::Decision refused_by(AccessRule const& row) const {
        auto out = denied(row.id, trail_, "the agreement refuses this");
        out.told = true;
        return out;
    }

    domain::Scope read_scope(std::string const& patient, RuleAction action) {
        domain::Scope scope;
        bool own_row = false;
        for (auto const* row : rows_for(agreement_, asker_, action)) {
            own_row = own_row || row->own;
            scope.rules.push_back(scope_rule(*row, asker_.member));
        }
        // Own documents are open by nature, unless the agreement has a word of its own about them.
        if (!own_row) scope.rules.insert(scope.rules.begin(), own_documents());
        scope.consent = consent(patient);
        if (glass_) scope.emergency = {glass_->clause, glass_->highest};
        DisasterTerms const& terms = agreement_.emergency.disaster;
        if (disaster_ && (!glass_ || terms.highest > glass_->highest))
            scope.emergency = {terms.clause, terms.highest};
        return scope;
    }

    void open(std::string const& patient, RuleAction action) {
        auto scope = read_scope(patient, action);
        note_use(patient, scope, action);
        tell(patient, scope);
        out_.scopes.emplace_back(patient, std::move(scope));
    }

    /// Which clauses have opened something, what it rests on, and what shadow rows would say.
    void note_use(std::string const& patient, domain::Scope const& scope, RuleAction action) {
        bool const can_open = scope.consent.can_open();
        bool by_consent = false;
        for (auto const& rule : scope.rules) {
            if (rule.effect == domain::Effect::kDeny) continue;
            if (rule.effect == domain::Effect::kConsent) {
                if (!can_open) continue;
                by_consent = true;
            }
            add_once(used_, rule.rule_id);
        }
        if (by_consent) note_basis(patient, scope.consent, About::kDocuments);
        for (auto const* row : rows_for(agreement_, asker_, action)) {
            if (row->notify && (row->effect() == domain::Effect::kPermit || can_open))
                out_.announce.push_back({patient, row->id});
        }
        for (auto const* row : rows_for(agreement_, asker_, action, Rows::kShadow)) {
            detail(patient, "shadow rule", row->id);
            out_.shadow_rules.push_back(row->id);
        }
        tell_emergency(patient);
    }
    enum class About { kDocuments, kPersonsData };
    void note_basis(std::string const& patient, domain::ConsentRules const& consent, About about) {
        constexpr int kTold = 8;
        int told = 0;
        for (auto const& word : consent.words) {
            if (about == About::kPersonsData && !word.about_persons_data()) continue;
            if (word.open && told++ < kTold) detail(patient, "consent", word.source);
        }
        if (told == 0) detail(patient, "consent", "nothing withheld");
    }
    void tell_emergency(std::string const& patient) {
        if (glass_) {
            add_once(used_, glass_->clause);
            detail(patient, "emergency", glass_->reason);
            out_.emergency = true;
        }
        if (disaster_) {
            add_once(used_, agreement_.emergency.disaster.clause);
            detail(patient, "disaster", disaster_->id.to_string());
        }
    }

    /// Whoever points to a document tells that it knows of it: so a submission may refer to what
    /// its publisher could read, and to the member's own documents in any case.
    domain::Scope reference_scope(std::string const& patient) {
        domain::Scope scope;
        if (question_.query.refers && role_.may.contains(domain::Action::kQuery)) {
            scope = read_scope(patient, RuleAction::kFind);
            bool const can_open = scope.consent.can_open();
            for (auto const& rule : scope.rules) {
                if (rule.effect == domain::Effect::kPermit ||
                    (rule.effect == domain::Effect::kConsent && can_open))
                    add_once(used_, rule.rule_id);
            }
            scope.emergency.reset();
        }
        scope.rules.insert(scope.rules.begin(), own_documents());
        tell(patient, scope);
        return scope;
    }

    /// Rows that deny publishing forbid what they match. As soon as one permits, only what rows
    /// permit is published.
    std::optional<core::Decision> publishing_refused(std::string const& patient,
                                                     domain::Label const& label) {
        auto const rows = rows_for(agreement_, asker_, RuleAction::kPublish);
        auto const row = std::find_if(rows.begin(), rows.end(), [&](AccessRule const* one) {
            return scope_rule(*one, asker_.member).matches(label);
        });
        bool const lists =
            std::any_of(rows.begin(), rows.end(), [](AccessRule const* one) { return !one->deny; });
        if (row == rows.end() ? lists : (*row)->deny) {
            auto out = denied(row == rows.end() ? kRuleDefault : (*row)->id, trail_,
                              "the role does not publish such documents");
            out.told = true;
            return out;
        }
        if (row != rows.end()) add_once(used_, (*row)->id);
        for (auto const* shadow :
             rows_for(agreement_, asker_, RuleAction::kPublish, Rows::kShadow)) {
            if (!scope_rule(*shadow, asker_.member).matches(label)) continue;
            detail(patient, "shadow rule", shadow->id);
            out_.shadow_rules.push_back(shadow->id);
        }
        if (!agreement_.consent.refuses_withheld_publishing ||
            lets_publish(patient, facts_.consent, label, question_.now))
            return std::nullopt;
        auto out = denied(kRuleConsent, trail_, "the patient lets nobody publish this");
        out.told = true;
        return out;
    }

    void tell(std::string const& patient, domain::Scope const& scope) const {
        if (!trail_) return;
        for (auto const& line : describe(scope)) trail_.say(patient + ": " + line);
    }
    core::Decision finish() {
        out_.rule_id = join(used_);
        return std::move(out_);
    }

    Agreement const& agreement_;
    Role const& role_;
    Question const& question_;
    Facts const& facts_;
    Trail const& trail_;
    AgreementMember const& member_;
    Asker asker_;
    std::optional<BrokenGlass> glass_;
    Disaster const* disaster_ = nullptr;
    core::Decision out_;
    std::vector<std::string> used_;
};

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
    Decider decider(agreement, *role, question, facts, trail);
    switch (question.action) {
        case domain::Action::kQuery:
        case domain::Action::kRetrieve: return decider.read();
        case domain::Action::kIdentify: return decider.identify();
        case domain::Action::kPublish: return decider.publish();
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

core::Decision decide(Agreement const& agreement, Question const& question, Facts const& facts) {
    return run(agreement, question, facts, Trail(nullptr));
}

Explanation explain(Agreement const& agreement, Question const& question, Facts const& facts) {
    Explanation out;
    out.decision = run(agreement, question, facts, Trail(&out.lines));
    return out;
}

}  // namespace musubi::policy
