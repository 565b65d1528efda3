#pragma once
// The inside of Connection, shared by connection.cc (exchanging) and connection_open.cc (opening).
// Internal.

#include "platform/base/metrics.h"
#include "platform/pg/connection.h"

#include <unordered_map>

struct pg_conn;
struct pg_result;

namespace musubi::pg {

struct Connection::Impl {
    /// One answer that the server owes: for the statement itself, or for its preparation.
    struct Expected {
        std::size_t index = 0;  ///< of the command
        std::string prepares;   ///< name of the prepared statement, or empty
        char const* sql = nullptr;
        bool aside = false;  ///< belongs to none of the commands
    };

    pg_conn* handle = nullptr;
    bool broken = false;
    std::chrono::milliseconds exchange_timeout{};
    std::chrono::milliseconds statement_timeout{};
    std::unordered_map<std::string, char const*> prepared;  ///< name -> our SQL
    std::unordered_map<char const*, Histogram*>
        histograms;  ///< by the address of the statement's name
    std::vector<char const*> values;
    std::vector<int> lengths;
    std::vector<int> formats;
    std::vector<unsigned> types;

    ~Impl();
    static Rows make_rows(void* result) { return Connection::make_rows(result); }
    bool send_plain(char const* sql);
    bool send_prepared(std::string const& name, Params const& params);
    bool send_prepare(std::string const& name, std::string const& sql, Params const& params);
    bool send_all(std::span<Command const> commands, std::chrono::milliseconds limit,
                  std::vector<Expected>& expected);
    bool send(Command const& command, std::size_t index, std::vector<Expected>& expected);
    /// What the request's deadline leaves for a statement, when that is less than the session's
    /// own limit; zero: nothing to tell the server; negative: the time is over.
    std::chrono::milliseconds limit_for(std::span<Command const> commands) const;
    std::optional<Error> refuse_locally(std::span<Command const> commands) const;
    bool wait(std::chrono::steady_clock::time_point deadline);  ///< false: the time is up
    Failure judge(pg_result const* result, Command const& command);
    Failure lost(Command const& command);
    void receive(std::span<Command const> commands, std::vector<Expected> const& expected,
                 Outcome& outcome, std::chrono::steady_clock::time_point deadline);
    void accept(pg_result* result, Command const& command, Expected const& expected,
                Outcome& outcome);
    void measure(std::span<Command const> commands, double seconds);
};

}  // namespace musubi::pg
