#include "policy/agreement_matrix.h"

namespace musubi::policy {
namespace {

void take_relation(YamlMap const& map, AccessRule& out, Problems& problems) {
    std::string const word = map.text_or("relation", out.own ? "own" : "any");
    if (word == "own") {
        out.own = true;
    } else if (word == "treating") {
        out.relation = Relation::kTreating;
    } else if (word == "none") {
        out.relation = Relation::kNone;
    } else if (word != "any") {
        problems.add(map.line("relation"), "rule: 'relation' is none of any, own, treating, none");
    }
    if (out.own && word != "own")
        problems.add(map.line("relation"), "rule: 'relation' contradicts 'own'");
}

void take_effect(YamlMap const& map, AccessRule& out, Problems& problems) {
    bool const has_effect = map.has("effect");
    std::string const word = map.text_or("effect", "");
    if (!has_effect) {
        out.needs_consent = map.boolean_or("needs_consent", !out.own);
    } else if (map.has("needs_consent")) {
        problems.add(map.line("needs_consent"), "rule: 'effect' says it already");
    } else if (word == "deny") {
        out.deny = true;
        out.needs_consent = false;
    } else if (word == "permit" || word == "permit-if-consent") {
        out.needs_consent = word == "permit-if-consent";
    } else {
        problems.add(map.line("effect"),
                     "rule: 'effect' is none of permit, deny, permit-if-consent");
    }
    if (out.own && out.needs_consent) {
        problems.add(map.line(has_effect ? "effect" : "needs_consent"),
                     "rule: own documents are not a matter of consent");
    }
}

void take_kinds(YamlMap const& map, AccessRule& out, Problems& problems) {
    auto const types = map.any_or_texts("type_codes"), classes = map.any_or_texts("class_codes");
    if (!types && !classes) {
        problems.add(map.line(),
                     "rule: one of 'type_codes' and 'class_codes' is needed; write 'any' for all");
    }
    // A document has to be in one of the lists: `any` in either would make the other one
    // meaningless.
    if (types && classes && (types->empty() || classes->empty())) {
        problems.add(map.line(),
                     "rule: 'any' in one of 'type_codes' and 'class_codes' contradicts the other");
    }
    if (types) out.type_codes = *types;
    if (classes) out.class_codes = *classes;
    out.practice_settings = map.any_or_texts("practice_settings").value_or(out.practice_settings);
    out.owners = map.any_or_texts("owners").value_or(out.owners);
    if (out.own && !out.owners.empty())
        problems.add(map.line("owners"), "rule: 'owners' contradicts 'own'");
}

void take_confidentiality(YamlMap const& map, AccessRule& out, Problems& problems) {
    auto const list = map.any_or_texts("confidentiality");
    bool const has_highest = map.has("confidentiality_max");
    if (!list && !has_highest) {
        problems.add(map.line(),
                     "rule: 'confidentiality' is missing; write 'any' for all, a list, or "
                     "'confidentiality_max'");
    } else if (list && has_highest) {
        problems.add(map.line("confidentiality_max"),
                     "rule: one of 'confidentiality' and 'confidentiality_max', not both");
    }
    if (list) out.confidentiality_codes = *list;
    if (!has_highest) return;
    out.highest = domain::confidentiality_from(map.text("confidentiality_max"));
    if (!out.highest)
        problems.add(map.line("confidentiality_max"),
                     "rule: 'confidentiality_max' is none of U, L, M, N, R, V");
}

void take_actions(YamlMap const& map, AccessRule& out, Problems& problems) {
    if (!map.has("actions")) return;
    out.actions.clear();
    for (auto const& word : map.required_texts("actions")) {
        bool known = false;
        for (auto const action : {RuleAction::kFind, RuleAction::kRetrieve, RuleAction::kPublish,
                                  RuleAction::kIdentify}) {
            if (word != to_string(action)) continue;
            out.actions.insert(action);
            known = true;
        }
        if (!known)
            problems.add(map.line("actions"),
                         "rule: '" + word + "' is none of find, retrieve, publish, identify");
    }
    if (out.actions.contains(RuleAction::kIdentify) && (!out.deny || out.about_documents())) {
        problems.add(map.line("actions"),
                     "rule: 'identify' is permitted by identity.rules; here it can only be denied, "
                     "whatever the documents");
    }
}

void take_answer(YamlMap const& map, AccessRule& out, Problems& problems) {
    std::string const answer = map.text_or("answer", "silence");
    if (answer == "error") {
        out.told = true;
        // Whoever gets an error for some documents learns that there are such documents.
        if (!out.deny || (out.about_documents() && !out.actions.contains(RuleAction::kPublish)))
            problems.add(map.line("answer"),
                         "rule: only a denial that does not depend on the document can be answered "
                         "with an error");
    } else if (answer != "silence") {
        problems.add(map.line("answer"), "rule: 'answer' is none of silence, error");
    }
    for (auto const& word : map.texts("obligations")) {
        if (word == "notify") {
            out.notify = true;
        } else {
            problems.add(
                map.line("obligations"),
                "rule: obligation '" + word + "' is not one that the node can keep: notify");
        }
    }
    if (out.notify && (out.deny || out.own))
        problems.add(map.line("obligations"), "rule: nothing to announce here");
}

}  // namespace

void check_codes(std::vector<std::string> const& codes, std::string const& where, int line,
                 Problems& problems) {
    for (auto const& code : codes) {
        auto const mark = code.find("^^");
        if (mark == std::string::npos || mark == 0 || mark + 2 == code.size())
            problems.add(line, where + ": '" + code + "' must be code^^scheme");
    }
}

std::string_view to_string(RuleAction action) {
    switch (action) {
        case RuleAction::kFind: return "find";
        case RuleAction::kRetrieve: return "retrieve";
        case RuleAction::kPublish: return "publish";
        case RuleAction::kIdentify: return "identify";
    }
    return "";
}

void load_rule(YAML::Node const& node, Problems& problems, Agreement& agreement) {
    YamlMap const map(
        node, "rule",
        {"id", "role", "own", "relation", "members", "member_kinds", "owners", "type_codes",
         "class_codes", "practice_settings", "confidentiality", "confidentiality_max", "purposes",
         "actions", "effect", "needs_consent", "obligations", "answer", "shadow"},
        problems);
    AccessRule out;
    out.line = map.line();
    out.id = map.text("id");
    out.role = map.text("role");
    out.own = map.boolean_or("own", false);
    out.shadow = map.boolean_or("shadow", false);
    take_relation(map, out, problems);
    take_effect(map, out, problems);
    take_kinds(map, out, problems);
    take_confidentiality(map, out, problems);
    for (auto& code : map.texts("members")) out.members.insert(std::move(code));
    for (auto& kind : map.texts("member_kinds")) out.member_kinds.insert(std::move(kind));
    out.purposes = map.any_or_texts("purposes").value_or(out.purposes);
    take_actions(map, out, problems);
    take_answer(map, out, problems);
    for (auto const* codes :
         {&out.type_codes, &out.class_codes, &out.confidentiality_codes, &out.practice_settings})
        check_codes(*codes, "rule", map.line(), problems);
    agreement.rules.push_back(std::move(out));
}

void check_matrix(Agreement const& agreement, Problems& problems) {
    for (auto const& rule : agreement.rules) {
        for (auto const& code : rule.members) {
            if (!agreement.member(code))
                problems.add(rule.line, "rule: there is no member '" + code + "'");
        }
        for (auto const& code : rule.owners) {
            if (!agreement.member(code))
                problems.add(rule.line, "rule: there is no member '" + code + "'");
        }
    }
}

}  // namespace musubi::policy
