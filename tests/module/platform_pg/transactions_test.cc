#include "platform/base/fault.h"
#include "platform/pg/admin.h"
#include "platform/pg/pool.h"
#include "platform/pg/round_trips.h"
#include "support/test_database.h"

#include <gtest/gtest.h>

#include <thread>

namespace musubi::pg {
namespace {

constexpr MigrationFile kFiles[] = {
    {"bench/V0001__tables.sql",
     "CREATE SCHEMA bench; CREATE TABLE bench.item (id bigint PRIMARY KEY, word text NOT NULL,"
     " CONSTRAINT item_word_unique UNIQUE (word) DEFERRABLE INITIALLY IMMEDIATE);"
     "GRANT USAGE ON SCHEMA bench TO musubi_serving; GRANT SELECT, INSERT, UPDATE, DELETE ON "
     "bench.item TO "
     "musubi_serving"}};

constexpr Statement kInsert{"bench.insert", "INSERT INTO bench.item (id, word) VALUES ($1, $2)"};
constexpr Statement kUpdate{"bench.update", "UPDATE bench.item SET word = $2 WHERE id = $1"};
constexpr Statement kCount{"bench.count", "SELECT count(*) FROM bench.item"};
constexpr Statement kSelf{"bench.self", "SELECT pg_backend_pid()"};
constexpr Statement kDefer{"bench.defer", "SET CONSTRAINTS ALL DEFERRED"};

class PgTx : public ::testing::Test {
protected:
    test::TestDatabase database_{kFiles};
    Pool pool_{PoolConfig{.conninfo = database_.serving(), .size = 4}};

    std::int64_t count() {
        auto const rows = pool_.read([](ReadTx& tx) { return tx.exec(kCount); });
        EXPECT_TRUE(rows.ok());
        return rows.ok() ? (*rows)[0].int64(0) : -1;
    }
    void insert(std::int64_t id, std::string const& word) {
        EXPECT_TRUE(pool_
                        .run([&](Tx& tx) -> Status {
                            tx.queue(kInsert, Params().int8(id).text(word), 1);
                            return {};
                        })
                        .ok());
    }
};

}  // namespace

TEST_F(PgTx, QueuedStatementsAndCommitAreOneRoundTrip) {
    auto tx = pool_.begin();
    ASSERT_TRUE(tx.ok());
    auto const before = round_trips();
    for (int i = 0; i < 5; ++i)
        tx->queue(kInsert, Params().int8(i).text("w" + std::to_string(i)), 1);
    EXPECT_EQ(round_trips(), before);
    ASSERT_TRUE(tx->commit().ok());
    EXPECT_EQ(round_trips() - before, 1U);
    EXPECT_TRUE(tx->finished());
    EXPECT_EQ(count(), 5);
}

TEST_F(PgTx, BeginTravelsWithTheFirstStatement) {
    auto tx = pool_.begin();
    ASSERT_TRUE(tx.ok());
    auto const before = round_trips();
    tx->queue(kInsert, Params().int8(1).text("a"));
    auto const rows = tx->exec(kCount);
    ASSERT_TRUE(rows.ok());
    EXPECT_EQ((*rows)[0].int64(0), 1);  // sees what was queued before it
    EXPECT_EQ(round_trips() - before, 1U);
    EXPECT_EQ(count(), 0) << "nobody else sees it yet";
    ASSERT_TRUE(tx->commit().ok());
    EXPECT_EQ(count(), 1);
}

TEST_F(PgTx, WhatIsDoneMeanwhileHappensOnceBesideAStatementAndNeverBesideCommit) {
    auto tx = pool_.begin();
    ASSERT_TRUE(tx.ok());
    int done = 0;
    tx->meanwhile([&] {
        ++done;
        // The server has the statement already: another connection need not wait for this one.
        EXPECT_EQ(count(), 0);
    });
    tx->queue(kInsert, Params().int8(1).text("one"), 1);
    EXPECT_EQ(done, 0);
    EXPECT_EQ(tx->exec(kCount)->front().int64(0), 1);
    EXPECT_EQ(done, 1);
    ASSERT_TRUE(tx->exec(kCount).ok());
    EXPECT_EQ(done, 1);
    tx->meanwhile([&] { ++done; });
    ASSERT_TRUE(tx->commit().ok());
    EXPECT_EQ(done, 1);
    EXPECT_EQ(count(), 1);
}

TEST_F(PgTx, WhatWasTakenBackIsNotDoneAndASlowOneDoesNotSpendTheStatementsTime) {
    Pool impatient(PoolConfig{.conninfo = database_.serving(),
                              .size = 1,
                              .statement_timeout = std::chrono::milliseconds(100)});
    auto tx = impatient.begin();
    ASSERT_TRUE(tx.ok());
    tx->meanwhile([] { ADD_FAILURE() << "taken back"; });
    tx->meanwhile({});
    ASSERT_TRUE(tx->exec(kCount).ok());
    tx->meanwhile([] { std::this_thread::sleep_for(std::chrono::milliseconds(1300)); });
    EXPECT_TRUE(tx->exec(kCount).ok());
}

TEST_F(PgTx, DestroyedWithoutCommitLeavesNothingEvenAfterAMove) {
    {
        auto tx = pool_.begin();
        ASSERT_TRUE(tx.ok());
        ASSERT_TRUE(tx->exec(kInsert, Params().int8(1).text("a")).ok());
        Tx const moved = std::move(*tx);
    }
    EXPECT_EQ(count(), 0);
    EXPECT_EQ(pool_.state().in_use, 0);
}

TEST_F(PgTx, WhoseCommitWasReservedIsCommittedOnlyByTheHolderOfTheRight) {
    {
        auto tx = pool_.begin();
        ASSERT_TRUE(tx.ok());
        [[maybe_unused]] CommitRight const right = tx->reserve_commit();
        tx->queue(kInsert, Params().int8(1).text("a"));
        Status const done = tx->commit();
        ASSERT_FALSE(done.ok());
        EXPECT_EQ(done.error().code, Code::kInternal);
    }
    EXPECT_EQ(count(), 0);
    auto tx = pool_.begin();
    ASSERT_TRUE(tx.ok());
    CommitRight const right = tx->reserve_commit();
    tx->queue(kInsert, Params().int8(1).text("a"));
    EXPECT_TRUE(tx->commit(right).ok());
    EXPECT_EQ(count(), 1);
}

TEST_F(PgTx, AnEmptyTransactionCostsNothing) {
    auto tx = pool_.begin();
    ASSERT_TRUE(tx.ok());
    auto const before = round_trips();
    EXPECT_TRUE(tx->commit().ok());
    EXPECT_EQ(round_trips(), before);
    EXPECT_FALSE(tx->commit().ok());
}

TEST_F(PgTx, UniqueViolationIsAConflictThatNamesItsConstraint) {
    insert(1, "same");
    auto const done = pool_.run([](Tx& tx) -> Status {
        tx.queue(kInsert, Params().int8(2).text("other"));
        tx.queue(kInsert, Params().int8(3).text("same"));
        tx.queue(kInsert, Params().int8(4).text("third"));
        return {};
    });
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().code, Code::kConflict);
    EXPECT_EQ(violated_constraint(done.error()), "item_word_unique");
    EXPECT_EQ(done.error().detail.find("same"), std::string::npos) << "values stay out of errors";
    EXPECT_FALSE(is_commit_unknown(done.error()));
    EXPECT_EQ(count(), 1);
}

