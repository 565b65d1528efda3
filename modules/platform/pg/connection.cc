#include "platform/pg/connection.h"

#include "platform/base/deadline.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "platform/pg/connection_impl.h"
#include "platform/pg/round_trips.h"
#include "platform/pg/wire.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

namespace musubi::pg {
namespace {

thread_local std::uint64_t round_trip_count = 0;

// A session's own limit that ends this little after the deadline is good enough: telling another
// one costs each transaction a command more.
constexpr std::chrono::milliseconds kDeadlineSlack{250};
// How long the server may take to tell that it has ended a statement.
constexpr std::chrono::milliseconds kGrace{1000};
constexpr std::size_t kMaxParams = 65'535;
constexpr std::size_t kMaxParamBytes = std::size_t{1} << 30;

char const* sql_of(Command::Kind kind) {
    switch (kind) {
        case Command::Kind::kBegin: return "BEGIN";
        case Command::Kind::kBeginRepeatableRead: return "BEGIN ISOLATION LEVEL REPEATABLE READ";
        case Command::Kind::kBeginSerializable: return "BEGIN ISOLATION LEVEL SERIALIZABLE";
        case Command::Kind::kCommit: return "COMMIT";
        case Command::Kind::kRollback: return "ROLLBACK";
        case Command::Kind::kExecute: break;
    }
    return "";
}

std::string_view name_of(Command const& command) {
    return command.kind == Command::Kind::kExecute ? command.statement.name : sql_of(command.kind);
}

std::string_view diagnostic(PGresult const* result, int field) {
    char const* const value = PQresultErrorField(result, field);
    return value ? std::string_view(value) : std::string_view();
}

// The number of rows is judged on the server, in the same round trip: a miss makes the statement
// fail there, so that the COMMIT sent behind it is skipped.
std::string expecting(Statement const& statement, std::size_t param_count) {
    return "WITH musubi_rows AS (" + std::string(statement.sql) +
           " RETURNING 1) SELECT CASE WHEN n = $" + std::to_string(param_count + 1) +
           " THEN 0 ELSE CAST('" + std::string(kRowCountMark) +
           "' || n AS integer) END FROM (SELECT count(*) AS n FROM musubi_rows) AS counted";
}

// The server's own word (57014, query_canceled) or its silence, at a time when the request's is
// over. Silence behind a COMMIT stays what it is: unknown.
bool ended_by_deadline(Failure const& failure, bool commits) {
    auto const until = RequestDeadline::current();
    if (!until || std::chrono::steady_clock::now() + kDeadlineSlack < *until) return false;
    return sqlstate(failure.error) == "57014" || (!failure.outcome_known && !commits);
}

}  // namespace

std::uint64_t round_trips() { return round_trip_count; }

bool Connection::Impl::send_plain(char const* sql) {
    return PQsendQueryParams(handle, sql, 0, nullptr, nullptr, nullptr, nullptr, 1) == 1;
}

bool Connection::Impl::send_prepared(std::string const& name, Params const& params) {
    values.clear();
    lengths.clear();
    formats.assign(params.size(), 1);
    for (Params::Item const& item : params.items()) {
        values.push_back(item.null ? nullptr : params.data() + item.offset);
        lengths.push_back(static_cast<int>(item.length));
    }
    return PQsendQueryPrepared(handle, name.c_str(), static_cast<int>(params.size()), values.data(),
                               lengths.data(), formats.data(), 1) == 1;
}

bool Connection::Impl::send_prepare(std::string const& name, std::string const& sql,
                                    Params const& params) {
    types.clear();
    for (Params::Item const& item : params.items()) types.push_back(item.type);
    return PQsendPrepare(handle, name.c_str(), sql.c_str(), static_cast<int>(types.size()),
                         types.data()) == 1;
}

bool Connection::Impl::send(Command const& command, std::size_t index,
                            std::vector<Expected>& expected) {
    if (command.kind != Command::Kind::kExecute) {
        expected.push_back({index, {}, nullptr, false});
        return send_plain(sql_of(command.kind));
    }
    std::string name = command.statement.name;
    if (command.expected_rows) name += "/n";
    bool const announced = std::any_of(expected.begin(), expected.end(),
                                       [&](Expected const& e) { return e.prepares == name; });
    Params counted;
    Params const* params = &command.params;
    if (command.expected_rows) {
        counted = command.params;
        counted.int8(*command.expected_rows);
        params = &counted;
    }
    if (!announced && !prepared.contains(name)) {
        std::string const sql = command.expected_rows
                                    ? expecting(command.statement, command.params.size())
                                    : std::string(command.statement.sql);
        expected.push_back({index, name, command.statement.sql, false});
        if (!send_prepare(name, sql, *params)) return false;
    }
    expected.push_back({index, {}, nullptr, false});
    return send_prepared(name, *params);
}

std::optional<Error> Connection::Impl::refuse_locally(std::span<Command const> commands) const {
    for (Command const& command : commands) {
        if (command.kind != Command::Kind::kExecute) continue;
        std::string const name = command.statement.name;
        if (command.params.size() >= kMaxParams || command.params.total_bytes() > kMaxParamBytes) {
            return Error(Code::kTooLarge,
                         "statement=" + name + " has too many or too large parameters");
        }
        auto const known = prepared.find(command.expected_rows ? name + "/n" : name);
        bool const other = known != prepared.end() && known->second != command.statement.sql &&
                           std::strcmp(known->second, command.statement.sql) != 0;
        if (other || name.empty() || name.size() > 60) {
            return Error(Code::kInternal,
                         "statement=" + name + " is a name that cannot be used or is used twice");
        }
    }
    return std::nullopt;
}

std::chrono::milliseconds Connection::Impl::limit_for(std::span<Command const> commands) const {
    auto const until = RequestDeadline::current();
    // Going back is never too late.
    if (!until || commands.back().kind == Command::Kind::kRollback) return {};
    auto const left =
        std::chrono::floor<std::chrono::milliseconds>(*until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return std::chrono::milliseconds(-1);
    return left + kDeadlineSlack < statement_timeout ? left : std::chrono::milliseconds(0);
}

bool Connection::Impl::send_all(std::span<Command const> commands, std::chrono::milliseconds limit,
                                std::vector<Expected>& expected) {
    // Behind BEGIN, if there is one; without it the closing sync ends what is local as well.
    std::size_t const limit_at =
        commands.front().kind == Command::Kind::kBegin ||
                commands.front().kind == Command::Kind::kBeginRepeatableRead ||
                commands.front().kind == Command::Kind::kBeginSerializable
            ? 1
            : 0;
    for (std::size_t i = 0; i < commands.size(); ++i) {
        if (limit.count() > 0 && i == limit_at) {
            std::string const sql = "SELECT set_config('statement_timeout', '" +
                                    std::to_string(limit.count()) + "', true)";
            expected.push_back({i, {}, nullptr, true});
            if (!send_plain(sql.c_str())) return false;
        }
        if (!send(commands[i], i, expected)) return false;
    }
    return true;
}

bool Connection::Impl::wait(std::chrono::steady_clock::time_point deadline) {
    while (true) {
        if (PQstatus(handle) == CONNECTION_BAD)
            return true;  // the library then reports the loss as a result
        int const unsent = PQflush(handle);
        if (unsent < 0) (void)PQconsumeInput(handle);  // the server's last words, if any
        if (PQisBusy(handle) == 0 || PQstatus(handle) == CONNECTION_BAD) return true;
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(
                              deadline - std::chrono::steady_clock::now())
                              .count();
        if (left <= 0) return false;
        short const events = static_cast<short>(POLLIN | (unsent > 0 ? POLLOUT : 0));
        pollfd poll_for{PQsocket(handle), events, 0};
        int const ready = ::poll(&poll_for, 1, static_cast<int>(std::min<long>(left, INT_MAX)));
        if (ready < 0 && errno != EINTR) return false;
        if (ready > 0 && (poll_for.revents & ~POLLOUT) != 0) (void)PQconsumeInput(handle);
    }
}

Failure Connection::Impl::judge(PGresult const* result, Command const& command) {
    std::string_view const state = diagnostic(result, PG_DIAG_SQLSTATE);
    bool const at_commit = command.kind == Command::Kind::kCommit;
    if (state.empty()) return lost(command);
    std::string_view const severity = diagnostic(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    bool const fatal = severity == "FATAL" || severity == "PANIC";
    // 0A000 "cached plan must not change result type" and 26000 "statement does not exist": what we
    // believe about this session is wrong, so it must go.
    if (fatal || state == "0A000" || state == "26000") broken = true;
    Failure failure{to_error(name_of(command), {state, diagnostic(result, PG_DIAG_CONSTRAINT_NAME),
                                                diagnostic(result, PG_DIAG_MESSAGE_PRIMARY)}),
                    !(fatal && at_commit)};
    return failure;
}

Failure Connection::Impl::lost(Command const& command) {
    broken = true;
    return {Error(Code::kStorageUnavailable,
                  "statement=" + std::string(name_of(command)) + " connection lost"),
            false};
}

// Reads answers until the closing sync. The first failure wins: what follows it was skipped by the
// server.
void Connection::Impl::receive(std::span<Command const> commands,
                               std::vector<Expected> const& expected, Outcome& outcome,
                               std::chrono::steady_clock::time_point deadline) {
    std::size_t at = 0;
    int silent = 0;
    while (true) {
        Command const& command =
            commands[at < expected.size() ? expected[at].index : commands.size() - 1];
        if (!wait(deadline)) {
            broken = true;
            if (!outcome.failure) {
                outcome.failure = lost(command);
                outcome.failure->error.detail += ", no answer in time";
            }
            return;
        }
        PGresult* const result = PQgetResult(handle);
        if (!result) {
            if (PQstatus(handle) == CONNECTION_BAD || ++silent > 1) {
                if (!outcome.failure) outcome.failure = lost(command);
                broken = true;
                return;
            }
            ++at;
            continue;
        }
        silent = 0;
        ExecStatusType const status = PQresultStatus(result);
        bool const good = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
        if (good && !outcome.failure && at < expected.size()) {
            accept(result, command, expected[at], outcome);
            continue;
        }
        if (status == PGRES_FATAL_ERROR && !outcome.failure)
            outcome.failure = judge(result, command);
        PQclear(result);
        if (status == PGRES_PIPELINE_SYNC) return;
    }
}

void Connection::Impl::accept(PGresult* result, Command const& command, Expected const& expected,
                              Outcome& outcome) {
    if (expected.aside || !expected.prepares.empty()) {
        if (!expected.aside) prepared.emplace(expected.prepares, expected.sql);
        PQclear(result);
        return;
    }
    // A failed transaction answers COMMIT with ROLLBACK, and calls that a success.
    if (command.kind == Command::Kind::kCommit && std::strcmp(PQcmdStatus(result), "COMMIT") != 0) {
        outcome.failure = Failure{Error(Code::kInternal, "COMMIT of a failed transaction"), true};
        PQclear(result);
        return;
    }
    outcome.rows.push_back(make_rows(result));
}

Outcome Connection::exchange(std::span<Command const> commands,
                             std::function<void()> const& meanwhile) {
    Impl& self = *impl_;
    Outcome outcome;
    if (auto refused = self.refuse_locally(commands)) {
        outcome.failure = Failure{std::move(*refused), true};
        return outcome;
    }
    if (self.broken) {
        outcome.failure =
            Failure{Error(Code::kStorageUnavailable, "connection already lost"), true};
        return outcome;
    }
    std::chrono::milliseconds const limit = self.limit_for(commands);
    if (limit.count() < 0) {
        outcome.failure = Failure{deadline_error(name_of(commands.back())), true};
        return outcome;
    }
    // Losing a connection with COMMIT under way leaves the outcome open, so look whether it is lost
    // already.
    if (commands.back().kind == Command::Kind::kCommit && went_away()) {
        outcome.failure = Failure{
            Error(Code::kStorageUnavailable, "connection lost before COMMIT was sent"), true};
        return outcome;
    }
    auto const started = std::chrono::steady_clock::now();
    std::vector<Impl::Expected> expected;
    expected.reserve(commands.size() * 2);
    bool const sent = self.send_all(commands, limit, expected);
    ++round_trip_count;
    if (!sent || PQpipelineSync(self.handle) != 1) {
        outcome.failure = self.lost(commands.back());
        return outcome;
    }
    std::chrono::steady_clock::duration aside{};
    if (meanwhile) {
        auto const began = std::chrono::steady_clock::now();
        meanwhile();
        aside = std::chrono::steady_clock::now() - began;
    }
    // With COMMIT under way nobody hangs up early: the outcome would be unknown.
    bool const commits = commands.back().kind == Command::Kind::kCommit;
    auto const patience = limit.count() > 0 && !commits
                              ? std::min(self.exchange_timeout, limit + kGrace)
                              : self.exchange_timeout;
    self.receive(commands, expected, outcome, started + aside + patience);
    if (outcome.failure && ended_by_deadline(*outcome.failure, commits)) {
        outcome.failure->error = deadline_error(name_of(commands.back()));
        outcome.failure->outcome_known = true;
    }
    std::chrono::duration<double> const took = std::chrono::steady_clock::now() - started - aside;
    self.measure(commands, took.count());
    return outcome;
}

}  // namespace musubi::pg
