#include "policy/explain.h"

#include "policy/acting.h"
#include "policy/matrix.h"

#include <algorithm>

namespace musubi::policy {
namespace {

std::string why_silent(AccessRule const& rule, Asker const& asker, RuleAction action) {
    if (!rule.actions.contains(action)) return "about other actions";
    if (rule.relation == Relation::kTreating && !asker.treating)
        return "for those who treat the patient";
    if (rule.relation == Relation::kNone && asker.treating)
        return "for those who do not treat the patient";
    if (!rule.members.empty() && !rule.members.contains(asker.member)) return "for other members";
    if (!rule.member_kinds.empty() && !rule.member_kinds.contains(asker.member_kind))
        return "for members of another kind";
    return "for other purposes of use";
}

std::string_view word_for(domain::Effect effect) {
    switch (effect) {
        case domain::Effect::kPermit: return "permits";
        case domain::Effect::kDeny: return "denies";
        case domain::Effect::kConsent: return "leaves it to the patient";
    }
    return "";
}

}  // namespace

std::vector<std::string> rows_considered(Agreement const& agreement, Question const& question,
                                         Facts const& facts) {
    Asker asker;
    asker.member = question.subject.member.code;
    auto const* member = agreement.member(asker.member);
    if (member) asker.member_kind = member->kind;
    asker.role = question.subject.role;
    asker.person = question.subject.user_id;
    if (!question.subject.purpose_of_use.empty()) asker.purpose = question.subject.purpose_of_use;
    asker.emergency = broken_glass(agreement, question.subject).has_value();
    RuleAction const action = rule_action_of(question.action);
    std::vector<std::string> out;
    for (auto const& patient : question.query.patients) {
        asker.treating = member && treats(*member, facts, patient);
        auto const speaking = rows_for(agreement, asker, action);
        for (auto const* row : speaking) {
            out.push_back(patient + ": " + row->id + " " + std::string(word_for(row->effect())) +
                          ", " + std::to_string(conditions(*row)) + " conditions");
        }
        for (auto const& row : agreement.rules) {
            if (row.role != asker.role ||
                std::find(speaking.begin(), speaking.end(), &row) != speaking.end())
                continue;
            auto const shadows = rows_for(agreement, asker, action, Rows::kShadow);
            bool const shadow = std::find(shadows.begin(), shadows.end(), &row) != shadows.end();
            out.push_back(patient + ": " + row.id + " says nothing: " +
                          (shadow ? "in the shadow" : why_silent(row, asker, action)));
        }
    }
    return out;
}

DocumentVerdict judge_document(domain::Scope const& scope, domain::Label const& label,
                               std::string const& unique_id) {
    DocumentVerdict out;
    out.open = scope.allows(label, unique_id);
    if (scope.everything) out.lines.emplace_back("the role is exempt");
    bool decided = scope.everything;
    for (auto const& rule : scope.rules) {
        if (decided) break;
        if (!rule.matches(label)) {
            out.lines.push_back(rule.rule_id + " is not about this document");
            continue;
        }
        decided = true;
        out.lines.push_back(rule.rule_id + " " + std::string(word_for(rule.effect)));
        if (rule.effect != domain::Effect::kConsent) continue;
        for (auto const& word : scope.consent.words) {
            if (!word.matches(label, unique_id)) continue;
            out.lines.push_back(std::string(word.open ? "granted" : "withheld") + " by word " +
                                word.source);
        }
        out.lines.emplace_back(scope.consent.opens(label, unique_id)
                                   ? "the patient agrees"
                                   : "the patient does not agree");
    }
    if (!decided) out.lines.emplace_back("no clause is about this document: denied by default");
    if (scope.emergency && out.open)
        out.lines.push_back("in an emergency open by " + scope.emergency->rule_id +
                            " in any case up to " + letter_of(scope.emergency->highest));
    out.lines.emplace_back(out.open ? "OPEN" : "HIDDEN");
    return out;
}

}  // namespace musubi::policy
