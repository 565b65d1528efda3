#include "domain/affinity_domain.h"

#include "support/source_tree.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace musubi::domain {
namespace {

std::string profile(std::string const& name) {
    return (test::source_dir() / "profiles" / name / "codes.yaml").string();
}

class Pack : public testing::Test {
protected:
    std::string write(std::string const& text) {
        path_ = std::filesystem::temp_directory_path() /
                ("musubi-pack-" + std::to_string(::getpid()) + "-" + std::to_string(++n_));
        std::ofstream(path_) << text;
        files_.push_back(path_);
        return path_.string();
    }
    ~Pack() override {
        for (auto const& file : files_) std::filesystem::remove(file);
    }

private:
    std::filesystem::path path_;
    std::vector<std::filesystem::path> files_;
    int n_ = 0;
};

TEST(AffinityDomain, LoadsTheShippedPacksTogether) {
    auto const domain =
        AffinityDomain::load({profile("ihe-base"), profile("connectathon"), profile("japan")});
    ASSERT_TRUE(domain) << domain.error().detail;
    EXPECT_TRUE(domain->knows(CodeSet::kTypeCode, {"57133-1", "2.16.840.1.113883.6.1", ""}));
    EXPECT_TRUE(domain->knows(CodeSet::kClassCode,
                              {"REPORTS", "1.3.6.1.4.1.19376.1.2.6.1", "any display"}));
    EXPECT_FALSE(domain->knows(CodeSet::kClassCode, {"REPORTS", "other scheme", ""}));
    EXPECT_FALSE(domain->knows(CodeSet::kTypeCode, {"REPORTS", "1.3.6.1.4.1.19376.1.2.6.1", ""}));
    EXPECT_EQ(domain->display_of(CodeSet::kPracticeSettingCode, "01", "1.2.392.200250.2.2.2"),
              "内科");
    EXPECT_TRUE(domain->enforced(CodeSet::kClassCode));
    EXPECT_TRUE(domain->knows_mime_type("text/goofy"));
    EXPECT_TRUE(domain->knows_mime_type("TEXT/XML; charset=UTF-8"));
    EXPECT_FALSE(domain->knows_mime_type("text/odd"));
}

TEST_F(Pack, AddsUpAndTheLastWordOnEnforcementWins) {
    auto const one = write(
        "pack: a\ncodes:\n  classCode:\n    enforce: true\n    schemes:\n      s:\n        - [x, "
        "X]\n");
    auto const two = write(
        "pack: b\ncodes:\n  classCode:\n    enforce: false\n    schemes:\n      s:\n        - [y, "
        "Y]\n");
    auto const domain = AffinityDomain::load({one, two});
    ASSERT_TRUE(domain);
    EXPECT_TRUE(domain->knows(CodeSet::kClassCode, {"x", "s", ""}));
    EXPECT_TRUE(domain->knows(CodeSet::kClassCode, {"y", "s", ""}));
    EXPECT_FALSE(domain->enforced(CodeSet::kClassCode));
    EXPECT_TRUE(AffinityDomain::load({two, one})->enforced(CodeSet::kClassCode));
}

TEST_F(Pack, ErrorsNameFileAndLine) {
    struct {
        char const* text;
        char const* line;
    } const rows[] = {
        {"pack: a\ncodes:\n  clasCode:\n    schemes: {}\n", ":3: unknown code set 'clasCode'"},
        {"pack: a\nother: 1\n", ":2: unknown key 'other'"},
        {"pack: a\ncodes:\n  classCode:\n    schemes:\n      s:\n        - [x]\n",
         ":6: expected [code, display]"},
        {"pack: a\ncodes:\n  classCode:\n    enforce: maybe\n", ":4: expected true or false"},
        {"pack: a\ncodes:\n  classCode:\n    schemes:\n      s:\n        - ['', X]\n",
         ":6: expected a text"},
        {"pack: a\ncodes:\n  - [\n", ":"},
        {"codes: {}\n", ":1: 'pack'"},
    };
    for (auto const& row : rows) {
        auto const file = write(row.text);
        auto const domain = AffinityDomain::load({file});
        ASSERT_FALSE(domain) << row.text;
        EXPECT_EQ(domain.error().code, Code::kInvalidContent);
        EXPECT_NE(domain.error().detail.find(file + row.line), std::string::npos)
            << domain.error().detail;
    }
}

TEST(AffinityDomain, NamesAFileThatIsNotThere) {
    auto const domain = AffinityDomain::load({"/nowhere/codes.yaml"});
    ASSERT_FALSE(domain);
    EXPECT_NE(domain.error().detail.find("/nowhere/codes.yaml"), std::string::npos);
}

TEST(AffinityDomain, ComparesCodesInNormalFormC) {
    AffinityDomain domain;
    domain.add({{"classCode", {"\u30AB\u3099", "s", ""}},
                {"mimeType", {"Text/Odd", "", ""}},
                {"noSuchSet", {"x", "s", ""}}});
    EXPECT_TRUE(domain.knows(CodeSet::kClassCode, {"\u30AC", "s", ""}));
    EXPECT_TRUE(domain.knows_mime_type("text/odd"));
    EXPECT_FALSE(domain.enforced(CodeSet::kClassCode));
}

}  // namespace
}  // namespace musubi::domain
