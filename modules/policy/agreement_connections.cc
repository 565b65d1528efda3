#include "policy/agreement_connections.h"

#include "policy/agreement_members.h"

#include <algorithm>

namespace musubi::policy {

void load_connection(YAML::Node const& node, Problems& problems, Agreement& agreement) {
    YamlMap const map(node, "connection",
                      {"peer", "network", "profile", "in", "out", "xua", "rate", "demarcation"},
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
    static_cast<void>(map.boolean_or("xua", false));
    static_cast<void>(map.text_or("rate", ""));
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

}  // namespace musubi::policy
