// What lint finds, and the texts made from an agreement: on the sample of the region Kita.

#include "policy/lint.h"

#include "platform/base/bytes.h"
#include "policy/agreement_texts.h"
#include "policy/canonical.h"
#include "support/source_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace musubi::policy {
namespace {

namespace fs = std::filesystem;

WallTime const kDay = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 1));

class SampleAgreement : public ::testing::Test {
protected:
    SampleAgreement() {
        fs::create_directories(folder_ / "region");
        fs::create_directories(folder_ / "pki");
        for (std::string const name :
             {"hospital-kita", "clinic-kita", "pharmacy-kita", "toolkit", "toolkit-lenient",
              "node-b", "hospital-kita-signing", "clinic-kita-signing", "pharmacy-kita-signing",
              "officer-kita-1", "officer-kita-2", "officer-kita-3"}) {
            std::ofstream(folder_ / "pki" / (name + ".crt"))
                << "-----BEGIN CERTIFICATE-----\n"
                << to_base64(as_bytes(name)) << "\n-----END CERTIFICATE-----\n";
        }
        text_ = test::read_file(test::source_dir() / "profiles/regions/sample/agreement-kita.yaml");
    }
    ~SampleAgreement() override { fs::remove_all(folder_); }

    void change(std::string const& from, std::string const& to) {
        auto const at = text_.find(from);
        ASSERT_NE(at, std::string::npos) << from;
        text_.replace(at, from.size(), to);
    }
    std::shared_ptr<Agreement const> load() {
        auto const file = (folder_ / "region/agreement.yaml").string();
        std::ofstream(file, std::ios::trunc) << text_;
        auto loaded = load_agreement(file);
        if (!loaded) throw std::runtime_error(loaded.error().detail);
        return *loaded;
    }
    /// Of these, "check clause".
    std::vector<std::string> found(LintSeverity worst, WallTime now = kDay) {
        std::vector<std::string> out;
        for (auto const& one : lint(*load(), now)) {
            if (one.severity <= worst) out.push_back(std::string(one.check) + " " + one.clause);
        }
        return out;
    }

    fs::path const folder_ =
        fs::temp_directory_path() / ("musubi-lint-" + std::to_string(::getpid()));
    std::string text_;
};

using Strings = std::vector<std::string>;

TEST_F(SampleAgreement, HasNeitherErrorsNorWarnings) {
    EXPECT_EQ(found(LintSeverity::kWarning), Strings{});
}

TEST_F(SampleAgreement, TellsWhatIsMissing) {
    change("      patient_desk: {name: 受付, phone: 000-000-0000, hours: 平日 9:00-17:00}\n", "");
    change("    demarcation: D3\n", "");
    change("  tls_profile: jp-high-compat", "  tls_profile: ihe-bcp195");
    EXPECT_EQ(
        found(LintSeverity::kError),
        (Strings{"contact clinic-kita", "demarcation pharmacy-kita", "tls technical.tls_profile"}));
}

TEST_F(SampleAgreement, TellsWhatIsOverdue) {
    auto const later = kDay + std::chrono::hours(24 * 365);
    EXPECT_EQ(found(LintSeverity::kError, later),
              (Strings{"overdue revision", "overdue technical.risk_analysis",
                       "overdue audit.internal", "overdue audit.external"}));
    EXPECT_EQ(overdue(*load(), kDay), Strings{});
    EXPECT_EQ(overdue(*load(), later),
              (Strings{"'revision' was due on 2027-04-01", "'audit.internal' was due on 2027-04-01",
                       "'audit.external' was due on 2027-06-01"}))
        << "what the node does not act on is left out";
}