TEST_F(PgTx, AViolationFoundAtCommitIsADefiniteFailure) {
    insert(1, "same");
    auto const done = pool_.run([](Tx& tx) -> Status {
        tx.queue(kDefer, {});
        tx.queue(kInsert, Params().int8(2).text("same"));
        return {};
    });
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().code, Code::kConflict);
    EXPECT_FALSE(is_commit_unknown(done.error()));
    EXPECT_EQ(count(), 1);
    EXPECT_EQ(pool_.state().idle, 1) << "the connection is still good";
}

TEST_F(PgTx, AMissedRowCountUndoesTheWholeTransactionInTheSameRoundTrip) {
    insert(1, "a");
    auto const attempt = [&](std::int64_t id) {
        return pool_.run([&](Tx& tx) -> Status {
            tx.queue(kInsert, Params().int8(100 + id).text("new" + std::to_string(id)), 1);
            tx.queue(kUpdate, Params().int8(id).text("changed"), 1);
            return {};
        });
    };
    auto const missed = attempt(7);
    ASSERT_FALSE(missed.ok());
    EXPECT_EQ(missed.error().code, Code::kConflict);
    EXPECT_TRUE(is_row_count_missed(missed.error()));
    EXPECT_EQ(count(), 1);
    EXPECT_TRUE(attempt(1).ok());
    EXPECT_EQ(count(), 2);
}

TEST_F(PgTx, AfterAnErrorNothingMoreIsAccepted) {
    insert(1, "a");
    auto tx = pool_.begin();
    ASSERT_TRUE(tx.ok());
    EXPECT_FALSE(tx->exec(kInsert, Params().int8(1).text("b")).ok());
    EXPECT_FALSE(tx->exec(kCount).ok());
    tx->queue(kInsert, Params().int8(2).text("c"));
    auto const committed = tx->commit();
    ASSERT_FALSE(committed.ok());
    EXPECT_EQ(committed.error().code, Code::kConflict) << "the first error explains";
    EXPECT_EQ(count(), 1);
}

TEST_F(PgTx, TheServingRoleMayNotChangeTheSchema) {
    static constexpr Statement kCreate{"bench.create", "CREATE TABLE bench.sly (x int)"};
    auto const refused = pool_.run([](Tx& tx) { return tx.exec(kCreate); });
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(sqlstate(refused.error()), "42501");
}

