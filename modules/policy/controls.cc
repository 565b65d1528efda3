#include "policy/controls.h"

#include "embedded/controls.h"
#include "platform/base/text.h"
#include "policy/canonical.h"
#include "policy/tree.h"
#include "policy/users.h"

#include <algorithm>
#include <array>

namespace musubi::policy {
namespace {

constexpr std::size_t kColumns = 9;

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

std::vector<std::string_view> cells(std::string_view line, char mark) {
    std::vector<std::string_view> out;
    for (auto const cell : split(line, mark)) out.push_back(trimmed(cell));
    return out;
}

std::optional<ControlStatus> status_of(std::string_view word) {
    for (auto const status : {ControlStatus::kImplemented, ControlStatus::kConfigured,
                              ControlStatus::kOperational, ControlStatus::kNotOffered}) {
        if (word == to_string(status, Language::kEnglish)) return status;
    }
    return std::nullopt;
}

Error not_a_control(std::size_t line) {
    return Error(Code::kInternal, "controls.txt:" + std::to_string(line) + " is no control");
}

template <class Members, class Holds>
bool all_active(Members const& members, Holds holds) {
    return std::all_of(members.begin(), members.end(), [&](AgreementMember const& one) {
        return one.status != MemberStatus::kActive || holds(one);
    });
}

bool has_desks(Agreement const& a) {
    return all_active(a.members, [&](AgreementMember const& one) {
        auto const* role = a.role(one.member.default_role);
        return (role && role->exempt) || one.officers.contains("patient_desk");
    });
}

bool has_points(Agreement const& a) {
    return !a.connections.empty() &&
           std::all_of(a.connections.begin(), a.connections.end(),
                       [](Connection const& one) { return !one.demarcation.empty(); });
}

bool wants_two_factors(Agreement const& a) {
    return a.users && std::any_of(a.users->minimums.begin(), a.users->minimums.end(),
                                  [](auto const& one) { return one.level >= 2; });
}

struct Probe {
    std::string_view name;
    bool (*answer)(Agreement const&, Installation const&);
};
constexpr Probe kProbes[] = {
    {"demarcation", [](auto const& a, auto const&) { return has_points(a); }},
    {"matrix", [](auto const& a, auto const&) { return !a.rules.empty(); }},
    {"users", [](auto const& a, auto const&) { return a.users != nullptr; }},
    {"two-factor", [](auto const& a, auto const&) { return wants_two_factors(a); }},
    {"consent", [](auto const& a, auto const&) { return a.tree->find("consent") != nullptr; }},
    {"desks", [](auto const& a, auto const&) { return has_desks(a); }},
    {"proxies", [](auto const& a, auto const&) { return !a.consent.proxies.empty(); }},
    {"demographics", [](auto const& a, auto const&) { return !a.demographics.minimum.empty(); }},
    {"accounts", [](auto const& a, auto const&) { return !a.emergency.accounts.empty(); }},
    {"glass", [](auto const& a, auto const&) { return !a.emergency.clause.empty(); }},
    {"emergency", [](auto const& a, auto const&) { return a.tree->find("emergency") != nullptr; }},
    {"disaster", [](auto const& a, auto const&) { return !a.emergency.disaster.clause.empty(); }},
    {"gateways",
     [](auto const& a, auto const&) { return a.emergency.disaster.modes.contains(kGatewaysOff); }},
    {"location",
     [](auto const& a, auto const&) { return a.tree->at("location.countries") != nullptr; }},
    {"tls", [](auto const&, auto const& i) { return i.tls_profile.starts_with("jp-high"); }},
    {"time", [](auto const&, auto const& i) { return i.watches_time; }},
};

using Line = std::array<std::string, 8>;

Line line_of(Control const& control, std::optional<bool> here, Language language) {
    bool const ja = language == Language::kJapanese;
    std::string evidence;
    for (auto const one : control.evidence)
        evidence += (evidence.empty() ? "" : ", ") + std::string(one);
    std::string used = "-";
    if (here) used = *here ? (ja ? "有" : "yes") : (ja ? "無" : "no");
    return {std::string(control.id),
            std::string(control.kind),
            std::string(ja ? control.title_ja : control.title_en),
            std::string(to_string(control.status, language)),
            used,
            std::string(ja ? control.answer_ja : control.answer_en),
            evidence,
            std::string(ja ? control.group_ja : control.group_en)};
}

Line head_of(Language language) {
    if (language == Language::kJapanese)
        return {"番号", "種別", "要求", "状態", "本設備で使用", "対応", "根拠", "分類"};
    return {"id",          "kind",          "requirement", "status",
            "in use here", "what there is", "evidence",    "group"};
}

std::string markdown(std::vector<Line> const& lines, Line const& head) {
    std::string out, group;
    auto const row = [&](Line const& line) {
        for (std::size_t i = 0; i + 1 < line.size(); ++i) out += "| " + line[i] + " ";
        out += "|\n";
    };
    for (auto const& line : lines) {
        if (line.back() != group) {
            group = line.back();
            out += (out.empty() ? "## " : "\n## ") + group + "\n\n";
            row(head);
            out += "|---|---|---|---|---|---|---|\n";
        }
        row(line);
    }
    return out;
}

/// RFC 4180; none of our own texts begins like a formula.
std::string csv(std::vector<Line> const& lines, Line const& head) {
    std::string out;
    auto const row = [&](Line const& line) {
        for (std::size_t i = 0; i < line.size(); ++i) {
            out += i == 0 ? "\"" : ",\"";
            for (char const c : line[i]) out += c == '"' ? std::string("\"\"") : std::string(1, c);
            out += '"';
        }
        out += "\r\n";
    };
    row(head);
    for (auto const& line : lines) row(line);
    return out;
}

std::string json(std::vector<Line> const& lines) {
    constexpr char const* kNames[] = {"id",     "kind",   "requirement", "status",
                                      "in_use", "answer", "evidence",    "group"};
    Tree list;
    list.kind = Tree::Kind::kList;
    for (auto const& line : lines) {
        Tree item;
        item.kind = Tree::Kind::kMap;
        for (std::size_t i = 0; i < line.size(); ++i) {
            Tree text;
            text.kind = Tree::Kind::kText;
            text.text = line[i];
            item.entries.push_back({kNames[i], std::move(text)});
        }
        list.items.push_back(std::move(item));
    }
    return canonical_json(list) + "\n";
}

}  // namespace

std::string_view to_string(ControlStatus status, Language language) {
    bool const ja = language == Language::kJapanese;
    switch (status) {
        case ControlStatus::kImplemented: return ja ? "実装済み" : "implemented";
        case ControlStatus::kConfigured: return ja ? "設定による" : "configured";
        case ControlStatus::kOperational: return ja ? "運用による" : "operational";
        case ControlStatus::kNotOffered: return ja ? "非対応" : "not-offered";
    }
    return "";
}

Result<std::vector<Control>> control_catalogue() {
    std::vector<Control> out;
    std::vector<std::string_view> group = {"", ""};
    std::size_t number = 0;
    for (auto const& file : embedded::controls::controls_files()) {
        for (auto const line : split(file.bytes, '\n')) {
            ++number;
            if (line.empty() || line.front() == '#') continue;
            if (line.front() == '@') {
                group = cells(line.substr(1), '|');
                if (group.size() != 2) return not_a_control(number);
                continue;
            }
            auto const parts = cells(line, '|');
            if (parts.size() != kColumns) return not_a_control(number);
            auto const status = status_of(parts[2]);
            if (!status) return not_a_control(number);
            Control one;
            one.id = parts[0];
            one.kind = parts[1];
            one.status = *status;
            one.probe = parts[3];
            one.group_ja = group[0];
            one.group_en = group[1];
            one.title_ja = parts[4];
            one.title_en = parts[5];
            one.answer_ja = parts[6];
            one.answer_en = parts[7];
            for (auto const evidence : cells(parts[8], ',')) {
                if (!evidence.empty()) one.evidence.push_back(evidence);
            }
            out.push_back(std::move(one));
        }
    }
    return out;
}

Result<std::optional<bool>> in_use(Control const& control, Installation const& installation) {
    if (control.probe.empty()) return std::optional<bool>();
    auto const probe = std::find_if(std::begin(kProbes), std::end(kProbes),
                                    [&](Probe const& one) { return one.name == control.probe; });
    if (probe == std::end(kProbes))
        return Error(Code::kInternal, "no probe '" + std::string(control.probe) + "'");
    if (!installation.agreement) return std::optional<bool>();
    return std::optional<bool>(probe->answer(*installation.agreement, installation));
}

Result<std::string> control_matrix(Installation const& installation, ControlFormat format,
                                   Language language) {
    auto const catalogue = TRY(control_catalogue());
    std::vector<Line> lines;
    for (auto const& control : catalogue)
        lines.push_back(line_of(control, TRY(in_use(control, installation)), language));
    if (format == ControlFormat::kJson) return json(lines);
    if (format == ControlFormat::kCsv) return csv(lines, head_of(language));
    return markdown(lines, head_of(language));
}

}  // namespace musubi::policy
