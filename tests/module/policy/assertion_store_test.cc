// Assertions that serve once are remembered in the database: across restarts, and by all nodes of
// it at the same time.
#include "policy/assertion_store.h"

#include "platform/pg/admin.h"
#include "support/migrations.h"
#include "support/test_database.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace musubi::policy {
namespace {

WallTime const kNow = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21));

domain::UserAssertion assertion(std::string id, std::string issuer = "https://idp.example/") {
    domain::UserAssertion out;
    out.id = std::move(id);
    out.issuer = std::move(issuer);
    out.not_on_or_after = kNow + std::chrono::minutes(5);
    return out;
}

class AssertionsThatServeOnce : public ::testing::Test {
protected:
    AssertionsThatServeOnce() : database_(test::migrations_of("policy")) {
        config_.conninfo = database_.serving();
        config_.size = 4;
        pool_ = std::make_unique<pg::Pool>(config_);
    }
    bool first(domain::UserAssertion const& one, WallTime now = kNow) {
        auto const done = store::first_use(*pool_, one, now);
        EXPECT_TRUE(done.ok()) << done.error().detail;
        return done.ok() && *done;
    }
    std::string rows() {
        auto const table =
            pg::run_script(database_.owner(), "select count(*) from policy.assertion_seen");
        return table.ok() ? (*table)[0][0] : table.error().detail;
    }

    test::TestDatabase database_;
    pg::PoolConfig config_;
    std::unique_ptr<pg::Pool> pool_;
};

TEST_F(AssertionsThatServeOnce, AreKnownTheSecondTimeAlsoAfterARestart) {
    EXPECT_TRUE(first(assertion("_1")));
    EXPECT_FALSE(first(assertion("_1")));
    EXPECT_TRUE(first(assertion("_2")));
    EXPECT_TRUE(first(assertion("_1", "https://other.example/")));
    pool_ = std::make_unique<pg::Pool>(config_);
    EXPECT_FALSE(first(assertion("_1")));
}

TEST_F(AssertionsThatServeOnce, ServeOnlyOneOfManyWhoComeAtOnce) {
    std::atomic<int> served{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            if (first(assertion("_1"))) ++served;
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(served, 1);
}

TEST_F(AssertionsThatServeOnce, AreForgottenWhenTheyHaveExpired) {
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(first(assertion("_" + std::to_string(i))));
    EXPECT_EQ(rows(), "5");
    auto later = assertion("_later");
    later.not_on_or_after += std::chrono::hours(2);
    EXPECT_TRUE(first(later, kNow + std::chrono::hours(1)));
    EXPECT_EQ(rows(), "1");
}

}  // namespace
}  // namespace musubi::policy
