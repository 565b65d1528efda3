#include "policy/agreement_emergency.h"

#include <charconv>

namespace musubi::policy {
namespace {

int number(YamlMap const& map, std::string_view key, int highest, Problems& problems) {
    std::string const text = map.text(key);
    int value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > highest)
        problems.add(map.line(key), "break-glass: '" + std::string(key) + "' must be 1 to " +
                                        std::to_string(highest));
    return value;
}

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

}  // namespace

void load_emergency(YAML::Node const& node, Problems& problems, Agreement& agreement) {
    YamlMap const section(node, "emergency", {"break_glass"}, problems);
    auto const glass = section.find("break_glass");
    if (!glass.IsDefined()) return;
    YamlMap const map(glass, "break-glass",
                      {"clause", "roles", "purposes", "reasons", "confidentiality_max",
                       "maximum_minutes", "review_days", "notify", "addresses"},
                      problems);
    EmergencyTerms& out = agreement.emergency;
    out.clause = map.text("clause");
    out.roles = words(map, "roles");
    out.purposes = words(map, "purposes");
    out.reasons = words(map, "reasons");
    auto const highest = domain::confidentiality_from(map.text("confidentiality_max"));
    if (!highest)
        problems.add(map.line("confidentiality_max"),
                     "break-glass: 'confidentiality_max' is none of U, L, M, N, R, V");
    out.highest = highest.value_or(out.highest);
    out.minutes = number(map, "maximum_minutes", 7 * 24 * 60, problems);
    out.review_days = number(map, "review_days", 366, problems);
    for (auto const& word : map.required_texts("notify")) {
        if (word == "sources") {
            out.tells_sources = true;
        } else {
            out.tells.insert(word);
        }
    }
    addresses(map, out, problems);
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
}

}  // namespace musubi::policy
