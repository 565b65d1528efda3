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

}  // namespace musubi::domain
