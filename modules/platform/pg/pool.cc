#include "platform/pg/pool.h"

#include "platform/base/deadline.h"
#include "platform/base/ids.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "platform/pg/lease.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace musubi::pg {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kConnectPause{250};
constexpr Statement kPing{"pg.ping", "SELECT 1"};

std::string label_of(PoolConfig const& config) { return "pool=\"" + config.name + "\""; }

}  // namespace

class Pool::Core : public std::enable_shared_from_this<Pool::Core> {
public:
    explicit Core(PoolConfig config)
        : config_(std::move(config)),
          session_{config_.conninfo, config_.application_name, config_.connect_timeout,
                   config_.statement_timeout, config_.lock_timeout},
          in_use_gauge_(gauge("musubi_pg_pool_in_use", label_of(config_))),
          waits_(counter("musubi_pg_pool_waits_total", label_of(config_))),
          busy_(counter("musubi_pg_pool_busy_total", label_of(config_))),
          connect_errors_(counter("musubi_pg_connect_errors_total", label_of(config_))),
          broken_(counter("musubi_pg_broken_connections_total", label_of(config_))) {}

    Result<Lease> acquire() {
        if (RequestDeadline::passed()) return deadline_error("(none)");
        Clock::time_point const deadline =
            RequestDeadline::cap(Clock::now() + config_.acquire_timeout);
        std::unique_lock lock(mutex_);
        while (true) {
            if (!idle_.empty()) {
                std::unique_ptr<Connection> connection = std::move(idle_.back());
                idle_.pop_back();
                lock.unlock();
                if (!connection->went_away()) return lend(std::move(connection));
                broken_.add();
                connection.reset();
                lock.lock();
                forget_one();
                continue;
            }
            if (open_ < config_.size) return connect(lock);
            TRY(wait(lock, deadline));
        }
    }

    void give_back(std::unique_ptr<Connection> connection) {
        in_use_gauge_.add(-1);
        bool const broken = connection->broken();
        if (broken) {
            broken_.add();
            connection.reset();
        }
        std::lock_guard const lock(mutex_);
        if (broken) {
            forget_one();
            return;
        }
        idle_.push_back(std::move(connection));
        freed_.notify_one();
    }

    PoolState state() const {
        std::lock_guard const lock(mutex_);
        int const idle = static_cast<int>(idle_.size());
        return {open_ - idle, idle, waiting_};
    }

private:
    Lease lend(std::unique_ptr<Connection> connection) {
        in_use_gauge_.add(1);
        return {shared_from_this(), std::move(connection)};
    }

    void forget_one() {
        --open_;
        freed_.notify_one();
    }

    Status wait(std::unique_lock<std::mutex>& lock, Clock::time_point deadline) {
        waits_.add();
        ++waiting_;
        bool const free = freed_.wait_until(
            lock, deadline, [this] { return !idle_.empty() || open_ < config_.size; });
        --waiting_;
        if (free) return {};
        busy_.add();
        return Error(Code::kBusy, "no database connection became free in time");
    }

    // Connecting happens outside the lock; the place in `open_` is taken first, so that the bound
    // holds.
    Result<Lease> connect(std::unique_lock<std::mutex>& lock) {
        if (Clock::now() < next_connect_)
            return Error(Code::kStorageUnavailable, last_connect_error_);
        ++open_;
        lock.unlock();
        Result<std::unique_ptr<Connection>> connection = Connection::open(session_);
        if (connection) return lend(std::move(*connection));
        connect_errors_.add();
        lock.lock();
        forget_one();
        if (Clock::now() >= next_connect_) {
            log_error("pg.connect_failed",
                      {{"pool", config_.name}, {"cause", connection.error().detail}});
        }
        next_connect_ = Clock::now() + kConnectPause;
        last_connect_error_ = connection.error().detail;
        return std::move(connection).error();
    }

    PoolConfig const config_;
    SessionConfig const session_;
    Gauge& in_use_gauge_;
    Counter& waits_;
    Counter& busy_;
    Counter& connect_errors_;
    Counter& broken_;

    mutable std::mutex mutex_;
    std::condition_variable freed_;
    std::vector<std::unique_ptr<Connection>> idle_;
    int open_ = 0;  ///< idle, lent, and being made
    int waiting_ = 0;
    Clock::time_point next_connect_{};
    std::string last_connect_error_;
};

Lease::~Lease() {
    if (connection_) core_->give_back(std::move(connection_));
}

Pool::Pool(PoolConfig config) : core_(std::make_shared<Core>(std::move(config))) {}
Pool::~Pool() = default;

Result<ReadTx> Pool::read_tx() { return ReadTx(TRY(core_->acquire())); }

Result<Tx> Pool::begin(Isolation isolation) { return Tx(TRY(core_->acquire()), isolation); }

Status Pool::ping() {
    ReadTx tx = TRY(read_tx());
    TRY(tx.exec(kPing));
    return {};
}

PoolState Pool::state() const { return core_->state(); }

void Pool::pause_before_rerun(int attempt) {
    static Counter& reruns = counter("musubi_pg_reruns_total");
    reruns.add();
    std::uint8_t random = 0;
    system_ids().random(&random, 1);
    // 2, 4, 8 ... ms with half of it left to chance, so that two rivals do not meet again.
    std::int64_t const base_us = std::int64_t{1000} << attempt;
    std::this_thread::sleep_for(std::chrono::microseconds(base_us / 2 + base_us * random / 512));
}

}  // namespace musubi::pg
