#include "support/test_database.h"

#include "platform/base/bytes.h"
#include "platform/base/digest.h"
#include "platform/pg/admin.h"

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <set>
#include <stdexcept>

#include <unistd.h>

namespace musubi::test {
namespace {

template <class T>
T must(Result<T> result, char const* what) {
    if (!result) throw std::runtime_error(std::string(what) + ": " + result.error().detail);
    return std::move(result).value();
}

std::string with_database(std::string const& server, std::string const& database) {
    return server + " dbname=" + database;  // the later keyword wins
}

std::string const& shared_server() {
    static std::string const server = [] {
        if (char const* given = std::getenv("MUSUBI_TEST_PG")) return std::string(given);
        static TestCluster cluster;  // stopped when the process ends
        return cluster.superuser();
    }();
    return server;
}

// Several test programs may use one server at the same time, so each step allows for having been
// done by another.
void make_roles(std::string const& server) {
    for (std::string const role : {"musubi_owner", "musubi_serving", "musubi_report"}) {
        must(pg::run_script(
                 server,
                 "DO $$ BEGIN CREATE ROLE " + role +
                     " LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; "
                     "END $$"),
             "create role");
    }
}

bool exists(std::string const& server, std::string const& database) {
    return !must(pg::run_script(server,
                                "SELECT 1 FROM pg_database WHERE datname = '" + database + "'"),
                 "look for database")
                .empty();
}

std::string template_name(std::span<pg::MigrationFile const> files) {
    Digest digest(DigestKind::kSha256);
    for (pg::MigrationFile const& file : files) {
        std::string const head =
            std::string(file.path) + "\n" + std::to_string(file.bytes.size()) + "\n";
        digest.update(as_bytes(head));
        digest.update(as_bytes(file.bytes));
    }
    return "musubi_template_" + to_hex(digest.finish()).substr(0, 24);
}

// Built under another name and renamed when complete: whoever sees the name sees a finished
// template.
void make_template(std::string const& server, std::string const& name,
                   std::span<pg::MigrationFile const> files) {
    if (exists(server, name)) return;
    std::string const draft = name + "_" + std::to_string(::getpid());
    must(pg::run_script(server, "CREATE DATABASE " + draft + " OWNER musubi_owner"),
         "create template");
    must(pg::migrate(with_database(server, draft) + " user=musubi_owner", files),
         "migrate template");
    // The migrator's backend may take a moment to leave; renaming needs the database to be alone.
    must(pg::run_script(
             server,
             "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '" +
                 draft + "'"),
         "clear template");
    if (pg::run_script(server, "ALTER DATABASE " + draft + " RENAME TO " + name)) return;
    must(pg::run_script(server, "DROP DATABASE " + draft + " WITH (FORCE)"), "drop draft");
    if (!exists(server, name)) throw std::runtime_error("template could not be renamed");
}

}  // namespace

TestDatabase::TestDatabase() : server_(shared_server()) { create({}); }
TestDatabase::TestDatabase(std::span<pg::MigrationFile const> files) : server_(shared_server()) {
    create(files);
}
TestDatabase::TestDatabase(TestCluster& cluster, std::span<pg::MigrationFile const> files)
    : server_(cluster.superuser()) {
    create(files);
}

void TestDatabase::create(std::span<pg::MigrationFile const> files) {
    static std::mutex mutex;
    static std::set<std::string> prepared;
    static std::atomic<int> number{0};
    std::string source = "template1";
    {
        std::lock_guard const lock(mutex);
        if (prepared.insert(server_).second) make_roles(server_);
        if (!files.empty()) {
            source = template_name(files);
            if (prepared.insert(server_ + "|" + source).second)
                make_template(server_, source, files);
        }
    }
    name_ = "musubi_test_" + std::to_string(::getpid()) + "_" + std::to_string(++number);
    must(pg::run_script(server_,
                        "CREATE DATABASE " + name_ + " TEMPLATE " + source + " OWNER musubi_owner"),
         "create database");
}

TestDatabase::~TestDatabase() {
    // A test that stopped the server leaves nothing to drop.
    (void)pg::run_script(server_, "DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
}

std::string TestDatabase::as(char const* role) const {
    return with_database(server_, name_) + " user=" + role;
}
std::string TestDatabase::owner() const { return as("musubi_owner"); }
std::string TestDatabase::serving() const { return as("musubi_serving"); }
std::string TestDatabase::report() const { return as("musubi_report"); }
std::string TestDatabase::superuser() const { return with_database(server_, name_); }

}  // namespace musubi::test
