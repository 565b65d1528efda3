#pragma once
// A bounded set of database connections: the real limit of what the node does at once.
//
//   Result<Outcome> done = pool.run([&](pg::Tx& tx) -> Result<Outcome> { ... return outcome; });
//   Result<int> count = pool.read([&](pg::ReadTx& tx) -> Result<int> { ... });
//
// Thread-safe. Transactions taken from it may outlive it. A connection that broke is thrown away,
// never repaired inside a transaction; the next caller makes a new one, so the pool is well again
// as soon as the database is (for 250 ms after a failed attempt it answers with that failure).
// Errors: errors.h.

#include "platform/pg/tx.h"

#include <chrono>
#include <memory>
#include <string>
#include <type_traits>

namespace musubi::pg {

struct PoolConfig {
    std::string name = "main";                         ///< label in the metrics
    std::string conninfo;                              ///< keyword form or URI
    int size = 16;                                     ///< connections at most
    std::chrono::milliseconds acquire_timeout{2'000};  ///< then kBusy
    std::chrono::milliseconds connect_timeout{2'000};  ///< then kStorageUnavailable
    /// Enforced by the server, and by us one second later.
    std::chrono::milliseconds statement_timeout{10'000};
    std::chrono::milliseconds lock_timeout{5'000};  ///< then kBusy
    std::string application_name = "musubi";
};

struct PoolState {
    int in_use = 0;
    int idle = 0;
    int waiting = 0;
};

class Pool {
public:
    explicit Pool(PoolConfig config);  ///< connects to nothing yet
    ~Pool();
    Pool(Pool const&) = delete;
    Pool& operator=(Pool const&) = delete;

    Result<ReadTx> read_tx();
    Result<Tx> begin(Isolation isolation = Isolation::kReadCommitted);

    /// Runs `fn(Tx&) -> Result<T>` and commits when it succeeded. Serialisation failures and
    /// deadlocks run it again (five times at most, after a short random pause), so `fn` must have
    /// no effect besides the transaction. An unknown outcome of COMMIT is returned, never repeated.
    template <class Fn>
    auto run(Fn&& fn, Isolation isolation = Isolation::kReadCommitted)
        -> std::invoke_result_t<Fn&, Tx&> {
        for (int attempt = 1;; ++attempt) {
            auto result = run_once(fn, isolation);
            if (result.ok() || !is_rerunnable(result.error())) return result;
            if (attempt == kMaxRuns) {
                result.error().reason = kNoReason;  // for the caller it is just busy
                return result;
            }
            pause_before_rerun(attempt);
        }
    }

    /// Runs `fn(ReadTx&) -> Result<T>` once.
    template <class Fn>
    auto read(Fn&& fn) -> std::invoke_result_t<Fn&, ReadTx&> {
        Result<ReadTx> tx = read_tx();
        if (!tx) return std::move(tx).error();
        return fn(*tx);
    }

    Status ping();  ///< one round trip, for the health report
    PoolState state() const;

    class Core;

private:
    static constexpr int kMaxRuns = 6;

    template <class Fn>
    auto run_once(Fn& fn, Isolation isolation) -> std::invoke_result_t<Fn&, Tx&> {
        Result<Tx> tx = begin(isolation);
        if (!tx) return std::move(tx).error();
        auto result = fn(*tx);
        if (!result.ok()) return result;
        if (Status committed = tx->commit(); !committed) return std::move(committed).error();
        return result;
    }
    static void pause_before_rerun(int attempt);

    std::shared_ptr<Core> core_;
};

}  // namespace musubi::pg
