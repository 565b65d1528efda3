#include "platform/pg/migrator.h"

#include "platform/pg/admin.h"
#include "support/test_database.h"

#include <gtest/gtest.h>

#include <thread>

namespace musubi::pg {
namespace {

constexpr MigrationFile kOne{"alpha/V0001__first.sql",
                             "CREATE SCHEMA alpha; CREATE TABLE alpha.t (a int)"};
constexpr MigrationFile kTwo{"alpha/V0002__second.sql", "ALTER TABLE alpha.t ADD COLUMN b int"};
constexpr MigrationFile kOther{"beta/V0001__first.sql", "CREATE SCHEMA beta"};

using Files = std::vector<MigrationFile>;

template <class T>
Error error_of(Result<T> const& result) {
    EXPECT_FALSE(result.ok());
    return result.ok() ? Error(Code::kInternal, "it succeeded") : result.error();
}

int applied(std::string const& conninfo, Files const& files) {
    auto const done = migrate(conninfo, files);
    EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().detail);
    return done.ok() ? done->files : -1;
}

std::string value(std::string const& conninfo, std::string const& sql) {
    auto const rows = run_script(conninfo, sql);
    return rows.ok() && !rows->empty() ? (*rows)[0][0] : "";
}

}  // namespace

TEST(Migrator, AppliesEachFileOnceInOrderAndRemembersItsHash) {
    test::TestDatabase database;
    EXPECT_EQ(applied(database.owner(), {kTwo, kOne}), 2);
    EXPECT_EQ(applied(database.owner(), {kOne, kTwo}), 0);
    EXPECT_EQ(applied(database.owner(), {kOne, kTwo, kOther}), 1);
    EXPECT_EQ(value(database.owner(),
                    "SELECT string_agg(module || version || name, ',' ORDER BY module, version) "
                    "FROM musubi_meta.migration WHERE length(sha256) = 64"),
              "alpha1first,alpha2second,beta1first");
}

TEST(Migrator, VerifyTellsWhatIsMissingToAnyRole) {
    test::TestDatabase database;
    Error const fresh = error_of(verify(database.serving(), Files{kOne}));
    EXPECT_EQ(fresh.code, Code::kConflict);
    EXPECT_EQ(applied(database.owner(), {kOne}), 1);
    EXPECT_TRUE(verify(database.serving(), Files{kOne}).ok());
    Error const error = error_of(verify(database.serving(), Files{kOne, kTwo, kOther}));
    ASSERT_EQ(error.issues.size(), 2U);
    EXPECT_EQ(error.issues[0].context, "alpha version 2 (second) is missing");
    EXPECT_EQ(error.issues[1].context, "beta version 1 (first) is missing");
}

TEST(Migrator, RefusesAlteredHistory) {
    test::TestDatabase database;
    applied(database.owner(), {kOne});
    MigrationFile const altered{kOne.path, "CREATE SCHEMA alpha; CREATE TABLE alpha.t (a bigint)"};
    Error const error = error_of(migrate(database.owner(), Files{altered, kTwo}));
    EXPECT_EQ(error.code, Code::kConflict);
    EXPECT_NE(error.detail.find("altered"), std::string::npos);
    EXPECT_FALSE(verify(database.serving(), Files{altered}).ok());
    EXPECT_EQ(value(database.owner(), "SELECT count(*) FROM musubi_meta.migration"), "1");
    MigrationFile const renamed{"alpha/V0001__renamed.sql", kOne.bytes};
    EXPECT_EQ(error_of(migrate(database.owner(), Files{renamed})).code, Code::kConflict);
}

TEST(Migrator, RefusesADatabaseThatIsNewerThanTheProgram) {
    test::TestDatabase database;
    applied(database.owner(), {kOne, kTwo});
    EXPECT_EQ(error_of(migrate(database.owner(), Files{kOne})).code, Code::kConflict);
    EXPECT_EQ(error_of(verify(database.serving(), Files{kOne})).code, Code::kConflict);
}

TEST(Migrator, LeavesModulesAloneThatAreSwitchedOff) {
    test::TestDatabase database;
    applied(database.owner(), {kOne, kOther});
    EXPECT_EQ(applied(database.owner(), {kOne, kTwo}), 1);
    EXPECT_TRUE(verify(database.serving(), Files{kOne, kTwo}).ok());
}

TEST(Migrator, RefusesGapsDoublesAndBadNames) {
    test::TestDatabase database;
    EXPECT_EQ(error_of(migrate(database.owner(), Files{kTwo})).code, Code::kInvalidContent);
    EXPECT_EQ(error_of(migrate(database.owner(), Files{kOne, kOne})).code, Code::kInvalidContent);
    for (char const* path : {"V0001__x.sql", "alpha/V0001_x.sql", "alpha/0001__x.sql",
                             "alpha/V0001__.sql", "alpha/Vx__y.sql", "alpha/V0000__x.sql"}) {
        EXPECT_EQ(error_of(migrate(database.owner(), Files{{path, "SELECT 1"}})).code,
                  Code::kInvalidContent)
            << path;
    }
}

TEST(Migrator, AFailingFileLeavesNothingOfItselfAndSaysWhere) {
    test::TestDatabase database;
    MigrationFile const broken{"alpha/V0002__broken.sql",
                               "CREATE TABLE alpha.u (a int); SELECT nothing_there"};
    Error const error = error_of(migrate(database.owner(), Files{kOne, broken}));
    EXPECT_EQ(error.code, Code::kInternal);
    EXPECT_NE(error.detail.find("alpha version 2 (broken)"), std::string::npos);
    EXPECT_NE(error.detail.find("nothing_there"), std::string::npos);
    EXPECT_EQ(value(database.owner(), "SELECT to_regclass('alpha.u') IS NULL"), "t");
    EXPECT_EQ(applied(database.owner(), {kOne, kTwo}), 1) << "corrected and run again";
}

TEST(Migrator, AFileThatEndsItsOwnTransactionIsRefused) {
    test::TestDatabase database;
    MigrationFile const sly{"alpha/V0001__sly.sql", "CREATE SCHEMA alpha; COMMIT"};
    EXPECT_EQ(error_of(migrate(database.owner(), Files{sly})).code, Code::kInvalidContent);
}

TEST(Migrator, TwoAtOnceApplyEachFileOnce) {
    test::TestDatabase database;
    std::atomic<int> total{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] { total += applied(database.owner(), {kOne, kTwo, kOther}); });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(total, 3);
}

TEST(Migrator, GivesUpWhenAnotherHoldsTheLock) {
    test::TestDatabase database;
    auto holder = AdminSession::open(database.owner());
    ASSERT_TRUE(holder.ok());
    ASSERT_TRUE(holder->exec("SELECT pg_advisory_lock(120308863165033)").ok());
    EXPECT_EQ(error_of(migrate(database.owner(), Files{kOne}, std::chrono::seconds(1))).code,
              Code::kBusy);
}

TEST(Migrator, TheServingRoleMayNotMigrate) {
    test::TestDatabase database;
    EXPECT_FALSE(migrate(database.serving(), Files{kOne}).ok());
}

}  // namespace musubi::pg
