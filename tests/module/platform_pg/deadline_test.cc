// What is left of a request's time bounds everything that it does with the database.

#include "platform/base/deadline.h"

#include "platform/pg/pool.h"
#include "support/test_database.h"

#include <gtest/gtest.h>

namespace musubi::pg {
namespace {

using namespace std::chrono_literals;

constexpr MigrationFile kFiles[] = {
    {"due/V0001__tables.sql",
     "CREATE SCHEMA due; CREATE TABLE due.item (id bigint PRIMARY KEY, n "
     "bigint NOT NULL DEFAULT 0); INSERT INTO due.item VALUES (1)"}};
constexpr Statement kAdd{"due.add", "UPDATE due.item SET n = n + 1 WHERE id = 1"};
constexpr Statement kValue{"due.value", "SELECT n FROM due.item WHERE id = 1"};
constexpr Statement kSetting{"due.setting", "SELECT current_setting('statement_timeout')"};
constexpr Statement kSleep{"due.sleep", "SELECT pg_sleep(600)"};

class PgDeadline : public ::testing::Test {
protected:
    static RequestDeadline::Time in(std::chrono::milliseconds left) {
        return std::chrono::steady_clock::now() + left;
    }
    Status add() {
        return pool_.run([](Tx& tx) -> Status {
            tx.queue(kAdd, {}, 1);
            return {};
        });
    }
    std::int64_t value() {
        auto const rows = pool_.read([](ReadTx& tx) { return tx.exec(kValue); });
        return rows.ok() ? (*rows)[0].int64(0) : -1;
    }
    std::string setting() {
        auto const rows = pool_.read([](ReadTx& tx) { return tx.exec(kSetting); });
        return rows.ok() ? std::string((*rows)[0].text(0)) : "";
    }

    test::TestDatabase database_{kFiles};
    // No other limit is near: whatever ends, the deadline ended it.
    Pool pool_{PoolConfig{.conninfo = database_.owner(),
                          .size = 2,
                          .acquire_timeout = 600s,
                          .statement_timeout = 600s,
                          .lock_timeout = 600s}};
};

TEST_F(PgDeadline, ABlockedRowEndsTheTransactionWithoutHarmToTheConnection) {
    auto holder = pool_.begin();
    ASSERT_TRUE(holder.ok());
    ASSERT_TRUE(holder->exec(kAdd).ok());
    {
        RequestDeadline const until(in(300ms));
        Status const blocked = add();
        ASSERT_FALSE(blocked.ok());
        EXPECT_EQ(blocked.error().code, Code::kBusy);
        EXPECT_TRUE(is_deadline_passed(blocked.error())) << blocked.error().detail;
        EXPECT_FALSE(is_commit_unknown(blocked.error()));
    }
    EXPECT_EQ(pool_.state().in_use + pool_.state().idle, 2) << "the connection was thrown away";
    ASSERT_TRUE(holder->commit().ok());
    EXPECT_TRUE(add().ok());
    EXPECT_EQ(value(), 2);
    EXPECT_EQ(setting(), "10min") << "the limit outlived its transaction";
}

TEST_F(PgDeadline, AReadEndsToo) {
    RequestDeadline const until(in(300ms));
    auto const slept = pool_.read([](ReadTx& tx) { return tx.exec(kSleep); });
    ASSERT_FALSE(slept.ok());
    EXPECT_TRUE(is_deadline_passed(slept.error())) << slept.error().detail;
}

TEST_F(PgDeadline, TheServerIsToldWhatIsLeftForThisTransactionOnly) {
    {
        RequestDeadline const until(in(60s));
        std::string const told = setting();
        EXPECT_TRUE(told.ends_with("ms") || told.ends_with("s")) << told;
        EXPECT_NE(told, "10min");
    }
    EXPECT_EQ(setting(), "10min");
    RequestDeadline const far(in(3600s));
    EXPECT_EQ(setting(), "10min");
}

TEST_F(PgDeadline, WhenItHasPassedNothingIsSentAndTheTransactionGoesBack) {
    auto tx = pool_.begin();
    ASSERT_TRUE(tx.ok());
    ASSERT_TRUE(tx->exec(kAdd).ok());
    {
        RequestDeadline const until(in(-1ms));
        Status const late = tx->commit();
        ASSERT_FALSE(late.ok());
        EXPECT_TRUE(is_deadline_passed(late.error())) << late.error().detail;
        EXPECT_TRUE(tx->finished());
        auto const another = pool_.begin();
        ASSERT_FALSE(another.ok());
        EXPECT_TRUE(is_deadline_passed(another.error()));
    }
    EXPECT_EQ(value(), 0);
}

TEST_F(PgDeadline, WaitingForAConnectionEndsToo) {
    auto const first = pool_.begin();
    auto const second = pool_.begin();
    ASSERT_TRUE(first.ok() && second.ok());
    RequestDeadline const until(in(100ms));
    auto const third = pool_.begin();
    ASSERT_FALSE(third.ok());
    EXPECT_EQ(third.error().code, Code::kBusy);
}

}  // namespace
}  // namespace musubi::pg
