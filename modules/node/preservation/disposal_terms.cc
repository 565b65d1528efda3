#include "node/preservation/disposal_terms.h"

#include "policy/tree.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace musubi::node {
namespace {

constexpr char const* kAny = "any";

struct Hold {
    std::string member, where;
};

std::vector<Hold> holds_of(policy::Agreement const& agreement, DisposalCase const& about) {
    std::vector<Hold> out;
    for (auto const& one : agreement.tree->list("disposal.holds"))
        out.push_back({one.shown("member"), "hold of the agreement: " + one.shown("reason")});
    for (auto const& one : about.holds) out.push_back({one, "hold of the configuration"});
    return out;
}

bool released_early(policy::Agreement const& agreement, std::string const& member) {
    auto const& list = agreement.tree->list("disposal.before_retention_ends");
    return std::any_of(list.begin(), list.end(),
                       [&](policy::Tree const& one) { return one.shown() == member; });
}

/// Until when this kind is kept; nothing: nobody has said.
Result<std::optional<WallTime>> kept_until(policy::Agreement const& agreement,
                                           KeptKind const& kind) {
    std::optional<WallTime> until;
    for (auto const& one : agreement.tree->list("document_types")) {
        auto const code = one.shown("code");
        auto const term = one.shown("retention");
        bool const by_class = one.shown("kind") == "class";
        if (term.empty() || code != (by_class ? kind.class_code : kind.type_code)) continue;
        WallTime const end = TRY(end_of_term(kind.newest, term));
        if (!until || *until < end) until = end;
    }
    return until;
}

std::string day_of(WallTime time) { return to_rfc3339(time).substr(0, 10); }

void check_retention(policy::Agreement const& agreement, DisposalCase const& about,
                     std::vector<std::string>& faults) {
    for (KeptKind const& kind : about.kinds) {
        auto const until = kept_until(agreement, kind);
        std::string const what =
            std::to_string(kind.documents) + " documents of type " + kind.type_code;
        if (!until)
            faults.push_back(what + ": " + until.error().detail);
        else if (!*until)
            faults.push_back(what + ": the agreement names no retention for them");
        else if (**until > about.now)
            faults.push_back(what + " must be kept until " + day_of(**until));
    }
}

}  // namespace

std::string disposal_clause(policy::Agreement const& agreement) {
    auto const* section = agreement.tree->at("disposal");
    return section ? section->shown("clause") : "";
}

std::vector<std::string> disposal_faults(policy::Agreement const& agreement,
                                         DisposalCase const& about) {
    std::vector<std::string> faults;
    if (disposal_clause(agreement).empty())
        faults.push_back("the agreement in force has no section 'disposal' with a clause");
    auto const* member = agreement.member(about.member);
    if (member && member->status != policy::MemberStatus::kLeft)
        faults.push_back(about.member + " has not left: its status is " +
                         std::string(policy::to_string(member->status)));
    for (auto const& other : agreement.members) {
        if (other.member.code != about.member && about.names.contains(other.member.institution_oid))
            faults.push_back(other.member.code + " is of the same institution OID");
    }
    for (Hold const& hold : holds_of(agreement, about)) {
        if (hold.member == kAny || hold.member == about.member || about.names.contains(hold.member))
            faults.push_back(hold.where);
        else if (!about.known.contains(hold.member))
            faults.push_back("a hold names '" + hold.member + "', who is no member: mend that");
    }
    if (!released_early(agreement, about.member)) check_retention(agreement, about, faults);
    return faults;
}

Result<WallTime> end_of_term(WallTime begin, std::string_view duration) {
    using namespace std::chrono;
    Error const bad(Code::kInvalidContent, "no duration: " + std::string(duration));
    if (!duration.starts_with('P')) return bad;
    auto const midnight = floor<days>(begin);
    auto rest = begin - midnight;
    year_month_day day(midnight);
    bool of_time = false, any = false;
    for (std::string_view left = duration.substr(1); !left.empty();) {
        if (left.front() == 'T') {
            of_time = true;
            left.remove_prefix(1);
            continue;
        }
        int count = 0;
        auto const [end, error] = std::from_chars(left.data(), left.data() + left.size(), count);
        if (error != std::errc() || end == left.data() + left.size() || count < 0 ||
            count > 100'000)
            return bad;
        // An M is minutes behind the T and months before it; everything else has its side.
        char const unit = *end;
        if (of_time != (unit == 'H' || unit == 'S' || (unit == 'M' && of_time))) return bad;
        if ((unit == 'Y' && count > 1'000) || (unit == 'M' && !of_time && count > 12'000))
            return bad;
        if (unit == 'Y')
            day += years(count);
        else if (unit == 'M' && !of_time)
            day += months(count);
        else if (unit == 'W')
            rest += days(7 * count);
        else if (unit == 'D')
            rest += days(count);
        else if (unit == 'H')
            rest += hours(count);
        else if (unit == 'M')
            rest += minutes(count);
        else if (unit == 'S')
            rest += seconds(count);
        else
            return bad;
        any = true;
        left.remove_prefix(static_cast<std::size_t>(end - left.data()) + 1);
    }
    if (!any || int(day.year()) > 9999) return bad;
    if (!day.ok()) day = day.year() / day.month() / last;
    return WallTime(sys_days(day)) + rest;
}

}  // namespace musubi::node