TEST_F(PgTx, ADeadlockRunsAgainAndBothChangesHappen) {
    insert(1, "a");
    insert(2, "b");
    std::atomic<int> runs{0};
    std::atomic<int> met{0};
    auto const change = [&](std::int64_t first, std::int64_t second, std::string const& word) {
        return pool_.run([&, word](Tx& tx) -> Status {
            ++runs;
            TRY(tx.exec(kUpdate, Params().int8(first).text(word + "1")));
            ++met;
            while (met < 2) std::this_thread::yield();
            TRY(tx.exec(kUpdate, Params().int8(second).text(word + "2")));
            return {};
        });
    };
    Status one;
    std::thread other([&] { one = change(1, 2, "x"); });
    Status const two = change(2, 1, "y");
    other.join();
    EXPECT_TRUE(one.ok());
    EXPECT_TRUE(two.ok());
    EXPECT_GE(runs, 3);
}

TEST_F(PgTx, ASerialisationFailureRunsAgainUntilItIsJustBusy) {
    insert(1, "a");
    int runs = 0;
    auto const done = pool_.run(
        [&](Tx& tx) -> Status {
            TRY(tx.exec(kCount));  // takes the snapshot
            ++runs;
            insert(100 + runs, "w" + std::to_string(runs));
            TRY(pg::run_script(database_.superuser(), "UPDATE bench.item SET word = 'r" +
                                                          std::to_string(runs) + "' WHERE id = 1"));
            TRY(tx.exec(kUpdate, Params().int8(1).text("mine")));
            return {};
        },
        Isolation::kRepeatableRead);
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().code, Code::kBusy);
    EXPECT_EQ(sqlstate(done.error()), "40001");
    EXPECT_EQ(runs, 6);
}

TEST_F(PgTx, LosingTheConnectionBeforeCommitIsADefiniteFailure) {
    auto tx = pool_.begin();
    ASSERT_TRUE(tx.ok());
    auto const pid = (*tx->exec(kSelf))[0].int32(0);
    tx->queue(kInsert, Params().int8(1).text("a"));
    ASSERT_TRUE(run_script(database_.superuser(),
                           "SELECT pg_terminate_backend(" + std::to_string(pid) + ", 5000)")
                    .ok());
    auto const committed = tx->commit();
    ASSERT_FALSE(committed.ok());
    EXPECT_EQ(committed.error().code, Code::kStorageUnavailable);
    EXPECT_FALSE(is_commit_unknown(committed.error()));
    EXPECT_EQ(count(), 0) << "and the pool goes on with a new connection";
}

TEST_F(PgTx, LosingTheConnectionInAStatementBeforeCommitIsADefiniteFailure) {
    static constexpr Statement kSuicide{
        "bench.suicide", "SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(5)"};
    auto const done = pool_.run([](Tx& tx) -> Status {
        tx.queue(kInsert, Params().int8(1).text("a"));
        tx.queue(kSuicide, {});
        return {};
    });
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().code, Code::kStorageUnavailable);
    EXPECT_FALSE(is_commit_unknown(done.error()));
    EXPECT_EQ(count(), 0);
}

TEST_F(PgTx, AnAnswerToCommitThatNeverComesIsToldAndNotRepeated) {
    int runs = 0;
    arm_faults("pg.after_commit=error");
    auto const done = pool_.run([&](Tx& tx) -> Status {
        ++runs;
        tx.queue(kInsert, Params().int8(1).text("a"));
        return {};
    });
    arm_faults("");
    ASSERT_FALSE(done.ok());
    EXPECT_TRUE(is_commit_unknown(done.error()));
    EXPECT_EQ(done.error().code, Code::kStorageUnavailable);
    EXPECT_EQ(runs, 1);
    EXPECT_EQ(count(), 1) << "here it had happened";
}

TEST_F(PgTx, AFailureBeforeCommitRollsBack) {
    arm_faults("pg.before_commit=error");
    auto const done =
        pool_.run([&](Tx& tx) { return tx.exec(kInsert, Params().int8(1).text("a")); });
    arm_faults("");
    ASSERT_FALSE(done.ok());
    EXPECT_FALSE(is_commit_unknown(done.error()));
    EXPECT_EQ(count(), 0);
}

TEST_F(PgTx, MoreThanTheSocketHoldsGoesThroughInOnePipeline) {
    static constexpr Statement kLongAnswer{"bench.long_answer", "SELECT repeat($1, 2000)"};
    auto tx = pool_.begin();
    ASSERT_TRUE(tx.ok());
    std::string const chunk(1000, 'x');
    for (int i = 0; i < 40; ++i) tx->queue(kLongAnswer, Params().text(chunk));
    Bytes const big(4'000'000, 1);
    static constexpr Statement kSwallow{"bench.swallow", "SELECT length($1)"};
    tx->queue(kSwallow, Params().bytea(big));
    auto const before = round_trips();
    EXPECT_TRUE(tx->commit().ok());
    EXPECT_EQ(round_trips() - before, 1U);
}

}  // namespace musubi::pg
