#include "policy/consent_names.h"

#include "policy/tree.h"
#include "policy/users.h"

#include <algorithm>

namespace musubi::policy {
namespace {

Error unknown(std::string const& condition, std::string const& name, std::string const& what) {
    Issue issue;
    issue.context = "consent: " + condition + " '" + name + "' is no " + what + " of the agreement";
    return Error(Code::kInvalidContent, {issue});
}

/// Wherever the agreement speaks of purposes: its list, rows, exceptions, users, emergencies.
bool is_known_purpose(Agreement const& agreement, std::string const& purpose) {
    auto const named = [&](std::vector<std::string> const& list) {
        return std::find(list.begin(), list.end(), purpose) != list.end();
    };
    auto const& listed = agreement.tree->list("purposes");
    return std::any_of(listed.begin(), listed.end(),
                       [&](Tree const& one) { return one.shown("code") == purpose; }) ||
           std::any_of(agreement.rules.begin(), agreement.rules.end(),
                       [&](AccessRule const& one) { return named(one.purposes); }) ||
           std::any_of(agreement.consent.exceptions.begin(), agreement.consent.exceptions.end(),
                       [&](ConsentException const& one) { return named(one.purposes); }) ||
           agreement.emergency.purposes.contains(purpose) ||
           (agreement.users &&
            std::any_of(agreement.users->purposes.begin(), agreement.users->purposes.end(),
                        [&](auto const& one) { return one.second == purpose; }));
}

bool names_purposes(Agreement const& agreement) {
    return agreement.tree && !agreement.tree->list("purposes").empty();
}

}  // namespace

Status check_names(ConsentScope const& scope, Agreement const& agreement) {
    if (!scope.owner.empty() && !agreement.member(scope.owner))
        return unknown("member", scope.owner, "member");
    if (!scope.reader.empty() && !agreement.member(scope.reader))
        return unknown("reader", scope.reader, "member");
    if (!scope.purpose.empty() && names_purposes(agreement) &&
        !is_known_purpose(agreement, scope.purpose))
        return unknown("purpose", scope.purpose, "purpose");
    return {};
}

}  // namespace musubi::policy
