// A call of the node to itself that waits: decided with the caller's answer, recorded whatever
// becomes of it, in the name of who asked.
#include "unit/core/toy.h"

#include "core/inner_run.h"
#include "platform/base/log.h"

#include <gtest/gtest.h>

namespace musubi::core {
namespace {

using Plain = test::Toy<test::ToyKind::kRead>;

class Wait final : public Errand {
public:
    void when_done(std::function<void()> done) override { done(); }
};

/// Sets out once, then answers.
struct Source : Plain {
    static Result<std::shared_ptr<Errand>> set_out(Deps& deps, Authorized<Request> const& request) {
        TRY(deps.pass("set_out"));
        if (request.notes().has_value()) return std::shared_ptr<Errand>();
        request.notes() = true;
        return std::shared_ptr<Errand>(std::make_shared<Wait>());
    }
};

class InnerCall : public ::testing::Test {
protected:
    InnerCall() {
        set_log_sink([](LogLevel, std::string const&) {});
        subject_.member = test::toy_member();
    }
    ~InnerCall() override { set_log_sink({}); }
    Result<std::unique_ptr<InnerRun>> start() {
        return InnerRun::start<Source>(pipeline_, definition_, call_, Source::Request());
    }

    test::ToyDeps deps_;
    test::Gate gate_;
    test::Ledger ledger_;
    Ports ports_;
    pg::Pool pool_{pg::PoolConfig{}};
    Pipeline pipeline_{
        (ports_.provide<PolicyPort>(gate_), ports_.provide<AuditPort>(ledger_), ports_), pool_,
        system_clock(), PipelineSettings{"node-a", "region-a"}};
    Definition const definition_ = define<Source>(deps_);
    domain::Subject subject_;
    std::string const trace_ = "trace-1", endpoint_ = "https://node/gateway";
    CallContext const call_{subject_, nullptr, trace_, endpoint_,
                            std::chrono::steady_clock::now() + std::chrono::seconds(10)};
};

TEST_F(InnerCall, IsDecidedAtTheStartAndRecordedAtItsEnd) {
    auto inner = start();
    ASSERT_TRUE(inner.ok());
    EXPECT_NE((*inner)->errand(), nullptr);
    EXPECT_EQ(gate_.asked, 1);
    EXPECT_TRUE(ledger_.events.empty());
    auto const answer = (*inner)->finish<Source>(call_);
    ASSERT_TRUE(answer.ok());
    ASSERT_EQ(ledger_.events.size(), 1U);
    EXPECT_EQ(ledger_.events[0].outcome, domain::AuditOutcome::kSuccess);
    EXPECT_EQ(ledger_.events[0].trace, trace_);
    // From the caller's door to the transaction's own.
    ASSERT_EQ(ledger_.events[0].participants.size(), 2U);
    EXPECT_EQ(ledger_.events[0].participants[0].user_id, endpoint_);
    EXPECT_EQ(ledger_.events[0].participants[1].user_id, "https://node/toy");
    inner->reset();
    EXPECT_EQ(ledger_.events.size(), 1U);
}

TEST_F(InnerCall, ThatIsLetGoOfIsRecordedAsAFailure) {
    start()->reset();
    ASSERT_EQ(ledger_.events.size(), 1U);
    EXPECT_EQ(ledger_.events[0].outcome, domain::AuditOutcome::kSeriousFailure);
}

TEST_F(InnerCall, ADenialIsToldAndRecordedAtOnce) {
    gate_.answer = [] { return Decision{}; };
    auto const inner = start();
    ASSERT_FALSE(inner.ok());
    EXPECT_EQ(inner.error().code, Code::kDenied);
    EXPECT_EQ(ledger_.events.size(), 1U);
    EXPECT_EQ(std::count(deps_.order.begin(), deps_.order.end(), "set_out"), 0);
}

TEST_F(InnerCall, WithoutARecordThereIsNoAnswer) {
    auto inner = start();
    ASSERT_TRUE(inner.ok());
    ledger_.broken = 2;
    EXPECT_FALSE((*inner)->finish<Source>(call_).ok());
}

}  // namespace
}  // namespace musubi::core
