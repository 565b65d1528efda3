#include "policy/lint_rules.h"

#include "policy/tree.h"

#include <algorithm>

namespace musubi::policy {
namespace {

bool contains(std::vector<std::string> const& list, std::string const& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

bool reads(Role const& role) {
    return role.may.contains(domain::Action::kQuery) ||
           role.may.contains(domain::Action::kRetrieve);
}

struct Cell {
    std::string type;
    bool is_class = false;
    std::string name;
    std::string purpose;  ///< empty: the agreement names none
};

bool speaks_of(AccessRule const& rule, Cell const& cell) {
    if (!rule.purposes.empty() && !contains(rule.purposes, cell.purpose)) return false;
    if (rule.type_codes.empty() && rule.class_codes.empty()) return true;
    return contains(cell.is_class ? rule.class_codes : rule.type_codes, cell.type);
}

std::vector<Cell> cells_of(Agreement const& agreement) {
    std::vector<Cell> out;
    std::vector<std::string> purposes;
    for (auto const& purpose : agreement.tree->list("purposes"))
        purposes.push_back(purpose.shown("code"));
    if (purposes.empty()) purposes.emplace_back();
    for (auto const& type : agreement.tree->list("document_types")) {
        for (auto const& purpose : purposes) {
            out.push_back(
                {type.shown("code"), type.shown("kind") == "class", type.shown("name"), purpose});
        }
    }
    return out;
}

/// What is not said is denied, which may be meant; the parties should have meant it.
void holes(Agreement const& agreement, std::vector<LintFinding>& out) {
    auto const cells = cells_of(agreement);
    for (auto const& role : agreement.roles) {
        if (role.exempt || !reads(role)) continue;
        for (auto const& cell : cells) {
            bool const said = std::any_of(agreement.rules.begin(), agreement.rules.end(),
                                          [&](AccessRule const& rule) {
                                              return rule.role == role.code && !rule.own &&
                                                     !rule.shadow && speaks_of(rule, cell);
                                          });
            if (said) continue;
            out.push_back({LintSeverity::kNote, "hole", role.clause, role.line,
                           "no rule for role '" + role.code + "', document type '" + cell.type +
                               "' (" + cell.name + ")" +
                               (cell.purpose.empty() ? "" : ", purpose '" + cell.purpose + "'") +
                               ": denied"});
        }
    }
}

/// The same conditions, whatever the effect.
bool same_conditions(AccessRule const& a, AccessRule const& b) {
    return a.role == b.role && a.own == b.own && a.relation == b.relation &&
           a.members == b.members && a.member_kinds == b.member_kinds && a.owners == b.owners &&
           a.type_codes == b.type_codes && a.class_codes == b.class_codes &&
           a.practice_settings == b.practice_settings && a.purposes == b.purposes &&
           a.confidentiality_codes == b.confidentiality_codes && a.highest == b.highest &&
           a.actions == b.actions && a.shadow == b.shadow;
}

void pairs(Agreement const& agreement, std::vector<LintFinding>& out) {
    auto const& rules = agreement.rules;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        for (std::size_t k = 0; k < i; ++k) {
            if (!same_conditions(rules[i], rules[k])) continue;
            bool const against = rules[i].effect() != rules[k].effect();
            out.push_back({against ? LintSeverity::kError : LintSeverity::kWarning,
                           against ? "contradiction" : "unreachable", rules[i].id, rules[i].line,
                           "has the same conditions as '" + rules[k].id + "' in line " +
                               std::to_string(rules[k].line) +
                               (against ? " and another effect" : " and adds nothing")});
        }
    }
}

/// Nobody can meet the conditions.
void never_met(Agreement const& agreement, std::vector<LintFinding>& out) {
    for (auto const& rule : agreement.rules) {
        bool const somebody = std::any_of(
            agreement.members.begin(), agreement.members.end(), [&](AgreementMember const& one) {
                return one.roles.contains(rule.role) && one.status == MemberStatus::kActive &&
                       (rule.members.empty() || rule.members.contains(one.member.code)) &&
                       (rule.member_kinds.empty() || rule.member_kinds.contains(one.kind));
            });
        if (!somebody) {
            out.push_back(
                {LintSeverity::kWarning, "unreachable", rule.id, rule.line,
                 "no active member acts in role '" + rule.role + "' under the rule's conditions"});
        }
        auto const& purposes = agreement.tree->list("purposes");
        // A row that forbids may name what the agreement never meant to allow.
        if (purposes.empty() || rule.deny) continue;
        for (auto const& code : rule.purposes) {
            bool const known = std::any_of(purposes.begin(), purposes.end(), [&](Tree const& one) {
                return one.shown("code") == code;
            });
            if (!known) {
                out.push_back({LintSeverity::kWarning, "unreachable", rule.id, rule.line,
                               "purpose '" + code + "' is not among the agreement's purposes"});
            }
        }
    }
}

}  // namespace

void lint_rules(Agreement const& agreement, std::vector<LintFinding>& out) {
    holes(agreement, out);
    pairs(agreement, out);
    never_met(agreement, out);
}

}  // namespace musubi::policy
