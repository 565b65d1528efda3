#include "policy/lint.h"

#include "platform/vault/cms.h"
#include "policy/agreement_file.h"
#include "policy/agreement_schema.h"
#include "policy/canonical.h"
#include "policy/lint_rules.h"
#include "policy/tree.h"

#include <algorithm>
#include <filesystem>

namespace musubi::policy {
namespace {

constexpr auto kSoon = std::chrono::hours(24 * 60);
constexpr std::string_view kProfiles[] = {"jp-high", "jp-high-compat"};

/// The day that a section names as its next, where it is over.
Tree const* passed_day(Agreement const& agreement, std::string const& path, WallTime now) {
    auto const* section = agreement.tree ? agreement.tree->at(path) : nullptr;
    auto const* next = section ? section->find("next") : nullptr;
    auto const day = next ? japanese_day(next->text) : std::nullopt;
    return day && *day + std::chrono::hours(24) <= now ? next : nullptr;
}

std::string was_due(std::string const& path, Tree const& day) {
    return "'" + path + "' was due on " + day.text;
}

class Linter {
public:
    Linter(Agreement const& agreement, WallTime now) : agreement_(agreement), now_(now) {}

    std::vector<LintFinding> run() {
        term();
        dates();
        contacts();
        connections();
        tls();
        lint_rules(agreement_, out_);
        for (auto const& one : not_enforced(*agreement_.tree)) {
            add(LintSeverity::kNote, "not-enforced", one.path, one.line,
                "'" + one.path + "' is kept and printed; the node does not act on it");
        }
        std::stable_sort(out_.begin(), out_.end(), [](LintFinding const& a, LintFinding const& b) {
            return std::pair(a.severity, a.line) < std::pair(b.severity, b.line);
        });
        return std::move(out_);
    }

private:
    void add(LintSeverity severity, std::string_view check, std::string clause, int line,
             std::string text) {
        out_.push_back({severity, check, std::move(clause), line, std::move(text)});
    }

    void term() {
        auto const& region = agreement_.region;
        if (now_ >= region.ends) {
            add(LintSeverity::kError, "term", "effective_to", 1, "has ended on " + region.valid_to);
        } else if (region.ends - now_ < std::chrono::hours(24 * 90)) {
            add(LintSeverity::kWarning, "term", "effective_to", 1,
                "ends on " + region.valid_to + ", within 90 days");
        }
    }

    void due(std::string const& path, LintSeverity if_missing) {
        auto const* section = agreement_.tree->at(path);
        if (!section) {
            add(if_missing, "missing", path, 1, "'" + path + "' is missing: nobody is reminded");
            return;
        }
        if (auto const* day = passed_day(agreement_, path, now_))
            add(LintSeverity::kError, "overdue", path, day->line, was_due(path, *day));
    }

    void dates() {
        due("revision", LintSeverity::kWarning);
        due("audit.internal", LintSeverity::kWarning);
        due("audit.external", LintSeverity::kWarning);
        if (agreement_.tree->at("technical.risk_analysis"))
            due("technical.risk_analysis", LintSeverity::kNote);
        if (!agreement_.tree->at("technical.two_factor_from")) {
            add(LintSeverity::kWarning, "missing", "technical.two_factor_from", 1,
                "no date from which users need two factors");
        }
        if (!agreement_.tree->at("location.countries")) {
            add(LintSeverity::kWarning, "missing", "location.countries", 1,
                "the agreement does not say where data, keys and logs may be");
        }
    }

    void contacts() {
        if (!agreement_.tree->find("operator"))
            add(LintSeverity::kError, "contact", "operator", 1, "'operator' is missing");
        for (auto const& one : agreement_.members) {
            if (one.status != MemberStatus::kActive || is_test_partner(one)) continue;
            for (auto const* officer : {"patient_desk", "privacy", "security"}) {
                if (one.officers.contains(officer)) continue;
                bool const desk = std::string_view(officer) == "patient_desk";
                add(desk ? LintSeverity::kError : LintSeverity::kWarning, "contact",
                    one.member.code, one.line, std::string("no officer '") + officer + "'");
            }
            // Another region is bound by an agreement of its own.
            if (!one.must_sign && one.kind != "community") {
                add(LintSeverity::kWarning, "signature", one.member.code, one.line,
                    "need not sign: not bound by the agreement");
            }
        }
    }

    bool is_test_partner(AgreementMember const& one) const {
        auto const* role = agreement_.role(one.member.default_role);
        return role && role->exempt;
    }

    void connections() {
        for (auto const& one : agreement_.connections) {
            if (one.demarcation.empty()) {
                add(LintSeverity::kError, "demarcation", one.peer, one.line,
                    "the connection has no point where responsibility changes");
            }
            if (std::find(std::begin(kProfiles), std::end(kProfiles), one.profile) ==
                std::end(kProfiles)) {
                add(LintSeverity::kError, "tls", one.peer, one.line,
                    "TLS profile '" + one.profile + "' is below the guideline's level");
            }
        }
        for (auto const& one : agreement_.members) {
            if (one.status != MemberStatus::kActive || one.connected) continue;
            add(LintSeverity::kWarning, "demarcation", one.member.code, one.line,
                "no connection with a point where responsibility changes");
        }
        for (auto const& point : agreement_.tree->list("demarcation")) {
            auto const id = point.shown("id");
            bool const used =
                std::any_of(agreement_.connections.begin(), agreement_.connections.end(),
                            [&](Connection const& one) { return one.demarcation == id; });
            if (!used) {
                add(LintSeverity::kNote, "demarcation", id, point.line,
                    "no connection refers to this point");
            }
        }
    }

