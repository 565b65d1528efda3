#include "core/config.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace musubi::core {
namespace {

namespace fs = std::filesystem;
using enum ConfigType;

std::vector<ConfigKey> const kKeys = {
    {.key = "a.text", .type = kText, .default_value = "word", .doc = "a text"},
    {.key = "a.number",
     .type = kInteger,
     .default_value = "5",
     .doc = "a number",
     .min = 1,
     .max = 10},
    {.key = "a.flag", .type = kBoolean, .default_value = "true", .doc = "a flag"},
    {.key = "a.files", .type = kPathList, .default_value = "", .doc = "paths"},
    {.key = "a.file", .type = kPath, .default_value = "sub/default", .doc = "a path"},
    {.key = "b.list", .type = kTextList, .default_value = "x, y", .doc = "a list"},
    {.key = "b.wait",
     .type = kDurationMs,
     .default_value = "2s",
     .doc = "a duration",
     .min = 0,
     .max = 7'200'000},
    {.key = "b.pin", .type = kInteger, .default_value = "0", .doc = "a secret", .secret = true},
    {.key = "must.be",
     .type = kText,
     .default_value = "",
     .doc = "the one that must be there",
     .required = true},
};

class ConfigFile : public ::testing::Test {
protected:
    ConfigFile()
        : folder_(fs::temp_directory_path() / ("musubi-config-" + std::to_string(::getpid()))) {
        fs::create_directories(folder_);
    }
    ~ConfigFile() override { fs::remove_all(folder_); }

    Result<Config> load(std::string const& text) {
        std::ofstream(folder_ / "node.yaml") << text;
        return Config::load((folder_ / "node.yaml").string(), kKeys);
    }
    std::string problems(std::string const& text) {
        auto const config = load(text);
        EXPECT_FALSE(config.ok());
        return config ? "" : config.error().detail;
    }
    static bool has(std::string const& text, std::string const& part) {
        return text.find(part) != std::string::npos;
    }

