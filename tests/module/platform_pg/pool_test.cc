#include "platform/pg/pool.h"

#include "gate.h"
#include "platform/base/log.h"
#include "platform/pg/admin.h"
#include "support/test_database.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <thread>

namespace musubi::pg {
namespace {

using namespace std::chrono_literals;

constexpr MigrationFile kFiles[] = {
    {"pool/V0001__tables.sql",
     "CREATE SCHEMA pool; CREATE TABLE pool.item (id bigint PRIMARY KEY)"}};
constexpr Statement kInsert{"pool.insert", "INSERT INTO pool.item (id) VALUES ($1)"};
constexpr Statement kCount{"pool.count", "SELECT count(*) FROM pool.item"};
constexpr Statement kSleep{"pool.sleep", "SELECT pg_sleep($1)"};
constexpr Statement kOne{"pool.one", "SELECT 1::int8"};
constexpr Statement kSetting{"pool.setting", "SELECT current_setting($1)"};
constexpr Statement kLock{"pool.lock", "LOCK TABLE pool.item IN ACCESS EXCLUSIVE MODE"};

template <class T>
Error error_of(Result<T> const& result) {
    EXPECT_FALSE(result.ok());
    return result.ok() ? Error(Code::kInternal, "it succeeded") : result.error();
}

std::int64_t count_in(Pool& pool) {
    auto const rows = pool.read([](ReadTx& tx) { return tx.exec(kCount); });
    return rows.ok() ? (*rows)[0].int64(0) : -1;
}

Status insert(Pool& pool, std::int64_t id) {
    return pool.run([id](Tx& tx) -> Status {
        tx.queue(kInsert, Params().int8(id), 1);
        return {};
    });
}

std::string word_of(std::string const& conninfo, std::string const& key) {
    std::size_t const at = conninfo.find(key + "=");
    if (at == std::string::npos) return {};
    std::size_t const begin = at + key.size() + 1;
    return conninfo.substr(begin, conninfo.find(' ', begin) - begin);
}

std::string server_socket(std::string const& conninfo) {
    std::string const port = word_of(conninfo, "port");
    return word_of(conninfo, "host") + "/.s.PGSQL." + (port.empty() ? "5432" : port);
}

// The gate's folder stands in for the server's.
std::string through(CommitGate const& gate, std::string const& conninfo) {
    return conninfo + " host=" + gate.folder();
}

}  // namespace

TEST(PgPool, NeverHoldsMoreConnectionsThanItsSizeAndServesEveryThread) {
    test::TestDatabase database(kFiles);
    Pool pool(PoolConfig{.conninfo = database.owner(), .size = 3, .acquire_timeout = 20s});
    std::atomic<int> inside{0};
    std::atomic<int> most{0};
    std::atomic<int> good{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 12; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 40; ++i) {
                auto const done = pool.read([&](ReadTx& tx) -> Status {
                    int const now = ++inside;
                    for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
                    }
                    auto const rows = tx.exec(kOne);
                    --inside;
                    if (!rows) return rows.error();
                    return {};
                });
                if (done.ok()) ++good;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(good, 12 * 40);
    EXPECT_LE(most, 3);
    EXPECT_EQ(pool.state().in_use, 0);
    EXPECT_LE(pool.state().idle, 3);
}

TEST(PgPool, SaysBusyWhenNoConnectionBecomesFree) {
    test::TestDatabase database(kFiles);
    Pool pool(PoolConfig{.conninfo = database.owner(), .size = 1, .acquire_timeout = 50ms});
    auto const held = pool.read_tx();
    ASSERT_TRUE(held.ok());
    EXPECT_EQ(error_of(pool.read_tx()).code, Code::kBusy);
    EXPECT_EQ(pool.state().in_use, 1);
}

TEST(PgPool, AConnectionGivenBackWakesTheOneWhoWaits) {
    test::TestDatabase database(kFiles);
    Pool pool(PoolConfig{.conninfo = database.owner(), .size = 1, .acquire_timeout = 20s});
    auto held = std::make_unique<Result<ReadTx>>(pool.read_tx());
    ASSERT_TRUE(held->ok());
    std::thread waiting([&] { EXPECT_TRUE(pool.ping().ok()); });
    while (pool.state().waiting == 0) std::this_thread::yield();
    held.reset();
    waiting.join();
}

TEST(PgPool, SetsItsLimitsOnEverySession) {
    test::TestDatabase database(kFiles);
    Pool pool(PoolConfig{.conninfo = database.owner() + " options='-c work_mem=5MB'",
                         .statement_timeout = 7s,
                         .lock_timeout = 3s});
    auto tx = pool.read_tx();
    ASSERT_TRUE(tx.ok());
    auto const setting = [&](std::string_view name) {
        auto const rows = tx->exec(kSetting, Params().text(name));
        return rows.ok() ? std::string((*rows)[0].text(0)) : rows.error().detail;
    };
    EXPECT_EQ(setting("statement_timeout"), "7s");
    EXPECT_EQ(setting("plan_cache_mode"), "force_generic_plan");
    EXPECT_EQ(setting("lock_timeout"), "3s");
    EXPECT_EQ(setting("TimeZone"), "UTC");
    EXPECT_EQ(setting("work_mem"), "5MB") << "the operator's own options stay";
}

// A plan is made once for each connection, often while the node is new and its tables are empty.
TEST(PgPool, PlansMadeForEmptyTablesFitFullOnes) {
    constexpr Statement kPair{"pool.pair",
                              "EXPLAIN SELECT 1 FROM pool.item i JOIN pool.item j ON j.id = i.id "
                              "WHERE i.id = ANY ('{1,2}')"};
    test::TestDatabase database(kFiles);
    Pool pool(PoolConfig{.conninfo = database.owner()});
    auto const plan = pool.read([&](ReadTx& tx) -> Result<std::string> {
        std::string out;
        for (auto const row : TRY(tx.exec(kPair))) out += std::string(row.text(0)) + "\n";
        return out;
    });
    ASSERT_TRUE(plan.ok()) << plan.error().detail;
    EXPECT_NE(plan->find("Nested Loop"), std::string::npos) << *plan;
    EXPECT_EQ(plan->find("Seq Scan"), std::string::npos) << *plan;
}

TEST(PgPool, AStatementThatTakesTooLongIsEndedAndTheConnectionStaysGood) {
    test::TestDatabase database(kFiles);
    Pool pool(PoolConfig{.conninfo = database.owner(), .size = 1, .statement_timeout = 100ms});
    auto const error =
        error_of(pool.read([](ReadTx& tx) { return tx.exec(kSleep, Params().float8(30)); }));
    EXPECT_EQ(error.code, Code::kStorageUnavailable);
    EXPECT_EQ(sqlstate(error), "57014");
    EXPECT_EQ(pool.state().idle, 1);
    EXPECT_TRUE(pool.ping().ok());
}

TEST(PgPool, ALockThatIsNotReleasedIsBusy) {
    test::TestDatabase database(kFiles);
    Pool pool(PoolConfig{.conninfo = database.owner(), .lock_timeout = 50ms});
    auto holder = pool.begin();
    ASSERT_TRUE(holder.ok());
    ASSERT_TRUE(holder->exec(kLock).ok());
    EXPECT_EQ(error_of(insert(pool, 1)).code, Code::kBusy);
}

TEST(PgPool, ThrowsAwayIdleConnectionsThatTheServerEnded) {
    test::TestDatabase database(kFiles);
    Pool pool(PoolConfig{.conninfo = database.owner(), .size = 2});
    ASSERT_TRUE(pool.ping().ok());
    ASSERT_TRUE(
        run_script(database.superuser(),
                   "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = "
                   "'musubi_owner' AND datname = current_database()")
            .ok());
    EXPECT_TRUE(pool.ping().ok()) << "the caller never sees the dead one";
    EXPECT_EQ(pool.state().idle, 1);
}

TEST(PgPool, AnUnreachableServerIsAnErrorAndNotAWait) {
    Pool pool(PoolConfig{.conninfo = "host=/nonexistent dbname=x user=y"});
    EXPECT_EQ(error_of(pool.ping()).code, Code::kStorageUnavailable);
    EXPECT_EQ(error_of(pool.ping()).code, Code::kStorageUnavailable);
    EXPECT_EQ(pool.state().in_use, 0);
    Pool wrong(PoolConfig{.conninfo = "host=x password=secret nonsense"});
    Error const error = error_of(wrong.ping());
    EXPECT_EQ(error.code, Code::kInvalidContent);
    EXPECT_EQ(error.detail.find("secret"), std::string::npos);
}

TEST(PgPool, IsWellAgainAsSoonAsTheServerIsBack) {
    test::TestCluster cluster;
    test::TestDatabase database(cluster, kFiles);
    Pool pool(PoolConfig{.conninfo = database.owner(), .size = 3});
    std::int64_t id = 0;
    for (auto const how : {test::TestCluster::Stop::kFast, test::TestCluster::Stop::kImmediate}) {
        {  // several idle connections at the moment of the stop
            auto const a = pool.read_tx();
            auto const b = pool.read_tx();
            ASSERT_TRUE(a.ok() && b.ok());
        }
        ASSERT_TRUE(insert(pool, ++id).ok());
        cluster.stop(how);
        EXPECT_EQ(error_of(insert(pool, 1000)).code, Code::kStorageUnavailable);
        EXPECT_EQ(error_of(pool.ping()).code, Code::kStorageUnavailable);
        cluster.start();
        Status back = pool.ping();
        for (int i = 0; i < 20 && !back; ++i) {  // the pause between two attempts is 250 ms
            std::this_thread::sleep_for(100ms);
            back = pool.ping();
        }
        EXPECT_TRUE(back.ok());
        EXPECT_EQ(count_in(pool), id);
    }
}

TEST(PgPool, AFrozenServerCostsABoundedTimeAndTheConnection) {
    test::TestCluster cluster;
    test::TestDatabase database(cluster, kFiles);
    Pool pool(PoolConfig{.conninfo = database.owner(),
                         .size = 1,
                         .connect_timeout = 200ms,
                         .statement_timeout = 100ms});
    static constexpr Statement kSelf{"pool.self", "SELECT pg_backend_pid()"};
    auto const rows = pool.read([](ReadTx& tx) { return tx.exec(kSelf); });
    ASSERT_TRUE(rows.ok());
    int const backend = (*rows)[0].int32(0);
    ::kill(backend, SIGSTOP);
    ::kill(cluster.server_pid(), SIGSTOP);
    EXPECT_EQ(error_of(pool.ping()).code, Code::kStorageUnavailable);
    EXPECT_EQ(pool.state().idle, 0);
    EXPECT_EQ(error_of(pool.ping()).code, Code::kStorageUnavailable) << "connecting is bounded too";
    ::kill(cluster.server_pid(), SIGCONT);
    ::kill(backend, SIGCONT);
    Status back = pool.ping();
    for (int i = 0; i < 20 && !back; ++i) {
        std::this_thread::sleep_for(100ms);
        back = pool.ping();
    }
    EXPECT_TRUE(back.ok());
}

TEST(PgPool, ACommitWhoseAnswerIsLostHasAnUnknownOutcomeAndIsNotRepeated) {
    test::TestDatabase database(kFiles);
    Pool direct(PoolConfig{.conninfo = database.owner()});
    CommitGate gate(server_socket(database.owner()), CommitGate::Cut::kBeforeClient);
    Pool pool(PoolConfig{.conninfo = through(gate, database.owner())});
    int runs = 0;
    auto const error = error_of(pool.run([&](Tx& tx) -> Status {
        ++runs;
        tx.queue(kInsert, Params().int8(1));
        return {};
    }));
    EXPECT_TRUE(gate.has_cut());
    EXPECT_TRUE(is_commit_unknown(error));
    EXPECT_EQ(error.code, Code::kStorageUnavailable);
    EXPECT_EQ(runs, 1);
    EXPECT_EQ(count_in(direct), 1);
}

TEST(PgPool, ACommitThatNeverArrivedHasAnUnknownOutcomeToo) {
    test::TestDatabase database(kFiles);
    Pool direct(PoolConfig{.conninfo = database.owner()});
    CommitGate gate(server_socket(database.owner()), CommitGate::Cut::kBeforeServer);
    Pool pool(PoolConfig{.conninfo = through(gate, database.owner())});
    auto tx = pool.begin();
    ASSERT_TRUE(tx.ok());
    ASSERT_TRUE(tx->exec(kInsert, Params().int8(1)).ok());
    EXPECT_TRUE(is_commit_unknown(error_of(tx->commit())));
    EXPECT_EQ(count_in(direct), 0);
}

TEST(PgPool, TransactionsMayOutliveThePool) {
    test::TestDatabase database(kFiles);
    auto pool = std::make_unique<Pool>(PoolConfig{.conninfo = database.owner()});
    auto tx = pool->begin();
    ASSERT_TRUE(tx.ok());
    pool.reset();
    tx->queue(kInsert, Params().int8(1));
    EXPECT_TRUE(tx->commit().ok());
}

TEST(PgPool, AnExceptionInTheCallersFunctionRollsBack) {
    test::TestDatabase database(kFiles);
    Pool pool(PoolConfig{.conninfo = database.owner(), .size = 1});
    auto const act = [&] {
        return pool.run([](Tx& tx) -> Status {
            TRY(tx.exec(kInsert, Params().int8(1)));
            throw std::runtime_error("bug");
        });
    };
    EXPECT_THROW((void)act(), std::runtime_error);
    EXPECT_EQ(count_in(pool), 0);
}

}  // namespace musubi::pg
