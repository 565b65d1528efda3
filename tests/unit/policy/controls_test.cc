// The catalogue of controls: complete, and what it names as evidence is there.

#include "policy/controls.h"

#include "policy/tree.h"
#include "support/source_tree.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

namespace musubi::policy {
namespace {

namespace fs = std::filesystem;

/// How many controls the guidelines' catalogue has in each group.
std::map<std::string, int> const kGroups = {
    {"RD", 9}, {"AC", 7}, {"CN", 8}, {"MD", 5}, {"OP", 9}, {"CR", 3}, {"KM", 4},
    {"AU", 6}, {"RE", 3}, {"ST", 6}, {"LG", 8}, {"BG", 8}, {"BC", 8}, {"RM", 7},
    {"NW", 9}, {"ID", 5}, {"DS", 3}, {"DC", 6}, {"MT", 3}, {"LK", 2}, {"LO", 2}};

std::string sources_of_tests() {
    std::string out;
    for (auto const& one : fs::recursive_directory_iterator(test::source_dir() / "tests")) {
        if (one.path().extension() == ".cc") out += test::read_file(one.path());
    }
    return out;
}

bool is_there(std::string_view evidence, std::string const& tests) {
    auto const mark = evidence.find(':');
    std::string const kind(evidence.substr(0, mark));
    std::string const name(evidence.substr(mark + 1));
    auto const top = test::source_dir();
    if (kind == "doc") return fs::exists(top / name);
    if (kind == "suite") return fs::is_directory(top / "conformance/suites" / name);
    if (kind == "command") {
        auto const rest = name.substr(std::string("musubi ").size());
        auto const word = rest.substr(0, rest.find(' '));
        return name.starts_with("musubi ") &&
               test::read_file(top / "modules/node/commands.cc").find("{\"" + word + "\",") !=
                   std::string::npos;
    }
    auto const dot = name.find('.');
    if (kind != "test" || dot == std::string::npos) return false;
    std::string const suite = name.substr(0, dot), test = name.substr(dot + 1);
    for (auto const* macro : {"TEST(", "TEST_F(", "TEST_P("}) {
        if (tests.find(macro + suite + ", " + test + ")") != std::string::npos) return true;
    }
    return false;
}

TEST(Controls, EveryControlOfTheListHasARowAndItsEvidenceExists) {
    auto const catalogue = control_catalogue();
    ASSERT_TRUE(catalogue.ok()) << catalogue.error().detail;
    std::set<std::string_view> ids;
    for (auto const& one : *catalogue) EXPECT_TRUE(ids.insert(one.id).second) << one.id;
    std::size_t total = 0;
    for (auto const& [group, count] : kGroups) {
        for (int i = 1; i <= count; ++i, ++total)
            EXPECT_TRUE(ids.contains(group + "-" + std::to_string(i))) << group << i;
    }
    EXPECT_EQ(ids.size(), total);
    auto const tests = sources_of_tests();
    for (auto const& one : *catalogue) {
        bool const offered = one.status != ControlStatus::kNotOffered;
        EXPECT_EQ(one.evidence.empty(), !offered) << one.id;
        EXPECT_EQ(one.status == ControlStatus::kConfigured, !one.probe.empty()) << one.id;
        EXPECT_FALSE(one.title_ja.empty() || one.title_en.empty() || one.answer_ja.empty() ||
                     one.answer_en.empty())
            << one.id;
        for (auto const evidence : one.evidence)
            EXPECT_TRUE(is_there(evidence, tests)) << one.id << ": " << evidence;
        EXPECT_TRUE(in_use(one, {}).ok()) << one.id;
    }
}

TEST(Controls, AreToldInEveryFormOfTheRunningConfiguration) {
    Agreement agreement;
    auto tree = std::make_shared<Tree>();
    tree->kind = Tree::Kind::kMap;
    agreement.tree = tree;
    Installation installation{&agreement, "jp-high", false};
    auto const line_of = [&](std::string const& id) {
        auto const text = *control_matrix(installation, ControlFormat::kCsv, Language::kEnglish);
        auto const at = text.find("\"" + id + "\"");
        return text.substr(at, text.find("\r\n", at) - at);
    };
    EXPECT_NE(line_of("NW-3").find("\"configured\",\"yes\""), std::string::npos);
    EXPECT_NE(line_of("LG-3").find("\"configured\",\"no\""), std::string::npos);
    EXPECT_NE(line_of("BG-2").find("\"configured\",\"no\""), std::string::npos);
    EXPECT_NE(line_of("CN-5").find("\"implemented\",\"-\""), std::string::npos);
    agreement.emergency.accounts.emplace_back();
    EXPECT_NE(line_of("BG-2").find("\"configured\",\"yes\""), std::string::npos);
    auto const json = *control_matrix(installation, ControlFormat::kJson, Language::kJapanese);
    EXPECT_NE(json.find(R"("id":"BG-2","in_use":"有")"), std::string::npos);
}

TEST(Controls, ThePagesSayWhatTheProgramSays) {
    auto const docs = test::source_dir() / "docs";
    for (auto const& [name, language] :
         {std::pair{"controls.md", Language::kEnglish}, {"controls.ja.md", Language::kJapanese}}) {
        auto const matrix = *control_matrix({}, ControlFormat::kMarkdown, language);
        EXPECT_NE(test::read_file(docs / name).find(matrix), std::string::npos)
            << name << " is not current: scripts/make_controls_doc.py BINARY";
    }
}

}  // namespace
}  // namespace musubi::policy
