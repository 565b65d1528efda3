#pragma once
// One connection to the server, always in the client library's pipeline mode. Internal to this
// room: everything else goes through Pool, ReadTx and Tx. Used by one thread at a time.

#include "platform/pg/errors.h"
#include "platform/pg/params.h"
#include "platform/pg/rows.h"
#include "platform/pg/statement.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace musubi::pg {

struct SessionConfig {
    std::string conninfo;  ///< keyword form or URI
    std::string application_name;
    std::chrono::milliseconds connect_timeout{2000};
    std::chrono::milliseconds statement_timeout{10'000};
    std::chrono::milliseconds lock_timeout{5'000};
};

/// One step of an exchange: a transaction command or a statement with its parameters.
struct Command {
    enum class Kind : std::uint8_t {
        kBegin,
        kBeginRepeatableRead,
        kBeginSerializable,
        kCommit,
        kRollback,
        kExecute
    };
    Kind kind = Kind::kExecute;
    Statement statement{"", ""};
    Params params;
    std::optional<std::int32_t> expected_rows;
};

struct Failure {
    Error error;
    bool outcome_known =
        true;  ///< false: the last command was COMMIT and nobody knows whether it happened
};

struct Outcome {
    std::vector<Rows> rows;  ///< one for each command that succeeded, in order
    std::optional<Failure> failure;
};

class Connection {
public:
    static Result<std::unique_ptr<Connection>> open(SessionConfig const& config);
    ~Connection();
    Connection(Connection const&) = delete;
    Connection& operator=(Connection const&) = delete;

    /// Sends all commands at once and waits for their answers: one round trip, statements that are
    /// new to this connection being prepared on the way. The server skips what follows a failed
    /// command. `meanwhile` runs on this thread while the server works, once everything was sent.
    Outcome exchange(std::span<Command const> commands,
                     std::function<void()> const& meanwhile = {});

    bool broken() const;  ///< must not be used again
    /// What the socket tells without asking the server: it hung up, or said something nobody asked
    /// for.
    bool went_away();

private:
    struct Impl;
    explicit Connection(std::unique_ptr<Impl> impl);
    static Rows make_rows(void* result) { return Rows(result); }
    std::unique_ptr<Impl> impl_;
};

}  // namespace musubi::pg
