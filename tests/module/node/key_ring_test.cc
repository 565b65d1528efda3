#include "node/key_ring_check.h"
#include "node/node_config.h"

#include "support/migrations.h"
#include "support/test_database.h"

#include <gtest/gtest.h>

#include <filesystem>

#include <unistd.h>

namespace musubi::node {
namespace {

namespace fs = std::filesystem;

class KeyRingOfADatabase : public ::testing::Test {
protected:
    KeyRingOfADatabase()
        : database_(test::migrations_of("node", 1)), pool_(pool_config(database_)) {}
    ~KeyRingOfADatabase() override { fs::remove_all(root_); }

    static pg::PoolConfig pool_config(test::TestDatabase const& database) {
        pg::PoolConfig config;
        config.conninfo = database.serving();
        config.size = 2;
        return config;
    }
    Result<std::unique_ptr<vault::KeyRing>> open(std::string const& folder) {
        std::vector<core::ConfigKey> const keys = {
            {.key = "keys.folder", .type = core::ConfigType::kText, .default_value = "", .doc = ""},
            {.key = "keys.master", .type = core::ConfigType::kText, .default_value = "", .doc = ""},
            {.key = "keys.previous_master",
             .type = core::ConfigType::kText,
             .default_value = "",
             .doc = ""},
            {.key = "keys.master_key_file",
             .type = core::ConfigType::kText,
             .default_value = "",
             .doc = ""}};
        auto const config =
            core::Config::from({{"keys.folder", (root_ / folder).string()},
                                {"keys.master_key_file", (root_ / folder / "master.key").string()}},
                               keys);
        return open_key_ring(*config, pool_);
    }

    fs::path root_ = fs::temp_directory_path() / ("musubi-ring-" + std::to_string(::getpid()));
    test::TestDatabase database_;
    pg::Pool pool_;
};

TEST_F(KeyRingOfADatabase, IsMadeOnceAndOpensAgain) {
    auto ring = open("a");
    ASSERT_TRUE(ring.ok()) << ring.error().detail;
    EXPECT_TRUE(claim_database(pool_, **ring).ok());
    EXPECT_TRUE(claim_database(pool_, **ring).ok()) << "its own claim stands in nobody's way";
    auto again = open("a");
    ASSERT_TRUE(again.ok()) << again.error().detail;
    EXPECT_TRUE(claim_database(pool_, **again).ok());
}

TEST_F(KeyRingOfADatabase, IsNotReplacedByANewOneWhenTheKeysAreLost) {
    ASSERT_TRUE(claim_database(pool_, **open("a")).ok());
    auto const lost = open("b");
    ASSERT_FALSE(lost.ok());
    EXPECT_EQ(lost.error().code, Code::kConflict);
    EXPECT_FALSE(fs::exists(root_ / "b/master.key"))
        << "nothing was made in the place of what must be restored";
}

TEST_F(KeyRingOfADatabase, OfAnotherDatabaseIsRefused) {
    auto other = vault::KeyRing::open(root_ / "b", root_ / "b/master.key",
                                      vault::KeyRing::IfAbsent::kCreate);
    ASSERT_TRUE(other.ok());
    ASSERT_TRUE(claim_database(pool_, **open("a")).ok());
    auto const refused = claim_database(pool_, **other);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::kConflict);
}

TEST_F(KeyRingOfADatabase, MayBeMadeBeforeTheDatabaseHasAStructure) {
    test::TestDatabase const empty;
    pg::Pool bare(pool_config(empty));
    auto const config_keys = std::vector<core::ConfigKey>{
        {.key = "keys.folder", .type = core::ConfigType::kText, .default_value = "", .doc = ""},
        {.key = "keys.master", .type = core::ConfigType::kText, .default_value = "", .doc = ""},
        {.key = "keys.previous_master",
         .type = core::ConfigType::kText,
         .default_value = "",
         .doc = ""},
        {.key = "keys.master_key_file",
         .type = core::ConfigType::kText,
         .default_value = "",
         .doc = ""}};
    auto const config =
        core::Config::from({{"keys.folder", (root_ / "c").string()},
                            {"keys.master_key_file", (root_ / "c/master.key").string()}},
                           config_keys);
    EXPECT_TRUE(open_key_ring(*config, bare).ok());
}

}  // namespace
}  // namespace musubi::node
