#include "node/command.h"
#include "node/config_check.h"
#include "node/linked_modules.h"
#include "node/node_config.h"
#include "node/options.h"

#include <gtest/gtest.h>

namespace musubi::node {
namespace {

TEST(ParseAddress, HostAndPortAreTold) {
    auto const address = parse_address("127.0.0.1:8443");
    ASSERT_TRUE(address.ok());
    EXPECT_EQ(address->host, "127.0.0.1");
    EXPECT_EQ(address->port, 8443);
    EXPECT_EQ(parse_address("localhost:65535")->port, 65535);
}

TEST(ParseAddress, AnythingElseIsRefused) {
    for (char const* text : {"", ":", "8443", "host", "host:", ":8443", "host:x", "host:80x",
                             "host:-1", "host:65536"}) {
        EXPECT_FALSE(parse_address(text).ok()) << text;
    }
}

core::ModuleDescriptor module_of(char const* name, std::vector<std::string_view> provides,
                                 std::vector<std::string_view> needs) {
    core::ModuleDescriptor descriptor;
    descriptor.name = name;
    descriptor.provides = std::move(provides);
    descriptor.needs = std::move(needs);
    return descriptor;
}

TEST(InOrder, ProvidersComeBeforeThoseWhoNeedThem) {
    auto const top = module_of("top", {}, {"A", "B"});
    auto const middle = module_of("middle", {"B"}, {"A"});
    auto const base = module_of("base", {"A"}, {});
    auto const ordered = in_order({&top, &middle, &base});
    ASSERT_TRUE(ordered.ok());
    EXPECT_EQ(*ordered, (std::vector<core::ModuleDescriptor const*>{&base, &middle, &top}));
    EXPECT_TRUE(in_order({})->empty());
}

TEST(InOrder, AMissingADoubledAndACircularPortAreNamed) {
    auto const lonely = module_of("lonely", {}, {"A"});
    auto const missing = in_order({&lonely});
    ASSERT_FALSE(missing.ok());
    EXPECT_NE(missing.error().detail.find("lonely"), std::string::npos);
    EXPECT_NE(missing.error().detail.find("A"), std::string::npos);

    auto const one = module_of("one", {"A"}, {}), two = module_of("two", {"A"}, {});
    auto const doubled = in_order({&one, &two});
    ASSERT_FALSE(doubled.ok());
    for (char const* word : {"one", "two", "A"}) {
        EXPECT_NE(doubled.error().detail.find(word), std::string::npos) << doubled.error().detail;
    }

    auto const hen = module_of("hen", {"egg"}, {"hen"}), egg = module_of("egg", {"hen"}, {"egg"});
    auto const circle = in_order({&hen, &egg});
    ASSERT_FALSE(circle.ok());
    EXPECT_NE(circle.error().detail.find("circle"), std::string::npos);
}

TEST(LinkedModules, KeysAreUniqueAndInTheSectionOfTheirModule) {
    std::set<std::string_view> names;
    for (core::ConfigKey const& key : all_config_keys())
        EXPECT_TRUE(names.insert(key.key).second) << key.key;
    for (auto const* module : linked_modules()) {
        for (core::ConfigKey const& key : module->config_keys) {
            EXPECT_TRUE(key.key.starts_with(std::string(module->name) + ".")) << key.key;
        }
    }
}

TEST(NodeConfig, EveryDefaultSatisfiesItsOwnBounds) {
    std::map<std::string, std::string> required;
    for (core::ConfigKey const& key : all_config_keys()) {
        if (key.required) required[std::string(key.key)] = "x";
    }
    auto const config = core::Config::from(required, all_config_keys());
    EXPECT_TRUE(config.ok()) << (config ? "" : config.error().detail);
}

TEST(NodeConfig, IdentifiersThatPeersCompareMustBeOidsAndDoorsAddresses) {
    auto const told = [](std::map<std::string, std::string> values) {
        for (core::ConfigKey const& key : all_config_keys()) {
            if (key.required) values.try_emplace(std::string(key.key), "2.999.1");
        }
        values.try_emplace("repository.unique_id", "2.999.1.2");
        auto const config = core::Config::from(values, all_config_keys());
        if (!config) return config.error().detail;
        Status const right = check_values(*config);
        return right ? std::string() : right.error().detail;
    };
    EXPECT_EQ(told({{"node.home_community_id", "urn:oid:2.999.1"}}), "");
    EXPECT_NE(told({{"node.home_community_id", "2.999.1"}}).find("node.home_community_id"),
              std::string::npos);
    EXPECT_NE(
        told({{"node.home_community_id", "urn:oid:x"}, {"repository.unique_id", "urn:oid:2.999.1"}})
            .find("repository.unique_id"),
        std::string::npos);
    EXPECT_NE(
        told({{"node.home_community_id", "urn:oid:2.999.1"}, {"mpi.regional_authority", "KITA"}})
            .find("'KITA'"),
        std::string::npos);
    for (char const* key :
         {"listen.https", "listen.mllp", "listen.syslog_udp", "listen.operator"}) {
        EXPECT_NE(told({{"node.home_community_id", "urn:oid:2.999.1"}, {key, "127.0.0.1:99999"}})
                      .find(key),
                  std::string::npos);
    }
    EXPECT_NE(told({{"node.home_community_id", "urn:oid:2.999.1"}, {"listen.https", ""}}), "");
    EXPECT_EQ(told({{"node.home_community_id", "urn:oid:2.999.1"}, {"listen.mllp", ""}}), "");
}

std::vector<Option> const kTable = {{"config", "a file", "", true},
                                    {"limit", "a number", "100"},
                                    {"loud", "a flag", "", false, true}};

TEST(OptionsOfACommand, ValuesDefaultsAndFlagsAreRead) {
    Options options;
    EXPECT_FALSE(
        Options::parse("x", "", kTable, {"--config", "f.yaml", "--loud"}, options).has_value());
    EXPECT_EQ(options["config"], "f.yaml");
    EXPECT_EQ(options["limit"], "100");
    EXPECT_TRUE(options.has("loud"));
    Options quiet;
    EXPECT_FALSE(
        Options::parse("x", "", kTable, {"--config=f.yaml", "--limit=5"}, quiet).has_value());
    EXPECT_EQ(quiet["limit"], "5");
    EXPECT_FALSE(quiet.has("loud"));
}

TEST(OptionsOfACommand, WrongUsageIsExitStatusTwo) {
    for (std::vector<std::string> const& arguments :
         {std::vector<std::string>{"--config", "f", "--nonsense"},
          {"--config"},
          {},
          {"--config", "f", "stray"}}) {
        Options options;
        EXPECT_EQ(Options::parse("x", "", kTable, arguments, options), std::optional<int>(2));
    }
}

TEST(OptionsOfACommand, AnOptionWithAWrongValueIsWrongUsageTooAndAFailureIsNone) {
    EXPECT_EQ(failed(Error(Code::kInvalidContent, "--format: table or json")), 2);
    EXPECT_EQ(failed(Error(Code::kInvalidContent, "the file is damaged")), 1);
    EXPECT_EQ(failed(Error(Code::kNotFound, "--member: nobody of that name")), 1);
}

TEST(OptionsOfACommand, HelpIsExitStatusZeroWhateverIsMissing) {
    Options options;
    EXPECT_EQ(Options::parse("x", "", kTable, {"--help"}, options), std::optional<int>(0));
}

TEST(OptionsOfACommand, WordsWithoutDashesAreKeptWhereTheyAreWanted) {
    Options options;
    EXPECT_FALSE(Options::parse("x", "", kTable, {"grant", "--config", "f"}, options, "grant|show")
                     .has_value());
    EXPECT_EQ(options.positional(), std::vector<std::string>{"grant"});
}

TEST(Commands, EachNameStandsOnceAndRefusesAnUnknownOptionWithTwo) {
    std::set<std::string_view> names;
    for (Command const& command : commands()) {
        EXPECT_TRUE(names.insert(command.name).second) << command.name;
        EXPECT_EQ(command.run({"--no-such-option"}), 2) << command.name;
    }
}

}  // namespace
}  // namespace musubi::node
