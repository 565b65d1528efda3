#include "policy/readiness.h"

#include "policy/disaster.h"
#include "policy/lint.h"
#include "policy/sealed_accounts.h"

namespace musubi::policy {
namespace {

constexpr auto kSoon = std::chrono::hours(24 * 30);

void add(std::string& all, std::string const& one) { all += (all.empty() ? "" : "; ") + one; }

std::string said_of(SealedAccount const& account, WallTime now) {
    std::string const name = "emergency account " + account.terms->code;
    switch (account.state) {
        case AccountState::kMissing: return name + " is not prepared";
        case AccountState::kOpen: return name + " is open";
        case AccountState::kUsed: return name + " was used and is not replaced";
        case AccountState::kExpired: return name + " has a seal that has expired";
        case AccountState::kSealed: break;
    }
    return account.until - now < kSoon ? name + " must be replaced within 30 days" : "";
}

}  // namespace

Result<std::string> open_matters(pg::Pool& pool, Agreement const& agreement, WallTime now) {
    std::string out;
    for (auto const& one : overdue(agreement, now)) add(out, one);
    auto const unreviewed = TRY(overdue_reviews(pool, now));
    if (unreviewed > 0)
        add(out, std::to_string(unreviewed) + " emergency accesses are not reviewed in time");
    auto const accounts = TRY(sealed_accounts(pool, agreement, now));
    for (auto const& account : accounts) {
        if (auto const said = said_of(account, now); !said.empty()) add(out, said);
    }
    if (agreement.emergency.disaster.clause.empty()) return out;
    auto const declared = TRY(disasters(pool, agreement, now));
    for (auto const& one : declared) {
        if (one.in_force(now)) {
            add(out, "a disaster is declared until " + to_rfc3339(one.ends).substr(0, 16) + "Z");
        } else if (one.reviewed_by.empty() && now >= one.review_by) {
            add(out, "a disaster that is over is not reviewed in time");
        }
    }
    return out;
}

}  // namespace musubi::policy
