#include "platform/pg/migrator.h"

#include "platform/base/bytes.h"
#include "platform/base/digest.h"
#include "platform/base/log.h"
#include "platform/pg/admin.h"

#include <charconv>
#include <map>
#include <set>

namespace musubi::pg {
namespace {

struct Migration {
    std::string module;
    int version = 0;
    std::string name;
    std::string sha256;
    std::string_view sql;
    std::string label() const {
        return module + " version " + std::to_string(version) + " (" + name + ")";
    }
};
using Plan = std::map<std::pair<std::string, int>, Migration>;

// Any number does, as long as nobody else locks it: "musubi" in ASCII.
constexpr char const* kLock = "SELECT pg_advisory_lock(120308863165033)";
constexpr char const* kCreateMeta =
    "CREATE SCHEMA IF NOT EXISTS musubi_meta;"
    "CREATE TABLE IF NOT EXISTS musubi_meta.migration ("
    " module text NOT NULL, version integer NOT NULL, name text NOT NULL, sha256 text NOT NULL,"
    " applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (module, version));"
    "GRANT USAGE ON SCHEMA musubi_meta TO PUBLIC; GRANT SELECT ON musubi_meta.migration TO PUBLIC";

Error bad_name(std::string_view path) {
    return {Code::kInvalidContent,
            "migration file name is not <module>/V0001__name.sql: " + std::string(path)};
}

Result<Migration> parse(MigrationFile const& file) {
    std::size_t const slash = file.path.find('/');
    if (slash == std::string_view::npos || slash == 0) return bad_name(file.path);
    std::string_view rest = file.path.substr(slash + 1);
    if (!rest.starts_with('V') || !rest.ends_with(".sql")) return bad_name(file.path);
    rest = rest.substr(1, rest.size() - 5);
    Migration out;
    auto const [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), out.version);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (error != std::errc() || !rest.starts_with("__") || rest.size() == 2)
        return bad_name(file.path);
    out.module = file.path.substr(0, slash);
    out.name = rest.substr(2);
    out.sha256 = to_hex(sha256(as_bytes(file.bytes)));
    out.sql = file.bytes;
    return out;
}

Result<Plan> plan_of(std::span<MigrationFile const> files) {
    Plan plan;
    for (MigrationFile const& file : files) {
        Migration migration = TRY(parse(file));
        auto const key = std::pair(migration.module, migration.version);
        if (!plan.emplace(key, std::move(migration)).second) {
            return Error(Code::kInvalidContent,
                         "migration version given twice: " + std::string(file.path));
        }
    }
    for (auto const& [key, migration] : plan) {
        if (key.second != 1 && !plan.contains({key.first, key.second - 1})) {
            return Error(Code::kInvalidContent,
                         "migration before " + migration.label() + " is missing");
        }
    }
    return plan;
}

struct History {
    std::set<std::pair<std::string, int>> applied;
    std::vector<std::string> problems;
};

Result<History> read_history(AdminSession& session, Plan const& plan) {
    History history;
    TextTable const exists =
        TRY(session.exec("SELECT to_regclass('musubi_meta.migration') IS NOT NULL"));
    if (exists[0][0] != "t") return history;
    TextTable const rows =
        TRY(session.exec("SELECT module, version, name, sha256 FROM musubi_meta.migration ORDER BY "
                         "module, version"));
    std::map<std::string, int> last;
    for (auto const& row : rows) {
        std::string const& module = row[0];
        int const version = std::atoi(row[1].c_str());
        if (!plan.contains({module, 1})) continue;  // a module that is switched off
        auto const known = plan.find({module, version});
        std::string const label = module + " version " + row[1] + " (" + row[2] + ")";
        if (known == plan.end()) {
            history.problems.push_back(label + " was applied by a newer program");
        } else if (known->second.sha256 != row[3] || known->second.name != row[2]) {
            history.problems.push_back(label + " was altered after it was applied");
        }
        if (version != ++last[module])
            history.problems.push_back("a version before " + label + " was never applied");
        history.applied.emplace(module, version);
    }
    return history;
}

Error refused(std::vector<std::string> const& problems) {
    Error error(Code::kConflict, "database schema: ");
    for (std::string const& problem : problems) {
        if (!error.issues.empty()) error.detail += "; ";
        error.detail += problem;
        error.issues.push_back({Severity::kError, kNoReason, problem, "musubi_meta.migration"});
    }
    return error;
}

Status apply(AdminSession& session, Migration const& migration) {
    auto const named = [&](Error error) {
        error.detail = "migration " + migration.label() + ": " + error.detail;
        return error;
    };
    TRY(session.exec("BEGIN"));
    if (auto done = session.exec(std::string(migration.sql)); !done) return named(done.error());
    if (!session.in_transaction()) {
        return named(Error(Code::kInvalidContent, "the file must not end its transaction"));
    }
    auto const row = session.exec(
        "INSERT INTO musubi_meta.migration (module, version, name, sha256) VALUES ($1, "
        "$2::integer, $3, $4)",
        {migration.module, std::to_string(migration.version), migration.name, migration.sha256});
    if (!row) return named(row.error());
    if (auto done = session.exec("COMMIT"); !done) return named(done.error());
    return {};
}

}  // namespace

Result<Applied> migrate(std::string const& conninfo, std::span<MigrationFile const> files,
                        std::chrono::seconds lock_wait) {
    Plan const plan = TRY(plan_of(files));
    AdminSession session = TRY(AdminSession::open(conninfo));
    TRY(session.exec("SET lock_timeout = " + std::to_string(lock_wait.count() * 1000)));
    if (auto locked = session.exec(kLock); !locked) {
        bool const timed_out = locked.error().detail.find("sqlstate=55P03") != std::string::npos;
        if (timed_out) return Error(Code::kBusy, "another migration of this database is running");
        return std::move(locked).error();
    }
    TRY(session.exec(kCreateMeta));
    History const history = TRY(read_history(session, plan));
    if (!history.problems.empty()) return refused(history.problems);
    Applied applied;
    for (auto const& [key, migration] : plan) {
        if (history.applied.contains(key)) continue;
        TRY(apply(session, migration));
        ++applied.files;
        log_info("pg.migrated",
                 {{"module", migration.module}, {"version", std::to_string(migration.version)}});
    }
    return applied;
}

Status verify(std::string const& conninfo, std::span<MigrationFile const> files) {
    Plan const plan = TRY(plan_of(files));
    AdminSession session = TRY(AdminSession::open(conninfo));
    History history = TRY(read_history(session, plan));
    for (auto const& [key, migration] : plan) {
        if (!history.applied.contains(key))
            history.problems.push_back(migration.label() + " is missing");
    }
    if (!history.problems.empty()) return refused(history.problems);
    return {};
}

}  // namespace musubi::pg
