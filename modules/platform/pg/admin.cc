#include "platform/pg/admin.h"

#include <libpq-fe.h>

#include <string_view>

namespace musubi::pg {
namespace {

void ignore_notice(void*, char const*) {}

std::string_view field(PGresult const* result, int which) {
    char const* const value = PQresultErrorField(result, which);
    return value ? std::string_view(value) : std::string_view();
}

Code code_of(std::string_view sqlstate) {
    bool const ours = sqlstate.starts_with("42") || sqlstate.starts_with("22") ||
                      sqlstate.starts_with("23") || sqlstate.starts_with("0A");
    return ours ? Code::kInternal : Code::kStorageUnavailable;
}

Result<TextTable> take(PGconn* handle, PGresult* raw) {
    std::unique_ptr<PGresult, void (*)(PGresult*)> const result(raw, PQclear);
    ExecStatusType const status = PQresultStatus(raw);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY) {
        std::string_view const state = field(raw, PG_DIAG_SQLSTATE);
        std::string detail = "sqlstate=" + std::string(state) + " " +
                             std::string(field(raw, PG_DIAG_MESSAGE_PRIMARY));
        if (auto const at = field(raw, PG_DIAG_STATEMENT_POSITION); !at.empty()) {
            detail += " at character " + std::string(at);
        }
        if (PQstatus(handle) != CONNECTION_OK) detail += " (connection lost)";
        return Error(code_of(state), std::move(detail));
    }
    TextTable rows(static_cast<std::size_t>(PQntuples(raw)));
    for (int r = 0; r < PQntuples(raw); ++r) {
        for (int c = 0; c < PQnfields(raw); ++c) {
            rows[static_cast<std::size_t>(r)].emplace_back(
                PQgetvalue(raw, r, c), static_cast<std::size_t>(PQgetlength(raw, r, c)));
        }
    }
    return rows;
}

}  // namespace

struct AdminSession::Impl {
    explicit Impl(PGconn* h) : handle(h) {}
    ~Impl() { PQfinish(handle); }
    Impl(Impl const&) = delete;
    Impl& operator=(Impl const&) = delete;
    PGconn* handle;
};

AdminSession::AdminSession(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AdminSession::AdminSession(AdminSession&&) noexcept = default;
AdminSession& AdminSession::operator=(AdminSession&&) noexcept = default;
AdminSession::~AdminSession() = default;

Result<AdminSession> AdminSession::open(std::string const& conninfo) {
    auto impl = std::make_unique<Impl>(PQconnectdb(conninfo.c_str()));
    if (PQstatus(impl->handle) != CONNECTION_OK) {
        std::string_view const message = PQerrorMessage(impl->handle);
        return Error(Code::kStorageUnavailable,
                     "database: " + std::string(message.substr(0, message.find('\n'))));
    }
    PQsetNoticeProcessor(impl->handle, ignore_notice, nullptr);
    PQsetClientEncoding(impl->handle, "UTF8");
    return AdminSession(std::move(impl));
}

Result<TextTable> AdminSession::exec(std::string const& script) {
    return take(impl_->handle, PQexec(impl_->handle, script.c_str()));
}

Result<TextTable> AdminSession::exec(std::string const& statement,
                                     std::vector<std::string> const& params) {
    std::vector<char const*> values;
    for (std::string const& param : params) values.push_back(param.c_str());
    return take(impl_->handle,
                PQexecParams(impl_->handle, statement.c_str(), static_cast<int>(values.size()),
                             nullptr, values.data(), nullptr, nullptr, 0));
}

bool AdminSession::in_transaction() const {
    return PQtransactionStatus(impl_->handle) == PQTRANS_INTRANS;
}

Result<std::vector<std::string>> connection_environment(std::string const& conninfo) {
    std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> const options(
        PQconninfoParse(conninfo.c_str(), nullptr), PQconninfoFree);
    if (!options) return Error(Code::kInvalidContent, "not a connection of a database");
    std::vector<std::string> out;
    for (PQconninfoOption const* option = options.get(); option->keyword; ++option) {
        if (option->val && option->envvar)
            out.push_back(std::string(option->envvar) + "=" + option->val);
    }
    return out;
}

Result<TextTable> run_script(std::string const& conninfo, std::string const& script) {
    AdminSession session = TRY(AdminSession::open(conninfo));
    return session.exec(script);
}

}  // namespace musubi::pg
