#include "policy/trail.h"

namespace musubi::policy {
namespace {

std::string_view word_for(domain::Effect effect) {
    switch (effect) {
        case domain::Effect::kPermit: return "open by ";
        case domain::Effect::kDeny: return "denied by ";
        case domain::Effect::kConsent: return "open with consent by ";
    }
    return "";
}

void add(std::string& line, char const* what, std::vector<std::string> const& values) {
    if (values.empty()) return;
    line += std::string("; ") + what + " ";
    for (auto const& value : values) line += (&value == &values.front() ? "" : ",") + value;
}

std::string conditions_of(domain::ScopeRule const& rule) {
    std::string line;
    add(line, "owner", rule.owners);
    add(line, "type", rule.type_codes);
    add(line, "class", rule.class_codes);
    add(line, "practice setting", rule.practice_setting_codes);
    add(line, "confidentiality", rule.confidentiality_codes);
    if (rule.highest) line += std::string("; confidentiality up to ") + letter_of(*rule.highest);
    return line;
}

std::string describe_word(domain::ConsentRule const& word) {
    std::string line = word.open ? "consent granted" : "consent withheld";
    if (word.absolute) line += " absolutely";
    auto const one = [&](char const* what, std::string const& value) {
        if (!value.empty()) line += std::string("; ") + what + " " + value;
    };
    one("owner", word.owner);
    one("department", word.department);
    one("class or type", word.code);
    one("document", word.document);
    return line + "; word " + word.source;
}

}  // namespace

std::vector<std::string> describe(domain::Scope const& scope) {
    std::vector<std::string> out;
    bool asks_consent = false;
    for (auto const& rule : scope.rules) {
        out.push_back(std::string(word_for(rule.effect)) + rule.rule_id + conditions_of(rule));
        asks_consent = asks_consent || rule.effect == domain::Effect::kConsent;
    }
    if (asks_consent) {
        for (auto const& word : scope.consent.words) out.push_back(describe_word(word));
        for (auto const& word : scope.consent.publishing)
            out.push_back("publishing: " + describe_word(word));
        for (auto const& model : scope.consent.models) {
            bool const open = model.effect == domain::Effect::kPermit;
            out.push_back(
                (open ? "where nothing is said: open by " : "where nothing is said: closed by ") +
                model.rule_id + conditions_of(model));
        }
        out.push_back(scope.consent.open_unsaid ? "where nothing is said: open (opt-out)"
                                                : "where nothing is said: closed (opt-in)");
    }
    if (scope.emergency) {
        out.push_back("open in this emergency by " + scope.emergency->rule_id +
                      "; confidentiality up to " + letter_of(scope.emergency->highest));
    }
    return out;
}

}  // namespace musubi::policy
