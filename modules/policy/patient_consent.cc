#include "policy/patient_consent.h"

#include <algorithm>

namespace musubi::policy {
namespace {

enum Said : std::uint8_t { kReader = 1, kPerson = 2, kPurpose = 4 };

bool concerns(ConsentScope const& scope, Asker const& asker) {
    return (scope.reader.empty() || scope.reader == asker.member) &&
           (scope.person.empty() || scope.person == asker.person) &&
           (scope.purpose.empty() || asker.asks_for(scope.purpose));
}

domain::ConsentRule rule_of(ConsentEntry const& entry) {
    domain::ConsentRule out;
    out.open = entry.granted;
    out.absolute = entry.absolute;
    out.owner = entry.scope.owner;
    out.department = entry.scope.department;
    out.code = entry.scope.code;
    out.document = entry.scope.document;
    unsigned asker = 0;
    if (!entry.scope.reader.empty()) asker |= kReader;
    // A person works somewhere: naming him is more exact than naming his house.
    if (!entry.scope.person.empty()) asker |= kPerson | kReader;
    if (!entry.scope.purpose.empty()) asker |= kPurpose;
    out.asker = static_cast<std::uint8_t>(asker);
    out.source = entry.id.to_string() + " " + entry.basis;
    return out;
}

/// More conditions first; of equally many the model that closes.
std::vector<domain::ScopeRule> models_of(ConsentTerms const& terms, Asker const& asker) {
    std::vector<ConsentException const*> said;
    for (auto const& one : terms.exceptions) {
        if (one.purposes.empty() ||
            std::any_of(one.purposes.begin(), one.purposes.end(),
                        [&](std::string const& purpose) { return asker.asks_for(purpose); }))
            said.push_back(&one);
    }
    auto const rank = [](ConsentException const& one) {
        bool const kinds = !one.type_codes.empty() || !one.class_codes.empty();
        return 2 * (!one.purposes.empty() + kinds + !one.practice_settings.empty()) +
               (one.model == ConsentModel::kOptIn);
    };
    std::stable_sort(said.begin(), said.end(),
                     [&](auto const* a, auto const* b) { return rank(*a) > rank(*b); });
    std::vector<domain::ScopeRule> out;
    for (auto const* one : said) {
        domain::ScopeRule rule;
        rule.rule_id = one->clause;
        rule.type_codes = one->type_codes;
        rule.class_codes = one->class_codes;
        rule.practice_setting_codes = one->practice_settings;
        rule.effect =
            one->model == ConsentModel::kOptOut ? domain::Effect::kPermit : domain::Effect::kDeny;
        out.push_back(std::move(rule));
    }
    return out;
}

std::vector<ConsentEntry> standing_of(std::string const& patient,
                                      std::vector<ConsentEntry> const& entries, WallTime now) {
    std::vector<ConsentEntry> mine;
    std::copy_if(entries.begin(), entries.end(), std::back_inserter(mine),
                 [&](ConsentEntry const& entry) { return entry.patient == patient; });
    return standing(std::move(mine), now);
}

}  // namespace

domain::ConsentRules consent_of(std::string const& patient,
                                std::vector<ConsentEntry> const& entries, Asker const& asker,
                                ConsentTerms const& terms, WallTime now) {
    domain::ConsentRules out;
    auto const words = standing_of(patient, entries, now);
    bool const dead = std::any_of(words.begin(), words.end(), [](ConsentEntry const& entry) {
        return entry.about == ConsentAbout::kDeath && entry.granted;
    });
    bool const closed = dead && terms.closed_after_death;
    for (auto const& entry : words) {
        if (entry.about == ConsentAbout::kPublish && !terms.refuses_withheld_publishing)
            out.publishing.push_back(rule_of(entry));
        if (entry.about != ConsentAbout::kView || (closed && entry.granted)) continue;
        if (concerns(entry.scope, asker)) out.words.push_back(rule_of(entry));
    }
    if (closed) return out;
    out.models = models_of(terms, asker);
    out.open_unsaid = terms.model == ConsentModel::kOptOut;
    return out;
}

bool lets_publish(std::string const& patient, std::vector<ConsentEntry> const& entries,
                  domain::Label const& label, WallTime now) {
    domain::ConsentRules rules;
    rules.open_unsaid = true;
    for (auto const& entry : standing_of(patient, entries, now)) {
        if (entry.about == ConsentAbout::kPublish) rules.words.push_back(rule_of(entry));
    }
    return rules.opens(label, {});
}

void add_once(std::vector<std::string>& ids, std::string const& id) {
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
}

}  // namespace musubi::policy
