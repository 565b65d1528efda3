#include "policy/matrix.h"

#include <algorithm>

namespace musubi::policy {
namespace {

bool speaks(AccessRule const& rule, Asker const& asker, RuleAction action) {
    if (rule.role != asker.role || !rule.actions.contains(action)) return false;
    if (rule.relation == Relation::kTreating && !asker.treating) return false;
    if (rule.relation == Relation::kNone && asker.treating) return false;
    if (!rule.members.empty() && !rule.members.contains(asker.member)) return false;
    if (!rule.member_kinds.empty() && !rule.member_kinds.contains(asker.member_kind)) return false;
    return rule.purposes.empty() ||
           std::any_of(rule.purposes.begin(), rule.purposes.end(),
                       [&](std::string const& purpose) { return asker.asks_for(purpose); });
}

int place(domain::Effect effect) {
    switch (effect) {
        case domain::Effect::kDeny: return 0;
        case domain::Effect::kPermit: return 1;
        case domain::Effect::kConsent: return 2;
    }
    return 0;
}

bool before(AccessRule const* a, AccessRule const* b) {
    if (a->own != b->own) return a->own;
    int const mine = conditions(*a), its = conditions(*b);
    if (mine != its) return mine > its;
    return place(a->effect()) < place(b->effect());
}

}  // namespace

int conditions(AccessRule const& rule) {
    int count = 0;
    auto const add = [&](bool there) { count += there ? 1 : 0; };
    add(rule.relation != Relation::kAny);
    if (!rule.members.empty()) {
        count += 2;
    } else {
        add(!rule.member_kinds.empty());
    }
    add(!rule.type_codes.empty() || !rule.class_codes.empty());
    add(!rule.practice_settings.empty());
    add(!rule.confidentiality_codes.empty() || rule.highest);
    add(!rule.owners.empty());
    add(!rule.purposes.empty());
    add(rule.actions.contains(RuleAction::kFind) != rule.actions.contains(RuleAction::kRetrieve));
    return count;
}

std::vector<AccessRule const*> rows_for(Agreement const& agreement, Asker const& asker,
                                        RuleAction action, Rows which) {
    std::vector<AccessRule const*> out;
    for (auto const& rule : agreement.rules) {
        if (rule.shadow == (which == Rows::kShadow) && speaks(rule, asker, action))
            out.push_back(&rule);
    }
    std::stable_sort(out.begin(), out.end(), before);
    return out;
}

bool asks_relation(Agreement const& agreement, std::string const& role, RuleAction action) {
    return std::any_of(agreement.rules.begin(), agreement.rules.end(), [&](AccessRule const& rule) {
        return rule.role == role && rule.relation != Relation::kAny &&
               rule.actions.contains(action);
    });
}

domain::ScopeRule scope_rule(AccessRule const& rule, std::string const& member) {
    domain::ScopeRule out;
    out.rule_id = rule.id;
    out.owners = rule.own ? std::vector{member} : rule.owners;
    out.type_codes = rule.type_codes;
    out.class_codes = rule.class_codes;
    out.confidentiality_codes = rule.confidentiality_codes;
    out.practice_setting_codes = rule.practice_settings;
    out.highest = rule.highest;
    out.effect = rule.effect();
    return out;
}

}  // namespace musubi::policy
