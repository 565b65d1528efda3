#include "platform/base/log.h"
#include "platform/pg/connection_impl.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <map>

namespace musubi::pg {
namespace {

using Clock = std::chrono::steady_clock;

void ignore_notice(void*, char const*) {}  // may quote values

std::string first_line(char const* text) {
    std::string_view const all = text ? text : "";
    return std::string(all.substr(0, all.find('\n')));
}

// The operator's settings win, except for those that our promises rest on.
Result<std::map<std::string, std::string>> settings_of(SessionConfig const& config) {
    std::map<std::string, std::string> settings{
        {"application_name", config.application_name},
        {"keepalives_idle", "10"},
        {"keepalives_interval", "5"},
        {"keepalives_count", "3"},
        {"tcp_user_timeout", std::to_string(config.statement_timeout.count() + 5'000)},
    };
    char* message = nullptr;
    PQconninfoOption* const options = PQconninfoParse(config.conninfo.c_str(), &message);
    if (!options) {
        PQfreemem(message);  // not shown: it may quote a password
        return Error(Code::kInvalidContent, "the database connection string cannot be parsed");
    }
    for (PQconninfoOption const* option = options; option->keyword; ++option) {
        if (option->val) settings[option->keyword] = option->val;
    }
    PQconninfoFree(options);
    settings["client_encoding"] = "UTF8";
    settings["options"] +=
        " -c statement_timeout=" + std::to_string(config.statement_timeout.count()) +
        " -c lock_timeout=" + std::to_string(config.lock_timeout.count()) +
        " -c idle_in_transaction_session_timeout=60000 -c TimeZone=UTC -c jit=off"
        // Our statements are shaped for one plan whatever their parameters are. Left to itself the
        // server plans a stored query anew each time, which costs more than running it.
        " -c plan_cache_mode=force_generic_plan"
        // That one plan may be made while a table is still empty, and must fit when it is not:
        // each statement has its index, and looks up row by row.
        " -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off";
    return settings;
}

bool finish_connecting(PGconn* handle, Clock::time_point deadline) {
    while (PQstatus(handle) != CONNECTION_BAD) {
        PostgresPollingStatusType const next = PQconnectPoll(handle);
        if (next == PGRES_POLLING_OK) return true;
        if (next == PGRES_POLLING_FAILED) return false;
        auto const left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0) return false;
        short const events = next == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        pollfd poll_for{PQsocket(handle), events, 0};
        int const ready = ::poll(&poll_for, 1, static_cast<int>(left));
        if (ready == 0 || (ready < 0 && errno != EINTR)) return false;
    }
    return false;
}

}  // namespace

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::~Connection() = default;
Connection::Impl::~Impl() { PQfinish(handle); }

Result<std::unique_ptr<Connection>> Connection::open(SessionConfig const& config) {
    auto const settings = TRY(settings_of(config));
    std::vector<char const*> keys;
    std::vector<char const*> values;
    for (auto const& [key, value] : settings) {
        keys.push_back(key.c_str());
        values.push_back(value.c_str());
    }
    keys.push_back(nullptr);
    values.push_back(nullptr);
    auto impl = std::make_unique<Impl>();
    impl->handle = PQconnectStartParams(keys.data(), values.data(), 0);
    if (!impl->handle)
        return Error(Code::kStorageUnavailable, "no memory for a database connection");
    // At once: a server that goes down while it is asked says so in a notice, which is not for
    // stderr.
    PQsetNoticeProcessor(impl->handle, ignore_notice, nullptr);
    if (!finish_connecting(impl->handle, Clock::now() + config.connect_timeout)) {
        std::string const why = first_line(PQerrorMessage(impl->handle));
        return Error(Code::kStorageUnavailable,
                     "database: " + (why.empty() ? "no answer in time" : why));
    }
    if (PQsetnonblocking(impl->handle, 1) != 0 || PQenterPipelineMode(impl->handle) != 1) {
        return Error(Code::kInternal, "the client library has no pipeline mode");
    }
    // The server ends a statement at its own time-out; whoever is silent for longer than that is
    // gone or frozen.
    impl->statement_timeout = config.statement_timeout;
    impl->exchange_timeout = config.statement_timeout + std::chrono::milliseconds(1000);
    return std::unique_ptr<Connection>(new Connection(std::move(impl)));
}

bool Connection::broken() const {
    return impl_->broken || PQstatus(impl_->handle) == CONNECTION_BAD;
}

bool Connection::went_away() {
    if (broken()) return true;
    pollfd poll_for{PQsocket(impl_->handle), POLLIN, 0};
    if (::poll(&poll_for, 1, 0) == 0) return false;
    // An idle session hears nothing but parameter changes; a farewell shows as a lost connection
    // after reading twice.
    for (int i = 0; i < 2; ++i) {
        if (PQconsumeInput(impl_->handle) != 1 || PQstatus(impl_->handle) == CONNECTION_BAD) {
            impl_->broken = true;
            return true;
        }
    }
    return false;
}

void Connection::Impl::measure(std::span<Command const> commands, double seconds) {
    static Histogram& pipelines = histogram("musubi_pg_pipeline_seconds");
    Command const* only = nullptr;
    std::size_t statements = 0;
    for (Command const& command : commands) {
        if (command.kind != Command::Kind::kExecute) continue;
        only = &command;
        ++statements;
    }
    if (statements != 1) {
        if (statements > 1) pipelines.observe(seconds);
        return;
    }
    Histogram*& found = histograms[only->statement.name];
    if (!found) {
        found = &histogram("musubi_pg_statement_seconds",
                           "statement=\"" + std::string(only->statement.name) + "\"");
    }
    found->observe(seconds);
}

}  // namespace musubi::pg
