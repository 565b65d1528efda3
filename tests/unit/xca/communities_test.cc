// The directory of communities, and who is left in peace for a while.
#include "xca/communities.h"

#include "platform/base/log.h"
#include "unit/platform_vault/temp_folder.h"
#include "xca/breaker.h"

#include <gtest/gtest.h>

#include <fstream>

namespace musubi::xca {
namespace {

constexpr char kGood[] =
    "{name: two, homes: [\"urn:oid:2.999.2\", \"urn:oid:2.999.22\"], query: \"https://a/q\", "
    "retrieve: \"https://a/r\", correlation: pix, patient_authority: 2.999.2.1}";

class DirectoryFile : public ::testing::Test {
protected:
    Result<std::shared_ptr<Directory const>> load(std::string const& text) {
        std::ofstream(folder_ / "communities.yaml") << text;
        return load_directory(folder_ / "communities.yaml", "urn:oid:2.999.1");
    }
    std::string problem(std::string const& from, std::string const& to) {
        std::string one = kGood;
        one.replace(one.find(from), from.size(), to);
        auto const loaded = load("communities:\n  - " + one + "\n");
        return loaded ? "" : loaded.error().detail;
    }
    vault::TempFolder folder_;
};

TEST_F(DirectoryFile, TellsWhereACommunityIsByAnyOfItsHomes) {
    auto const loaded = load(std::string("communities:\n  - ") + kGood + "\n");
    ASSERT_TRUE(loaded.ok()) << loaded.error().detail;
    Community const* two = (*loaded)->find("urn:oid:2.999.22");
    ASSERT_NE(two, nullptr);
    EXPECT_EQ(two->query_url, "https://a/q");
    EXPECT_EQ(two->correlation, Correlation::kPix);
    EXPECT_EQ((*loaded)->find("urn:oid:2.999.3"), nullptr);
    EXPECT_EQ((*loaded)->find(""), nullptr);
    EXPECT_TRUE((*load_directory("", "urn:oid:2.999.1"))->communities.empty());
}

TEST_F(DirectoryFile, AFolderIsRefusedLikeAnAbsentFile) {
    EXPECT_FALSE(load_directory(folder_ / "absent.yaml", "urn:oid:2.999.1").ok());
    EXPECT_FALSE(load_directory(folder_ / "", "urn:oid:2.999.1").ok());
}

TEST_F(DirectoryFile, NamesEveryMistake) {
    EXPECT_NE(problem("urn:oid:2.999.22", "urn:oid:2.999.1").find(":2: "), std::string::npos);
    for (auto const& [from, to] : std::vector<std::pair<std::string, std::string>>{
             {"urn:oid:2.999.22", "urn:oid:2.999.1"},
             {"urn:oid:2.999.22", "urn:oid:2.999.2"},
             {"urn:oid:2.999.22", "2.999.22"},
             {"https://a/q", "http://a/q"},
             {"name: two, ", ""},
             {"pix", "telepathy"},
             {"pix", "xcpd"},     // without the address of discovery
             {"pix", "locator"},  // without saying which
             {"pix", "locator, locator: three"},
             {"name: two", "asynchronous: true, name: two"},  // without an address of ours
             {", patient_authority: 2.999.2.1", ""},
             {"name: two", "colour: red, name: two"}}) {
        EXPECT_NE(problem(from, to), "") << from << " -> " << to;
    }
    EXPECT_FALSE(load("communities: 1"));
    EXPECT_FALSE(load("neighbours: []"));
    EXPECT_FALSE(load("communities: ["));
    EXPECT_FALSE(load_directory(folder_ / "none.yaml", "urn:oid:2.999.1"));
}

TEST(Breaker, RestsAfterFailuresInARowThenLetsOneProbeThrough) {
    set_log_sink([](LogLevel, std::string const&) {});
    Breaker breaker({3, std::chrono::milliseconds(100)});
    Breaker::Time now{std::chrono::hours(1)};
    auto const fail = [&](int times) {
        for (int i = 0; i < times; ++i) {
            ASSERT_TRUE(breaker.lets_through("two", now));
            breaker.went("two", false, now);
        }
    };
    fail(2);
    breaker.went("two", true, now);
    fail(3);
    EXPECT_FALSE(breaker.lets_through("two", now));
    EXPECT_EQ(breaker.resting(now), std::vector<std::string>{"two"});
    EXPECT_TRUE(breaker.lets_through("three", now));
    now += std::chrono::milliseconds(101);
    EXPECT_TRUE(breaker.lets_through("two", now)) << "a probe";
    EXPECT_FALSE(breaker.lets_through("two", now)) << "one at a time";
    breaker.went("two", false, now);
    EXPECT_FALSE(breaker.lets_through("two", now)) << "it rests again at once";
    now += std::chrono::milliseconds(101);
    EXPECT_TRUE(breaker.lets_through("two", now));
    breaker.went("two", true, now);
    EXPECT_TRUE(breaker.resting(now).empty());
    EXPECT_TRUE(breaker.lets_through("two", now));
    set_log_sink({});
}

}  // namespace
}  // namespace musubi::xca
