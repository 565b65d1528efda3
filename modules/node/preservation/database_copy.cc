#include "node/preservation/database_copy.h"

#include "node/preservation/child_pipe.h"
#include "platform/pg/admin.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace musubi::node {
namespace {

constexpr char const* kMark = "musubi_rehearsal";

constexpr char const* kSchemas =
    "select nspname from pg_namespace where nspname !~ '^pg_' and nspname not in "
    "('information_schema', 'public') order by 1";
constexpr char const* kTables =
    "select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = "
    "c.relnamespace where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname not in "
    "('information_schema', 'musubi_rehearsal') order by 1";

/// The newest that is installed: it reads what older servers hold.
std::string program(std::string const& name) {
    int newest = 0;
    std::error_code none;
    for (auto const& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
        std::string const text = entry.path().filename().string();
        int version = 0;
        std::from_chars(text.data(), text.data() + text.size(), version);
        if (std::filesystem::exists(entry.path() / "bin" / name, none))
            newest = std::max(newest, version);
    }
    return newest == 0 ? name : "/usr/lib/postgresql/" + std::to_string(newest) + "/bin/" + name;
}

std::int64_t number_in(pg::TextTable const& table) {
    std::int64_t number = 0;
    if (table.empty() || table[0].empty()) return 0;
    std::from_chars(table[0][0].data(), table[0][0].data() + table[0][0].size(), number);
    return number;
}

Result<DatabaseFacts> count(pg::AdminSession& session) {
    DatabaseFacts facts;
    for (auto const& row : TRY(session.exec(kTables)))
        facts.rows[row[0]] = number_in(TRY(session.exec("select count(*) from " + row[0])));
    if (!facts.rows.contains("atna.record")) return facts;
    auto const newest = TRY(
        session.exec("select seq, encode(hash, 'hex') from atna.record order by seq desc limit 1"));
    facts.chain_seq = number_in(newest);
    if (!newest.empty()) facts.chain_hash = newest[0][1];
    return facts;
}

Status drop_schemas(pg::AdminSession& session) {
    for (auto const& row : TRY(session.exec(kSchemas))) {
        if (row[0] == kMark) continue;
        auto const quoted = TRY(session.exec("select format('%I', $1::text)", {row[0]}));
        TRY(session.exec("drop schema " + quoted[0][0] + " cascade"));
    }
    return {};
}

}  // namespace

Status with_snapshot(std::string const& conninfo,
                     std::function<Status(DatabaseFacts const&, Source const&)> const& work) {
    auto session = TRY(pg::AdminSession::open(conninfo));
    TRY(session.exec("begin isolation level repeatable read, read only"));
    auto const snapshot = TRY(session.exec("select pg_export_snapshot()"));
    DatabaseFacts const facts = TRY(count(session));
    ChildProgram dump;
    dump.words = {program("pg_dump"), "--format=custom", "--no-owner",
                  "--snapshot=" + snapshot[0][0]};
    dump.environment = TRY(pg::connection_environment(conninfo));
    TRY(work(facts, [&](ByteSink const& sink) {
        dump.output = sink;
        return run_child(dump);
    }));
    TRY(session.exec("commit"));
    return {};
}

Result<DatabaseFacts> facts_of(std::string const& conninfo) {
    auto session = TRY(pg::AdminSession::open(conninfo));
    TRY(session.exec("begin isolation level repeatable read, read only"));
    return count(session);
}

Status check_empty(std::string const& conninfo) {
    auto session = TRY(pg::AdminSession::open(conninfo));
    for (auto const& row : TRY(session.exec(kSchemas))) {
        if (row[0] != kMark)
            return Error(Code::kConflict,
                         "the database to restore into is not empty: schema " + row[0]);
    }
    return {};
}

Status load_database(std::string const& conninfo, Source const& dump) {
    auto session = TRY(pg::AdminSession::open(conninfo));
    auto const name = TRY(session.exec("select current_database()"));
    ChildProgram load;
    load.words = {program("pg_restore"), "--exit-on-error", "--no-owner", "--single-transaction",
                  "--dbname=" + name[0][0]};
    load.environment = TRY(pg::connection_environment(conninfo));
    load.input = dump;
    return run_child(load);
}

Status claim_for_rehearsal(std::string const& conninfo) {
    auto session = TRY(pg::AdminSession::open(conninfo));
    bool marked = false, empty = true;
    for (auto const& row : TRY(session.exec(kSchemas))) {
        marked = marked || row[0] == kMark;
        empty = empty && row[0] == kMark;
    }
    if (!marked && !empty)
        return Error(Code::kConflict,
                     "backup.rehearsal_database holds something that no rehearsal left");
    if (!marked) TRY(session.exec(std::string("create schema ") + kMark));
    return drop_schemas(session);
}

Status clear_rehearsal(std::string const& conninfo) {
    auto session = TRY(pg::AdminSession::open(conninfo));
    return drop_schemas(session);
}

}  // namespace musubi::node
