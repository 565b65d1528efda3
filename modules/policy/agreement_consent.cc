#include "policy/agreement_consent.h"

#include "platform/base/ids.h"
#include "policy/agreement_matrix.h"

namespace musubi::policy {
namespace {

ConsentModel model_of(YamlMap const& map, Problems& problems) {
    std::string const word = map.text("model");
    if (word == "opt-out") return ConsentModel::kOptOut;
    if (word != "opt-in")
        problems.add(map.line("model"), "consent: 'model' must be opt-in or opt-out");
    return ConsentModel::kOptIn;
}

/// One of two words; `first` when absent.
bool is_second(YamlMap const& map, std::string_view key, std::string const& first,
               std::string const& second, Problems& problems) {
    std::string const word = map.text_or(key, first);
    if (word != first && word != second)
        problems.add(map.line(key),
                     "consent: '" + std::string(key) + "' is none of " + first + ", " + second);
    return word == second;
}

template <class Take>
void each(YamlMap const& map, std::string_view key, Problems& problems, Take take) {
    auto const list = map.find(key);
    if (!list.IsDefined()) return;
    if (!list.IsSequence()) {
        problems.add(map.line(key), "consent: '" + std::string(key) + "' must be a list");
        return;
    }
    for (auto const& node : list) take(node);
}

ConsentException exception_of(YAML::Node const& node, Problems& problems) {
    YamlMap const map(
        node, "consent exception",
        {"clause", "model", "purposes", "type_codes", "class_codes", "practice_settings"},
        problems);
    ConsentException out;
    out.line = map.line();
    out.clause = map.text("clause");
    out.model = model_of(map, problems);
    out.purposes = map.texts("purposes");
    out.type_codes = map.texts("type_codes");
    out.class_codes = map.texts("class_codes");
    out.practice_settings = map.texts("practice_settings");
    for (auto const* codes : {&out.type_codes, &out.class_codes, &out.practice_settings})
        check_codes(*codes, "consent exception", out.line, problems);
    if (out.purposes.empty() && out.type_codes.empty() && out.class_codes.empty() &&
        out.practice_settings.empty())
        problems.add(out.line, "consent exception: names neither purposes nor documents");
    return out;
}

PolicyMeaning::Word word_of(YAML::Node const& node, Problems& problems) {
    YamlMap const map(node, "policy word",
                      {"says", "about", "of", "owner", "reader", "department", "code", "purpose"},
                      problems);
    PolicyMeaning::Word out;
    out.granted = !is_second(map, "says", "grant", "withdraw", problems);
    out.publish = is_second(map, "about", "view", "publish", problems);
    out.of_publisher = is_second(map, "of", "all", "publisher", problems);
    out.owner = map.text_or("owner", "");
    out.reader = map.text_or("reader", "");
    out.department = map.text_or("department", "");
    out.code = map.text_or("code", "");
    out.purpose = map.text_or("purpose", "");
    for (auto const* code : {&out.department, &out.code}) {
        if (!code->empty()) check_codes({*code}, "policy word", map.line(), problems);
    }
    if (out.of_publisher && !out.owner.empty())
        problems.add(map.line("owner"), "policy word: 'owner' contradicts 'of: publisher'");
    return out;
}

PolicyMeaning policy_of(YAML::Node const& node, Problems& problems) {
    YamlMap const map(node, "privacy policy", {"oid", "clause", "words"}, problems);
    PolicyMeaning out;
    out.line = map.line();
    out.oid = map.text("oid");
    if (!out.oid.empty() && !is_oid(out.oid))
        problems.add(map.line("oid"), "privacy policy: 'oid' is no OID");
    out.clause = map.text("clause");
    each(map, "words", problems,
         [&](YAML::Node const& word) { out.words.push_back(word_of(word, problems)); });
    if (out.words.empty())
        problems.add(out.line, "privacy policy: 'words' must be a list with at least one entry");
    return out;
}

void forms(YamlMap const& consent, Problems& problems, ConsentTerms& out) {
    auto const node = consent.find("forms");
    if (!node.IsDefined()) return;
    YamlMap const map(node, "consent forms", {"roles", "others", "basis", "advanced", "policies"},
                      problems);
    for (auto& role : map.required_texts("roles")) out.form_roles.insert(std::move(role));
    out.refuses_foreign_forms = !is_second(map, "others", "refuse", "keep", problems);
    out.form_basis = map.text_or("basis", "written");
    out.takes_advanced_forms = is_second(map, "advanced", "refuse", "accept", problems);
    each(map, "policies", problems,
         [&](YAML::Node const& one) { out.policies.push_back(policy_of(one, problems)); });
}

}  // namespace

void load_consent(YAML::Node const& node, Problems& problems, Agreement& agreement) {
    YamlMap const map(
        node, "consent",
        {"model", "exceptions", "publishing", "after_death", "bases", "proxies", "forms"},
        problems);
    ConsentTerms& out = agreement.consent;
    out.model = model_of(map, problems);
    each(map, "exceptions", problems,
         [&](YAML::Node const& one) { out.exceptions.push_back(exception_of(one, problems)); });
    out.refuses_withheld_publishing = is_second(map, "publishing", "hide", "refuse", problems);
    out.closed_after_death = is_second(map, "after_death", "keep", "close", problems);
    for (auto& basis : map.texts("bases")) out.bases.insert(std::move(basis));
    each(map, "proxies", problems, [&](YAML::Node const& one) {
        YamlMap const proxy(one, "proxy", {"kind", "needs_end"}, problems);
        out.proxies.push_back(
            {proxy.text("kind"), proxy.boolean_or("needs_end", false), proxy.line()});
    });
    forms(map, problems, out);
}

void check_consent(Agreement const& agreement, Problems& problems) {
    ConsentTerms const& terms = agreement.consent;
    for (auto const& code : terms.form_roles) {
        if (!agreement.role(code))
            problems.add(1, "consent forms: there is no role '" + code + "'");
    }
    std::set<std::string> oids;
    for (auto const& policy : terms.policies) {
        if (!policy.oid.empty() && !oids.insert(policy.oid).second)
            problems.add(policy.line, "privacy policy: '" + policy.oid + "' stands twice");
        for (auto const& word : policy.words) {
            for (auto const* code : {&word.owner, &word.reader}) {
                if (!code->empty() && !agreement.member(*code))
                    problems.add(policy.line, "policy word: there is no member '" + *code + "'");
            }
        }
    }
    bool const acts_on_forms = !terms.policies.empty() || terms.takes_advanced_forms;
    if (!terms.bases.empty() && acts_on_forms && !terms.bases.contains(terms.form_basis))
        problems.add(1, "consent forms: '" + terms.form_basis + "' is none of 'bases'");
}

}  // namespace musubi::policy
