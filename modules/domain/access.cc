#include "domain/access.h"

#include <algorithm>

namespace musubi::domain {
namespace {

bool contains(std::vector<std::string> const& all, std::string const& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

bool ScopeRule::matches(Label const& label) const {
    if (!owners.empty() && !contains(owners, label.owner)) return false;
    if (contains(except_owners, label.owner)) return false;
    if (contains(except_codes, label.class_code) || contains(except_codes, label.type_code))
        return false;
    bool const any_type = class_codes.empty() && type_codes.empty();
    if (!any_type && !contains(class_codes, label.class_code) &&
        !contains(type_codes, label.type_code))
        return false;
    return confidentiality_codes.empty() ||
           std::all_of(
               label.confidentiality_codes.begin(), label.confidentiality_codes.end(),
               [&](std::string const& code) { return contains(confidentiality_codes, code); });
}

bool Scope::allows(Label const& label) const {
    return everything || std::any_of(rules.begin(), rules.end(),
                                     [&](ScopeRule const& rule) { return rule.matches(label); });
}

bool IdentityScope::allows(std::string const& authority) const {
    return everything ||
           std::find(authorities.begin(), authorities.end(), authority) != authorities.end();
}

namespace {

using Criterion = DemographicsRules::Criterion;
constexpr std::pair<std::string_view, Criterion> kCriteria[] = {
    {"id", Criterion::kId},
    {"family", Criterion::kFamily},
    {"given", Criterion::kGiven},
    {"birth", Criterion::kBirth},
    {"sex", Criterion::kSex},
    {"address", Criterion::kAddress},
    {"phone", Criterion::kPhone},
    {"account", Criterion::kAccount},
    {"mothers_name", Criterion::kMothersName},
};

}  // namespace

std::optional<DemographicsRules::Criterion> criterion_of(std::string_view word) {
    for (auto const& [name, criterion] : kCriteria) {
        if (name == word) return criterion;
    }
    return std::nullopt;
}

std::string_view to_string(DemographicsRules::Criterion criterion) {
    for (auto const& [name, one] : kCriteria) {
        if (one == criterion) return name;
    }
    return "";
}

}  // namespace musubi::domain
