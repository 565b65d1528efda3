#include "platform/pg/tx.h"

#include "platform/base/fault.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "platform/pg/lease.h"

#include <utility>

namespace musubi::pg {
namespace {

Command::Kind begin_of(Isolation isolation) {
    switch (isolation) {
        case Isolation::kReadCommitted: return Command::Kind::kBegin;
        case Isolation::kRepeatableRead: return Command::Kind::kBeginRepeatableRead;
        case Isolation::kSerializable: return Command::Kind::kBeginSerializable;
    }
    return Command::Kind::kBegin;
}

Command plain(Command::Kind kind) {
    Command command;
    command.kind = kind;
    return command;
}

Error unknown_commit(Error const& cause) {
    static Counter& unknown = counter("musubi_pg_commit_unknown_total");
    unknown.add();
    log_warning("pg.commit_unknown", {{"cause", cause.detail}});
    return {Code::kStorageUnavailable, kReasonCommitUnknown,
            "outcome of COMMIT unknown: " + cause.detail};
}

}  // namespace

ReadTx::ReadTx(Lease lease) : lease_(std::make_unique<Lease>(std::move(lease))) {}
ReadTx::ReadTx(ReadTx&&) noexcept = default;
ReadTx& ReadTx::operator=(ReadTx&&) noexcept = default;
ReadTx::~ReadTx() = default;

Result<Rows> ReadTx::exec(Statement const& statement, Params const& params) {
    Command const command{Command::Kind::kExecute, statement, params, std::nullopt};
    Outcome outcome = (*lease_)->exchange({&command, 1});
    if (outcome.failure) return std::move(outcome.failure->error);
    return std::move(outcome.rows.back());
}

struct Tx::State {
    State(Lease l, Isolation i) : lease(std::move(l)), isolation(i) {}
    ~State() { roll_back(); }

    Lease lease;
    Isolation isolation;
    std::vector<Command> pending;
    std::function<void()> aside;  ///< see Tx::meanwhile()
    std::optional<Error> failed;  ///< what every later call answers
    bool begun = false;           ///< BEGIN was sent
    bool done = false;
    bool commit_reserved = false;

    void add(Command command) {
        if (!begun && pending.empty()) pending.push_back(plain(begin_of(isolation)));
        pending.push_back(std::move(command));
    }

    Outcome flush(std::function<void()> const& meanwhile = {}) {
        begun = true;
        Outcome outcome = lease->exchange(pending, meanwhile);
        pending.clear();
        if (outcome.failure) failed = outcome.failure->error;
        return outcome;
    }

    void roll_back() {
        if (done) return;
        done = true;
        pending.clear();
        if (!begun || lease->broken()) return;
        Command const rollback = plain(Command::Kind::kRollback);
        Outcome const outcome = lease->exchange({&rollback, 1});
        if (outcome.failure)
            log_warning("pg.rollback_failed", {{"cause", outcome.failure->error.detail}});
    }
};

Tx::Tx(Lease lease, Isolation isolation)
    : state_(std::make_unique<State>(std::move(lease), isolation)) {}
Tx::Tx(Tx&&) noexcept = default;
Tx& Tx::operator=(Tx&&) noexcept = default;
Tx::~Tx() = default;

bool Tx::finished() const { return state_->done; }
void Tx::rollback() { state_->roll_back(); }

Result<Rows> Tx::exec(Statement const& statement, Params const& params) {
    State& self = *state_;
    if (self.failed) return *self.failed;
    if (self.done) return Error(Code::kInternal, "statement in a finished transaction");
    self.add({Command::Kind::kExecute, statement, params, std::nullopt});
    Outcome outcome = self.flush(std::exchange(self.aside, nullptr));
    if (outcome.failure) return std::move(outcome.failure->error);
    return std::move(outcome.rows.back());
}

void Tx::queue(Statement const& statement, Params params,
               std::optional<std::int32_t> expected_rows) {
    State& self = *state_;
    if (self.done && !self.failed)
        self.failed = Error(Code::kInternal, "statement in a finished transaction");
    if (self.failed) return;
    self.add({Command::Kind::kExecute, statement, std::move(params), expected_rows});
}

void Tx::meanwhile(std::function<void()> work) { state_->aside = std::move(work); }

CommitRight Tx::reserve_commit() {
    state_->commit_reserved = true;
    return CommitRight();
}

Status Tx::commit() {
    if (!state_->commit_reserved) return commit(CommitRight());
    state_->roll_back();
    return Error(Code::kInternal, "the right to commit this transaction is somebody else's");
}

Status Tx::commit(CommitRight const&) {
    State& self = *state_;
    if (self.failed) {
        Error const error = *self.failed;
        self.roll_back();
        return error;
    }
    if (self.done) return Error(Code::kInternal, "transaction finished twice");
    TRY(FAULT("pg.before_commit"));
    if (!self.begun && self.pending.empty()) {
        self.done = true;
        return {};
    }
    self.pending.push_back(plain(Command::Kind::kCommit));
    Outcome outcome = self.flush();
    if (!outcome.failure) {
        self.done = true;
        if (Status after = FAULT("pg.after_commit"); !after) return unknown_commit(after.error());
        return {};
    }
    if (!outcome.failure->outcome_known) {
        self.done = true;
        self.failed = unknown_commit(outcome.failure->error);
        return *self.failed;
    }
    self.roll_back();
    return std::move(outcome.failure->error);
}

}  // namespace musubi::pg