    fs::path const folder_;
};

TEST_F(ConfigFile, EveryTypeIsRead) {
    auto const config = load(
        "a:\n  text: \"値\"\n  number: 10\n  flag: false\n  file: keys/master\nb:\n  list: [one, "
        "\"two, three\"]\n"
        "  wait: 15min\nmust: {be: here}\n");
    ASSERT_TRUE(config.ok()) << config.error().detail;
    EXPECT_EQ(config->text("a.text"), "値");
    EXPECT_EQ(config->integer("a.number"), 10);
    EXPECT_FALSE(config->boolean("a.flag"));
    EXPECT_EQ(config->list("b.list"), (std::vector<std::string>{"one", "two, three"}));
    EXPECT_EQ(config->integer("b.wait"), 900'000);
    EXPECT_EQ(config->text("must.be"), "here");
}

TEST_F(ConfigFile, WhatIsLeftOutHasItsDefault) {
    auto const config = load("must: {be: here}\n");
    ASSERT_TRUE(config.ok()) << config.error().detail;
    EXPECT_EQ(config->text("a.text"), "word");
    EXPECT_EQ(config->integer("a.number"), 5);
    EXPECT_TRUE(config->boolean("a.flag"));
    EXPECT_EQ(config->list("b.list"), (std::vector<std::string>{"x", "y"}));
    EXPECT_EQ(config->integer("b.wait"), 2000);
}

TEST_F(ConfigFile, PathsAreRelativeToTheFileAndAbsoluteOnesStay) {
    auto const relative = load("a: {file: ../keys/k}\nmust: {be: here}\n");
    ASSERT_TRUE(relative.ok());
    EXPECT_EQ(relative->text("a.file"), (folder_.parent_path() / "keys/k").string());
    auto const listed = load("a: {files: [packs/a, ../b, /etc/c]}\nmust: {be: here}\n");
    ASSERT_TRUE(listed.ok()) << listed.error().detail;
    EXPECT_EQ(listed->list("a.files"),
              (std::vector<std::string>{(folder_ / "packs/a").string(),
                                        (folder_.parent_path() / "b").string(), "/etc/c"}));
    auto const absolute = load("a: {file: /etc/k}\nmust: {be: here}\n");
    ASSERT_TRUE(absolute.ok());
    EXPECT_EQ(absolute->text("a.file"), "/etc/k");
    auto const by_default = load("must: {be: here}\n");
    ASSERT_TRUE(by_default.ok());
    EXPECT_EQ(by_default->text("a.file"), (folder_ / "sub/default").string());
}

TEST_F(ConfigFile, AllProblemsAreToldAtOnceWithFileAndLine) {
    std::string const text = problems(
        "a:\n  number: 11\n  flag: yes please\n  nonsense: 1\nb:\n  list: single\n  wait: "
        "soon\nother: {x: 1}\n");
    std::string const file = (folder_ / "node.yaml").string();
    EXPECT_TRUE(has(text, file + ":2: a.number: 11 is not between 1 and 10")) << text;
    EXPECT_TRUE(has(text, file + ":3: a.flag: expected true or false")) << text;
    EXPECT_TRUE(has(text, file + ":4: unknown key 'a.nonsense'")) << text;
    EXPECT_TRUE(has(text, file + ":6: b.list: expected a list")) << text;
    EXPECT_TRUE(has(text, file + ":7: b.wait: expected a duration")) << text;
    EXPECT_TRUE(has(text, file + ":8: unknown key 'other'")) << text;
    EXPECT_TRUE(has(text, file + ": missing key 'must.be'")) << text;
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 6) << text;
}

TEST_F(ConfigFile, BoundsAreInclusive) {
    EXPECT_TRUE(load("a: {number: 1}\nmust: {be: here}\n").ok());
    EXPECT_TRUE(load("a: {number: 10}\nmust: {be: here}\n").ok());
    EXPECT_TRUE(has(problems("a: {number: 0}\nmust: {be: here}\n"), "not between"));
    EXPECT_TRUE(load("b: {wait: 2h}\nmust: {be: here}\n").ok());
    EXPECT_TRUE(has(problems("b: {wait: 7200001ms}\nmust: {be: here}\n"), "not between"));
    EXPECT_TRUE(has(problems("b: {wait: 9223372036854775807h}\nmust: {be: here}\n"),
                    "expected a duration"));
    EXPECT_TRUE(has(problems("a: {number: 5x}\nmust: {be: here}\n"), "expected an integer"));
}

TEST_F(ConfigFile, ARequiredKeyWithoutAValueIsMissingToo) {
    EXPECT_TRUE(has(problems("must: {be: \"\"}\n"), ":1: must.be: must not be empty"));
    EXPECT_TRUE(has(problems("must:\n  be:\n"), ":2: must.be: expected text"));
}

TEST_F(ConfigFile, AKeyThatStandsTwiceIsRefused) {
    EXPECT_TRUE(
        has(problems("must:\n  be: one\n  be: two\n"), ":3: 'must.be' stands here a second time"));
}

TEST_F(ConfigFile, BrokenYamlAndMissingFilesAreErrorsNotExceptions) {
    EXPECT_TRUE(has(problems("a: [1\n"), "node.yaml:"));
    EXPECT_TRUE(has(problems("just text\n"), ":1: expected a section"));
    EXPECT_TRUE(
        has(problems("b: {list: [{x: 1}]}\nmust: {be: here}\n"), "expected a list of texts"));
    EXPECT_TRUE(has(problems("? [a, b]\n: 1\nmust: {be: here}\n"), "expected the name of a key"));
    auto const absent = Config::load((folder_ / "absent.yaml").string(), kKeys);
    ASSERT_FALSE(absent.ok());
    EXPECT_EQ(absent.error().code, Code::kInvalidContent);
}

TEST_F(ConfigFile, AFolderIsNoConfiguration) {
    auto const config = Config::load(testing::TempDir(), {});
    ASSERT_FALSE(config.ok());
    EXPECT_NE(config.error().detail.find("cannot be read"), std::string::npos);
}

TEST_F(ConfigFile, TheValueOfASecretStaysOutOfTheMessage) {
    std::string const text = problems("b: {pin: hunter2}\nmust: {be: here}\n");
    EXPECT_TRUE(has(text, "b.pin")) << text;
    EXPECT_FALSE(has(text, "hunter2")) << text;
}

TEST(ConfigValues, ValuesOfATestFollowTheSameRules) {
    EXPECT_TRUE(Config::from({{"must.be", "x"}, {"b.list", "p,q"}}, kKeys).ok());
    EXPECT_FALSE(Config::from({{"must.be", "x"}, {"typo", "1"}}, kKeys).ok());
    EXPECT_FALSE(Config::from({}, kKeys).ok());
}

TEST_F(ConfigFile, TheRenderedDefaultFileNamesEveryKeyAndIsReadBack) {
    std::string const text = render_default_config(kKeys);
    for (ConfigKey const& key : kKeys) {
        EXPECT_TRUE(has(text, std::string(key.doc))) << key.key;
    }
    EXPECT_TRUE(has(text, "an integer from 1 to 10"));
    // With the required value filled in and every comment sign before a value taken away it is a
    // valid file.
    std::string live = text;
    live.replace(live.find("be:   # required"), 3, "be: here");
    for (std::string const line :
         {"# text: word", "# number: 5", "# flag: true", "# list: [x, y]", "# wait: 2s"}) {
        std::size_t const at = live.find(line);
        ASSERT_NE(at, std::string::npos) << line;
        live.replace(at, 2, "");
    }
    auto const config = load(live);
    ASSERT_TRUE(config.ok()) << config.error().detail;
    EXPECT_EQ(config->list("b.list"), (std::vector<std::string>{"x", "y"}));
}

}  // namespace
}  // namespace musubi::core
