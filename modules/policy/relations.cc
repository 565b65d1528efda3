#include "policy/relations.h"

#include <algorithm>

namespace musubi::policy {
namespace {

/// $1 member, $2 patients, $3 and $4 the time looked at.
constexpr pg::Statement kKnownReasons{
    "policy.relation_reasons",
    "select patient from policy.treatment where member = $1 and patient = any($2) and declared_at "
    "< $4 and until > $3 union select patient from policy.emergency_access "
    "where member = $1 and patient = any($2) and opened_at < $4 and ends_at > $3"};

bool shares_one(std::vector<std::string> const& a, std::vector<std::string> const& b) {
    return std::any_of(a.begin(), a.end(), [&](std::string const& one) {
        return std::find(b.begin(), b.end(), one) != b.end();
    });
}

}  // namespace

Result<std::set<std::string>> Relations::untreated(std::string const& member,
                                                   std::vector<std::string> const& patients,
                                                   WallTime from, WallTime to) const {
    std::set<std::string> out;
    auto const agreement = policy_.agreement();
    auto const* asker = agreement->member(member);
    auto const* role = asker ? agreement->role(asker->member.default_role) : nullptr;
    if (!index_ || !role || role->exempt) return out;
    for (std::string const& patient : patients) {
        auto const standing = index_->standing_of(patient);
        if (!standing && standing.error().code != Code::kNotFound) return standing.error();
        if (!standing || !shares_one(standing->authorities, asker->member.assigning_authorities))
            out.insert(patient);
    }
    if (out.empty()) return out;
    return pool_.read([&](pg::ReadTx& tx) -> Result<std::set<std::string>> {
        std::vector<std::string> const left(out.begin(), out.end());
        auto const rows = TRY(tx.exec(kKnownReasons, pg::Params()
                                                         .text(member)
                                                         .text_array(std::span(left))
                                                         .timestamptz(from)
                                                         .timestamptz(to)));
        for (pg::Row const row : rows) out.erase(std::string(row.text(0)));
        return out;
    });
}

}  // namespace musubi::policy
