#include "policy/agreement_emergency.h"

#include "policy/agreement_disaster.h"

namespace musubi::policy {
namespace {

void addresses(YamlMap const& map, EmergencyTerms& out, Problems& problems) {
    auto const list = map.find("addresses");
    if (!list.IsDefined()) return;
    if (!list.IsSequence()) {
        problems.add(map.line("addresses"), "break-glass: 'addresses' must be a list");
        return;
    }
    for (auto const& node : list) {
        YamlMap const one(node, "address", {"member", "url"}, problems);
        out.addresses.emplace_back(one.text("member"), one.text("url"));
        if (!out.addresses.back().second.starts_with("https://"))
            problems.add(one.line("url"), "address: 'url' must begin with https://");
    }
}

std::set<std::string> words(YamlMap const& map, std::string_view key) {
    auto const list = map.required_texts(key);
    return {list.begin(), list.end()};
}

void break_glass(YAML::Node const& node, Problems& problems, EmergencyTerms& out) {
    YamlMap const map(node, "break-glass",
                      {"clause", "roles", "purposes", "reasons", "confidentiality_max",
                       "maximum_minutes", "review_days", "overdue", "notify", "addresses"},
                      problems);
    out.clause = map.text("clause");
    out.roles = words(map, "roles");
    out.purposes = words(map, "purposes");
    out.reasons = words(map, "reasons");
    out.highest = load_highest(map, problems);
    out.minutes = load_number(map, "maximum_minutes", 7 * 24 * 60, problems);
    out.review_days = load_number(map, "review_days", 366, problems);
    auto const overdue = map.text_or("overdue", "warn");
    out.suspends_overdue = overdue == "suspend";
    if (overdue != "warn" && overdue != "suspend")
        problems.add(map.line("overdue"), "break-glass: 'overdue' must be warn or suspend");
    for (auto const& word : map.required_texts("notify")) {
        if (word == "sources") {
            out.tells_sources = true;
        } else {
            out.tells.insert(word);
        }
    }
    addresses(map, out, problems);
}

void stand_in(YAML::Node const& node, Problems& problems, StandInTerms& out) {
    YamlMap const map(node, "stand-in", {"clause", "gateways"}, problems);
    out.clause = map.text("clause");
    auto const gateways = map.text("gateways");
    out.gateways_closed = gateways == "closed";
    if (!out.gateways_closed && gateways != "open")
        problems.add(map.line("gateways"), "stand-in: 'gateways' must be open or closed");
}

}  // namespace

void load_emergency(YAML::Node const& node, std::filesystem::path const& folder, Problems& problems,
                    Agreement& agreement) {
    YamlMap const section(node, "emergency",
                          {"break_glass", "officers", "sealed_accounts", "disaster", "stand_in"},
                          problems);
    EmergencyTerms& out = agreement.emergency;
    if (auto const glass = section.find("break_glass"); glass.IsDefined())
        break_glass(glass, problems, out);
    if (auto const list = section.find("officers"); list.IsDefined())
        load_officers(list, folder, problems, out);
    if (auto const list = section.find("sealed_accounts"); list.IsDefined())
        load_accounts(list, problems, out);
    if (auto const disaster = section.find("disaster"); disaster.IsDefined())
        load_disaster(disaster, problems, out.disaster);
    if (auto const terms = section.find("stand_in"); terms.IsDefined())
        stand_in(terms, problems, out.stand_in);
}

void check_emergency(Agreement const& agreement, Problems& problems) {
    EmergencyTerms const& terms = agreement.emergency;
    for (auto const& code : terms.roles) {
        auto const* role = agreement.role(code);
        if (!role) {
            problems.add(1, "break-glass: there is no role '" + code + "'");
        } else if (role->exempt) {
            problems.add(1, "break-glass: role '" + code + "' is exempt, it needs none");
        }
    }
    auto const check = [&](std::string const& code) {
        if (!agreement.member(code))
            problems.add(1, "break-glass: there is no member '" + code + "'");
    };
    for (auto const& code : terms.tells) check(code);
    for (auto const& [code, url] : terms.addresses) check(code);
    check_accounts_and_disaster(agreement, problems);
}

SealedAccountTerms const* EmergencyTerms::account(std::string_view wanted) const {
    for (auto const& one : accounts) {
        if (one.code == wanted) return &one;
    }
    return nullptr;
}

Officer const* EmergencyTerms::officer(std::string_view wanted) const {
    for (auto const& one : officers) {
        if (one.code == wanted) return &one;
    }
    return nullptr;
}

}  // namespace musubi::policy
