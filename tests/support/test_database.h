#pragma once
// Databases for module tests: real PostgreSQL, one freshly cloned database for each test.
//
// The server is the one that $MUSUBI_TEST_PG names (keyword conninfo of a superuser that may log in
// as any role: "host=/path/sock port=54329 user=musubi dbname=postgres"), or else a private
// throw-away cluster that the first use starts under the system's temp folder and the end of the
// process removes. Roles: musubi_owner, musubi_serving, musubi_report, as in an installation.
// Failures throw std::runtime_error: a test cannot go on without its database.

#include "platform/pg/migrator.h"

#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace musubi::test {

/// A private cluster, for tests that stop or freeze the server. One thread at a time. Removed when
/// destroyed.
class TestCluster {
public:
    enum class Durability {
        kNone,  ///< no fsync: fast
        kReal,  ///< as an installation runs
    };
    explicit TestCluster(Durability durability = Durability::kNone);  ///< makes and starts it (2 s)
    ~TestCluster();
    TestCluster(TestCluster const&) = delete;
    TestCluster& operator=(TestCluster const&) = delete;

    void start();
    enum class Stop { kFast, kImmediate };
    void stop(Stop how = Stop::kFast);
    int server_pid() const;  ///< of the postmaster
    /// Conninfo of the superuser, database `postgres`.
    std::string const& superuser() const { return superuser_; }
    /// Where the server keeps its files.
    std::filesystem::path data_folder() const { return folder_ / "data"; }

private:
    Durability durability_;
    std::filesystem::path folder_;
    std::string superuser_;
    int pid_ = -1;
    int made_by_ = -1;
};

class TestDatabase {
public:
    /// Empty: no migrations, only the roles.
    TestDatabase();
    /// A clone of a template to which `files` were applied by the migrator, once for each content.
    explicit TestDatabase(std::span<pg::MigrationFile const> files);
    /// In a cluster of the test's own.
    TestDatabase(TestCluster& cluster, std::span<pg::MigrationFile const> files);
    ~TestDatabase();  ///< drops it, throwing out who is still connected
    TestDatabase(TestDatabase const&) = delete;
    TestDatabase& operator=(TestDatabase const&) = delete;

    std::string const& name() const { return name_; }
    std::string owner() const;      ///< may migrate
    std::string serving() const;    ///< what the migrations grant
    std::string report() const;     ///< what the migrations grant
    std::string superuser() const;  ///< in this database

private:
    void create(std::span<pg::MigrationFile const> files);
    std::string as(char const* role) const;

    std::string server_;  ///< the superuser's conninfo
    std::string name_;
};

}  // namespace musubi::test
