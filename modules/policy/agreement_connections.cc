#include "policy/agreement_connections.h"

#include "policy/agreement_members.h"
#include "policy/users.h"

#include <algorithm>
#include <charconv>

namespace musubi::policy {
namespace {

constexpr int kHighestLevel = 4;
constexpr int kMostCalls = 1'000'000;

/// "required", "optional", "none"; `true` and `false` as required and not told.
std::optional<domain::AssertionUse> users_of(YamlMap const& map, Problems& problems) {
    auto const word = map.text_or("xua", "false");
    if (word == "required" || word == "true") return domain::AssertionUse::kRequired;
    if (word == "optional") return domain::AssertionUse::kOptional;
    if (word == "none") return domain::AssertionUse::kOff;
    if (word != "false")
        problems.add(map.line("xua"), "connection: 'xua' must be required, optional or none");
    return std::nullopt;
}

/// "600/minute": a number of calls per second, minute or hour.
CallRate rate_of(YamlMap const& map, Problems& problems) {
    auto const text = map.text_or("rate", "");
    CallRate out;
    if (text.empty()) return out;
    auto const mark = std::min(text.find('/'), text.size());
    auto const [end, error] = std::from_chars(text.data(), text.data() + mark, out.calls);
    auto const unit = text.substr(std::min(mark + 1, text.size()));
    if (unit == "minute") out.per = std::chrono::minutes(1);
    if (unit == "hour") out.per = std::chrono::hours(1);
    bool const known = unit == "second" || unit == "minute" || unit == "hour";
    if (error != std::errc() || end != text.data() + mark || !known || out.calls < 1 ||
        out.calls > kMostCalls) {
        problems.add(map.line("rate"),
                     "connection: 'rate' must be N/second, N/minute or N/hour, N from 1 to " +
                         std::to_string(kMostCalls));
        return {};
    }
    return out;
}

int level_of(YamlMap const& map, Problems& problems) {
    auto const text = map.text_or("minimum_level", "0");
    int level = -1;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), level);
    if (error == std::errc() && end == text.data() + text.size() && level >= 0 &&
        level <= kHighestLevel) {
        return level;
    }
    problems.add(map.line("minimum_level"),
                 "connection: 'minimum_level' must be 0 to " + std::to_string(kHighestLevel));
    return 0;
}

bool has_terms(Connection const& one) {
    return one.users || one.minimum_level > 0 || one.rate.calls > 0;
}

}  // namespace

void load_connection(YAML::Node const& node, Problems& problems, Agreement& agreement) {
    YamlMap const map(
        node, "connection",
        {"peer", "network", "profile", "in", "out", "xua", "minimum_level", "rate", "demarcation"},
        problems);
    Connection out;
    out.line = map.line();
    out.peer = map.text("peer");
    out.profile = map.text("profile");
    out.network = map.text_or("network", "");
    if (map.has("in")) load_transactions(map, "in", "connection", problems, out.in);
    if (map.has("out")) load_transactions(map, "out", "connection", problems, out.out);
    if (!map.has("in") && !map.has("out"))
        problems.add(map.line(), "connection: one of 'in' and 'out' is needed");
    out.demarcation = map.text_or("demarcation", "");
    out.users = users_of(map, problems);
    out.minimum_level = level_of(map, problems);
    out.rate = rate_of(map, problems);
    if (out.users == domain::AssertionUse::kOff && out.minimum_level > 0)
        problems.add(map.line("minimum_level"), "connection: 'minimum_level' needs users");
    if (has_terms(out) && out.in.empty())
        problems.add(map.line(), "connection: users and rate are about calls that come 'in'");
    agreement.connections.push_back(std::move(out));
}

void settle_connections(Agreement& agreement, Problems& problems) {
    for (auto const& one : agreement.connections) {
        auto const member =
            std::find_if(agreement.members.begin(), agreement.members.end(),
                         [&](AgreementMember const& m) { return m.member.code == one.peer; });
        if (member == agreement.members.end()) {
            if (!one.peer.empty())
                problems.add(one.line, "connection: there is no member '" + one.peer + "'");
            continue;
        }
        if (member->transactions_line > 0) {
            problems.add(member->transactions_line,
                         "member: 'transactions' are told by the connection in line " +
                             std::to_string(one.line));
            continue;
        }
        member->transactions.insert(one.in.begin(), one.in.end());
        if (one.in.empty()) continue;
        member->connected = true;
    }
    for (auto const& one : agreement.members) {
        if (one.transactions_line == 0 && !one.connected && one.status == MemberStatus::kActive) {
            problems.add(one.line,
                         "member: 'transactions' is missing, and there is no connection with 'in'");
        }
    }
}

void check_connection_terms(Agreement const& agreement, Problems& problems) {
    auto const& all = agreement.connections;
    for (auto one = all.begin(); one != all.end(); ++one) {
        bool const about_users =
            (one->users && *one->users != domain::AssertionUse::kOff) || one->minimum_level > 0;
        if (about_users && !agreement.users) {
            problems.add(one->line,
                         "connection: users need the section 'authentication', which is missing");
        }
        if (one->users && agreement.users && agreement.users->members.contains(one->peer)) {
            problems.add(one->line,
                         "connection: 'xua' of '" + one->peer + "' stands in 'authentication' too");
        }
        for (auto other = all.begin(); other != one; ++other) {
            if (other->peer != one->peer || (!has_terms(*one) && !has_terms(*other))) continue;
            for (auto const& id : one->in) {
                if (other->in.contains(id))
                    problems.add(one->line, "connection: " + id + " stands in line " +
                                                std::to_string(other->line) + " too");
            }
        }
    }
}

}  // namespace musubi::policy
