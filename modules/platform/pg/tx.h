#pragma once
// The two ways to talk to the database. Different types, so that a store's signature tells whether
// it can write. Both hold one connection until destroyed. Movable; used by one thread at a time.
// Errors: errors.h.

#include "platform/base/result.h"
#include "platform/pg/errors.h"
#include "platform/pg/params.h"
#include "platform/pg/rows.h"
#include "platform/pg/statement.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace musubi::pg {

class Lease;

/// Single statements, each seeing the newest committed state, without BEGIN and COMMIT: one round
/// trip each.
class ReadTx {
public:
    explicit ReadTx(Lease lease);
    ReadTx(ReadTx&&) noexcept;
    ReadTx& operator=(ReadTx&&) noexcept;
    ~ReadTx();

    Result<Rows> exec(Statement const& statement, Params const& params = {});

private:
    std::unique_ptr<Lease> lease_;
};

/// How the transaction sees others. Invariants rest on constraints and row locks; the stricter
/// levels are for reports.
enum class Isolation : std::uint8_t { kReadCommitted, kRepeatableRead, kSerializable };

/// Who holds it may commit a transaction whose commit was reserved. Made by Tx::reserve_commit()
/// alone.
class CommitRight {
public:
    CommitRight(CommitRight&&) = default;
    CommitRight& operator=(CommitRight&&) = default;

private:
    friend class Tx;
    CommitRight() = default;
};

/// A read-write transaction. Nothing is sent before the first exec() or commit(); BEGIN travels
/// with it. After an error nothing more is accepted. Destroyed without commit(): rolled back.
class Tx {
public:
    Tx(Lease lease, Isolation isolation);
    Tx(Tx&&) noexcept;
    Tx& operator=(Tx&&) noexcept;
    ~Tx();

    /// Executes now, behind whatever was queued: one round trip.
    Result<Rows> exec(Statement const& statement, Params const& params = {});

    /// Executes at the next exec() or commit(), whose result then tells. With `expected_rows` the
    /// transaction fails (is_row_count_missed) when the statement touches another number of rows;
    /// such a statement is an INSERT, UPDATE or DELETE without RETURNING.
    void queue(Statement const& statement, Params params,
               std::optional<std::int32_t> expected_rows = std::nullopt);

    /// Runs `work` once, on this thread, while the server is busy with the next exec(): for what
    /// takes its time elsewhere, as a disk does. It must not throw or use this transaction. Never
    /// run by commit(): without an exec() before it, it does not happen. An empty one takes it
    /// back.
    void meanwhile(std::function<void()> work);

    /// Sends all that was queued and COMMIT in one round trip. Success means that the server
    /// confirmed the COMMIT. A connection lost on the way gives is_commit_unknown(). A transaction
    /// without any statement costs nothing.
    Status commit();
    /// Takes the right to commit away from everybody who merely has the Tx: commit() then fails
    /// with kInternal and nothing is done. For transactions whose end has a condition that others
    /// must not be able to skip.
    CommitRight reserve_commit();
    Status commit(CommitRight const& right);

    void rollback();  ///< at most one round trip; nothing is left to do for the destructor
    bool finished() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace musubi::pg