TEST_F(SampleAgreement, TellsRulesThatContradictEachOtherOrNeverCount) {
    change("rules:\n  # Own documents", R"(rules:
  - id: K3.91
    role: pharmacy
    type_codes: [a^^b]
    confidentiality: any
    needs_consent: true
  - id: K3.92
    role: pharmacy
    type_codes: [a^^b]
    confidentiality: any
    needs_consent: false
  - id: K3.93
    role: pharmacy
    type_codes: [a^^b]
    confidentiality: any
    needs_consent: true
  # Own documents)");
    EXPECT_EQ(found(LintSeverity::kWarning),
              (Strings{"contradiction K3.92", "contradiction K3.93", "unreachable K3.93"}));
}

TEST_F(SampleAgreement, NamesEveryCellThatNoRuleResolvesAndEveryWordThatIsNotEnforced) {
    auto const findings = lint(*load(), kDay);
    auto const count = [&](std::string_view check, std::string const& clause) {
        return std::count_if(findings.begin(), findings.end(), [&](LintFinding const& one) {
            return one.check == check && one.clause == clause;
        });
    };
    // Six types; the pharmacy's rules speak of a prescription and an allergy by type and by class.
    EXPECT_EQ(count("hole", "K2.2"), 2);
    EXPECT_EQ(count("hole", "K2.1"), 0);
    EXPECT_EQ(count("not-enforced", "operation.backup"), 1);
    EXPECT_EQ(count("not-enforced", "document_types[].share"), 1);
    EXPECT_EQ(count("not-enforced", "document_types[].retention"), 0)
        << "no keys are destroyed while it runs";
}

TEST_F(SampleAgreement, IsToldForPrograms) {
    change("    demarcation: D3\n", "");
    auto const agreement = load();
    auto const findings = lint(*agreement, kDay);
    EXPECT_TRUE(
        lint_json(findings).starts_with(R"([{"check":"demarcation","clause":"pharmacy-kita")"))
        << lint_json(findings).substr(0, 200);
    EXPECT_NE(lint_text(*agreement, findings).find(": error: demarcation: pharmacy-kita: "),
              std::string::npos);
}

TEST_F(SampleAgreement, SaysWhoHasNotSignedYet) {
    auto const findings = lint_signatures(*load(), {}, kDay);
    ASSERT_EQ(findings.size(), 3U);
    EXPECT_EQ(findings[0].clause, "clinic-kita");
}

TEST_F(SampleAgreement, GivesTheNoticeWhatItSays) {
    change("name: 患者相談窓口", "name: 総合案内");
    change("name: アレルギー, share: share", "name: アレルギー, share: never");
    change("  - code: pharmacy-kita\n    name: 北調剤薬局\n    kind: pharmacy\n    status: active",
           "  - code: pharmacy-kita\n    name: 北調剤薬局\n    kind: pharmacy\n    status: left");
    auto const text = *notice(*load(), Language::kJapanese, "hospital-kita");
    for (auto const* word :
         {"北地域医療連携ネットワーク", "北総合病院", "北内科クリニック", "退院時サマリー",
          "診療\n", "総合案内", "撤回", "000-000-0000", "JP"}) {
        EXPECT_NE(text.find(word), std::string::npos) << word << "\n" << text;
    }
    for (auto const* word : {"北調剤薬局", "接続試験", "  - アレルギー\n", "受付"})
        EXPECT_EQ(text.find(word), std::string::npos) << word;
    EXPECT_FALSE(notice(*load(), Language::kJapanese, "pharmacy-kita").ok());
    auto const english = *notice(*load(), Language::kEnglish, "");
    EXPECT_NE(english.find("only after you have agreed"), std::string::npos);
    EXPECT_NE(english.find("北内科クリニック  受付"), std::string::npos);
}

TEST_F(SampleAgreement, IsShownInTables) {
    auto const agreement = load();
    auto const text = overview(*agreement);
    EXPECT_NE(text.find(agreement->hash), std::string::npos);
    EXPECT_NE(text.find("| K3.2 | medical-institution | any | any | "), std::string::npos) << text;
    EXPECT_NE(text.find("| D1 | hospital-kita to node | "), std::string::npos);
    auto const flows = data_flows(*agreement);
    EXPECT_NE(flows.find("| IP-VPN | jp-high-compat | member | node | D2 |"), std::string::npos)
        << flows;
}

// Files may lie elsewhere and comments may change; who is named may not.
TEST_F(SampleAgreement, IsSignedByItsValues) {
    auto const hash = load()->hash;
    change("# 第1章 参加機関", "# 参加");
    fs::create_directories(folder_ / "other");
    fs::rename(folder_ / "pki/toolkit.crt", folder_ / "other/toolkit.crt");
    change("../pki/toolkit.crt", "../other/toolkit.crt");
    EXPECT_EQ(load()->hash, hash);
    std::ofstream(folder_ / "other/toolkit.crt", std::ios::trunc)
        << "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    EXPECT_NE(load()->hash, hash);
    auto const again = parse_agreement(load()->canonical, "stored");
    ASSERT_TRUE(again.ok()) << again.error().detail;
    EXPECT_EQ((*again)->hash, load()->hash);
}

}  // namespace
}  // namespace musubi::policy
