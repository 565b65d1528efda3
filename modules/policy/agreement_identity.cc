#include "policy/agreement_identity.h"

#include "platform/base/ids.h"

#include <algorithm>
#include <charconv>

namespace musubi::policy {
namespace {

IdentityRule rule_of(YAML::Node const& node, Problems& problems) {
    YamlMap const map(node, "identity rule", {"id", "role", "authorities", "needs_consent"},
                      problems);
    IdentityRule out;
    out.line = map.line();
    out.id = map.text("id");
    out.role = map.text("role");
    out.needs_consent = map.boolean_or("needs_consent", true);
    auto const authorities = map.any_or_texts("authorities");
    if (!authorities)
        problems.add(map.line(), "identity rule: 'authorities' is missing; write 'any' for all");
    if (authorities) out.authorities = *authorities;
    for (auto const& oid : out.authorities) {
        if (!is_oid(oid))
            problems.add(map.line("authorities"), "identity rule: '" + oid + "' is no OID");
    }
    return out;
}

std::vector<domain::DemographicsRules::Criterion> criteria_of(YAML::Node const& node,
                                                              YamlMap const& map,
                                                              Problems& problems) {
    std::vector<domain::DemographicsRules::Criterion> out;
    if (!node.IsSequence() || node.size() == 0) {
        problems.add(
            map.line("minimum_criteria"),
            "demographics: each entry of 'minimum_criteria' is a list like [family, birth]");
        return out;
    }
    for (auto const& word : node) {
        auto const text = word.IsScalar() ? word.as<std::string>() : std::string();
        if (auto const criterion = domain::criterion_of(text)) {
            out.push_back(*criterion);
        } else {
            problems.add(map.line("minimum_criteria"),
                         "demographics: '" + text +
                             "' is none of id, family, given, birth, sex, address, phone, account, "
                             "mothers_name");
        }
    }
    return out;
}

int number(YamlMap const& map, std::string_view key, int highest, Problems& problems) {
    std::string const text = map.text(key);
    int value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > highest) {
        problems.add(map.line(key), "demographics: '" + std::string(key) + "' must be 1 to " +
                                        std::to_string(highest));
    }
    return value;
}

void load_demographics(YAML::Node const& node, Problems& problems, domain::DemographicsRules& out) {
    YamlMap const map(node, "demographics",
                      {"clause", "minimum_criteria", "maximum_candidates", "queries_per_minute",
                       "alarm_patients_per_hour"},
                      problems);
    out.clause = map.text("clause");
    auto const sets = map.find("minimum_criteria");
    if (!sets.IsDefined() || !sets.IsSequence() || sets.size() == 0) {
        problems.add(map.line("minimum_criteria"),
                     "demographics: 'minimum_criteria' must be a list of lists");
    } else {
        for (auto const& set : sets) out.minimum.push_back(criteria_of(set, map, problems));
    }
    out.max_candidates = number(map, "maximum_candidates", 1000, problems);
    out.queries_per_minute = number(map, "queries_per_minute", 1'000'000, problems);
    out.alarm_patients_per_hour = number(map, "alarm_patients_per_hour", 1'000'000, problems);
}

void load_temporary(YAML::Node const& node, Problems& problems, Agreement& agreement) {
    YamlMap const map(node, "temporary ids", {"clause", "authorities"}, problems);
    map.text("clause");
    auto const list = map.required_texts("authorities");
    for (auto const& oid : list) {
        if (!is_oid(oid))
            problems.add(map.line("authorities"), "temporary ids: '" + oid + "' is no OID");
        bool const somebodys =
            std::any_of(agreement.members.begin(), agreement.members.end(), [&](auto const& one) {
                auto const& own = one.member.assigning_authorities;
                return std::find(own.begin(), own.end(), oid) != own.end();
            });
        if (!somebodys)
            problems.add(map.line("authorities"),
                         "temporary ids: no member may feed '" + oid + "'");
    }
    agreement.temporary_authorities =
        std::make_shared<std::set<std::string> const>(list.begin(), list.end());
}

}  // namespace

void load_identity(YAML::Node const& node, Problems& problems, Agreement& agreement) {
    YamlMap const map(node, "identity", {"rules", "demographics", "insurance_is_key", "temporary"},
                      problems);
    agreement.insurance_is_key = map.boolean_or("insurance_is_key", false);
    if (auto const rules = map.find("rules"); rules.IsDefined()) {
        if (!rules.IsSequence()) {
            problems.add(map.line("rules"), "identity: 'rules' must be a list");
        } else {
            for (auto const& one : rules)
                agreement.identity_rules.push_back(rule_of(one, problems));
        }
    }
    if (auto const demographics = map.find("demographics"); demographics.IsDefined())
        load_demographics(demographics, problems, agreement.demographics);
    if (auto const temporary = map.find("temporary"); temporary.IsDefined())
        load_temporary(temporary, problems, agreement);
}

}  // namespace musubi::policy
