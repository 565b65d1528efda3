#pragma once
// Rare work of operators, migrations and tests: a connection of its own, plain SQL scripts, text
// results, no pool and no time limit. Not for serving requests. Used by one thread at a time.

#include "platform/base/result.h"

#include <memory>
#include <string>
#include <vector>

namespace musubi::pg {

using TextTable = std::vector<std::vector<std::string>>;  ///< NULL reads as an empty string

class AdminSession {
public:
    static Result<AdminSession> open(std::string const& conninfo);
    AdminSession(AdminSession&&) noexcept;
    AdminSession& operator=(AdminSession&&) noexcept;
    ~AdminSession();

    /// One or several statements. Returns the rows of the last one. The error's detail carries the
    /// server's message and the position in the script.
    Result<TextTable> exec(std::string const& script);
    /// One statement with text parameters.
    Result<TextTable> exec(std::string const& statement, std::vector<std::string> const& params);
    bool in_transaction() const;  ///< inside one that has not failed

private:
    struct Impl;
    explicit AdminSession(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// The same connection as variables of the environment (NAME=value), for PostgreSQL's own programs:
/// a password must not stand among their arguments. Options that have no such variable stay out.
Result<std::vector<std::string>> connection_environment(std::string const& conninfo);

/// Connects, runs, closes.
Result<TextTable> run_script(std::string const& conninfo, std::string const& script);

}  // namespace musubi::pg