    void tls() {
        auto const* profile = agreement_.tree->at("technical.tls_profile");
        if (!profile) {
            add(LintSeverity::kWarning, "missing", "technical.tls_profile", 1,
                "'technical.tls_profile' is missing");
        } else if (std::find(std::begin(kProfiles), std::end(kProfiles), profile->text) ==
                   std::end(kProfiles)) {
            add(LintSeverity::kError, "tls", "technical.tls_profile", profile->line,
                "TLS profile '" + profile->text + "' is below the guideline's level");
        }
    }

    Agreement const& agreement_;
    WallTime const now_;
    std::vector<LintFinding> out_;
};

/// Every certificate that the file names by a file: when it ends.
void certificates_of(Tree const& tree, std::string const& owner,
                     std::filesystem::path const& folder, WallTime now,
                     std::vector<LintFinding>& out) {
    std::string const code = tree.shown("code");
    std::string const& whose = code.empty() ? owner : code;
    for (auto const& item : tree.items) certificates_of(item, whose, folder, now, out);
    for (auto const& [key, value] : tree.entries) {
        if (key != "certificates" && key != "signing_certificates") {
            certificates_of(value, whose, folder, now, out);
            continue;
        }
        for (auto const& one : value.items) {
            auto const file = one.shown("file");
            if (file.empty()) continue;
            auto const facts = vault::read_certificate((folder / file).string());
            if (!facts || facts->not_after - now > kSoon) continue;
            bool const ended = facts->not_after <= now;
            out.push_back({ended ? LintSeverity::kError : LintSeverity::kWarning, "certificate",
                           whose, one.line,
                           "'" + file + "' " + (ended ? "ended" : "ends") + " on " +
                               to_rfc3339(facts->not_after).substr(0, 10)});
        }
    }
}

void lint_certificates(Agreement const& agreement, WallTime now, std::vector<LintFinding>& out) {
    auto const text = read_agreement_text(agreement.file);
    if (!text) return;
    Problems ignored(agreement.file);
    try {
        certificates_of(tree_of(YAML::Load(*text), ignored), "",
                        std::filesystem::path(agreement.file).parent_path(), now, out);
    } catch (YAML::Exception const&) {
        return;  // it changed since it was loaded
    }
}

Tree text_tree(std::string text) {
    Tree out;
    out.kind = Tree::Kind::kText;
    out.text = std::move(text);
    return out;
}

}  // namespace

std::string_view to_string(LintSeverity severity) {
    switch (severity) {
        case LintSeverity::kError: return "error";
        case LintSeverity::kWarning: return "warning";
        case LintSeverity::kNote: return "note";
    }
    return "error";
}

std::vector<std::string> overdue(Agreement const& agreement, WallTime now) {
    std::vector<std::string> out;
    for (std::string const path : {"revision", "audit.internal", "audit.external"}) {
        if (auto const* day = passed_day(agreement, path, now)) out.push_back(was_due(path, *day));
    }
    return out;
}

std::vector<LintFinding> lint(Agreement const& agreement, WallTime now) {
    auto out = Linter(agreement, now).run();
    lint_certificates(agreement, now, out);
    std::stable_sort(out.begin(), out.end(), [](LintFinding const& a, LintFinding const& b) {
        return std::pair(a.severity, a.line) < std::pair(b.severity, b.line);
    });
    return out;
}

std::vector<LintFinding> lint_signatures(Agreement const& agreement, Signatures const& signatures,
                                         WallTime now) {
    std::vector<LintFinding> out;
    auto const own = signers_of(*agreement.tree);
    for (auto const& fault : signature_faults(agreement.canonical, own, own, signatures, now)) {
        auto const code = fault.substr(0, fault.find(':'));
        auto const* member = agreement.member(code);
        out.push_back(
            {LintSeverity::kWarning, "signature", code, member ? member->line : 1, fault});
    }
    return out;
}

std::string lint_text(Agreement const& agreement, std::vector<LintFinding> const& findings) {
    std::string out;
    for (auto const& one : findings) {
        out += agreement.file + ":" + std::to_string(one.line) + ": " +
               std::string(to_string(one.severity)) + ": " + std::string(one.check) + ": " +
               (one.clause.empty() ? "" : one.clause + ": ") + one.text + "\n";
    }
    return out;
}

std::string lint_json(std::vector<LintFinding> const& findings) {
    Tree list;
    list.kind = Tree::Kind::kList;
    for (auto const& one : findings) {
        Tree item;
        item.kind = Tree::Kind::kMap;
        Tree line;
        line.kind = Tree::Kind::kNumber;
        line.number = one.line;
        item.entries = {{"severity", text_tree(std::string(to_string(one.severity)))},
                        {"check", text_tree(std::string(one.check))},
                        {"clause", text_tree(one.clause)},
                        {"line", std::move(line)},
                        {"text", text_tree(one.text)}};
        list.items.push_back(std::move(item));
    }
    return canonical_json(list) + "\n";
}

}  // namespace musubi::policy
