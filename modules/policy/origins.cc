#include "policy/origins.h"

#include "policy/tree.h"

#include <algorithm>

namespace musubi::policy {

bool Origins::may_register_from(domain::Member const& member,
                                std::string const& repository_unique_id) const {
    auto const agreement = policy_.agreement();
    auto const* role = agreement->role(member.default_role);
    if (role && role->exempt) return true;
    bool of_somebody = false, has_some = false;
    for (Tree const& one : agreement->tree->list("members")) {
        auto const& ids = one.list("repository_unique_ids");
        bool const named = std::any_of(ids.begin(), ids.end(), [&](Tree const& id) {
            return id.shown() == repository_unique_id;
        });
        bool const own = one.shown("code") == member.code;
        if (own && named) return true;
        of_somebody = of_somebody || named;
        has_some = has_some || (own && !ids.empty());
    }
    return !of_somebody && !has_some;
}

}  // namespace musubi::policy
