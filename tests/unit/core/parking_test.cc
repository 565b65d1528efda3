// A transaction that waits for neighbours: parked between its decision and its answer, recorded
// whatever becomes of it.
#include "unit/core/toy.h"

#include "platform/base/log.h"
#include "platform/base/metrics.h"

#include <gtest/gtest.h>

#include <semaphore>
#include <thread>

namespace musubi::core {
namespace {

using Wire = std::string;
using Plain = test::Toy<test::ToyKind::kRead>;

/// Done when the test says so.
class Wait final : public Errand {
public:
    void when_done(std::function<void()> done) override {
        if (over_) return done();
        done_ = std::move(done);
    }
    void finish() {
        over_ = true;
        if (done_) std::exchange(done_, nullptr)();
    }

private:
    bool over_ = false;
    std::function<void()> done_;
};

/// Sets out as often as there are waits, then answers with what it noted.
struct Traveller : Plain {
    static Result<std::shared_ptr<Errand>> set_out(Deps& deps, Authorized<Request> const& request) {
        TRY(deps.pass("set_out"));
        if (!request.notes().has_value()) request.notes() = std::string();
        auto& notes = std::any_cast<std::string&>(request.notes());
        if (notes.size() == waits.size()) return std::shared_ptr<Errand>();
        notes += 'w';
        return std::shared_ptr<Errand>(waits[notes.size() - 1]);
    }
    static Result<Response> handle(Deps& deps, Authorized<Request> const& request) {
        TRY(deps.pass("handle"));
        return std::any_cast<std::string&>(request.notes());
    }
    static inline std::vector<std::shared_ptr<Wait>> waits;
};

class Parking : public ::testing::Test {
protected:
    Parking() {
        set_log_sink([](LogLevel, std::string const&) {});
        Traveller::waits = {std::make_shared<Wait>(), std::make_shared<Wait>()};
        subject_.member = test::toy_member();
    }
    ~Parking() override { set_log_sink({}); }

    Wire const wire_;
    test::ToyDeps deps_;
    test::Gate gate_;
    test::Ledger ledger_;
    Ports ports_;
    pg::Pool pool_{pg::PoolConfig{}};
    Pipeline pipeline_{
        (ports_.provide<PolicyPort>(gate_), ports_.provide<AuditPort>(ledger_), ports_), pool_,
        system_clock(), PipelineSettings{"node-a", "region-a"}};
    Definition const definition_ = define<Traveller>(deps_);
    PeerConnection const peer_ = test::toy_peer();
    domain::Subject subject_;
    Inbound const inbound_{subject_,
                           &peer_,
                           "https://node/toy",
                           "",
                           "m1",
                           "trace-1",
                           WireRef::of(wire_),
                           std::chrono::steady_clock::now() + std::chrono::seconds(10)};
};

TEST_F(Parking, TheRequestGoesOnWhenItsErrandIsDone) {
    Started started = pipeline_.start(definition_, inbound_);
    ASSERT_FALSE(started.outbound);
    ASSERT_TRUE(started.parked);
    EXPECT_EQ(gauge("musubi_requests_parked").value(), 1);
    EXPECT_TRUE(ledger_.events.empty()) << "nothing was told so far";
    EXPECT_EQ(gate_.asked, 1);
    bool told = false;
    started.parked->errand().when_done([&] { told = true; });
    EXPECT_FALSE(told);
    Traveller::waits[0]->finish();
    EXPECT_TRUE(told);
    EXPECT_FALSE(started.parked->go_on()) << "it set out again";
    Traveller::waits[1]->finish();
    auto const outbound = started.parked->go_on();
    ASSERT_TRUE(outbound);
    EXPECT_TRUE(outbound->success);
    EXPECT_EQ(std::any_cast<std::string>(outbound->reply), "ww");
    EXPECT_EQ(gate_.asked, 1) << "decided once";
    ASSERT_EQ(ledger_.events.size(), 1U);
    EXPECT_EQ(ledger_.events[0].outcome, domain::AuditOutcome::kSuccess);
    started.parked.reset();
    EXPECT_EQ(gauge("musubi_requests_parked").value(), 0);
    EXPECT_EQ(ledger_.events.size(), 1U);
}

TEST_F(Parking, WhoCannotParkWaitsInItsThread) {
    std::thread neighbour([waits = Traveller::waits] {
        for (auto const& wait : waits) wait->finish();
    });
    neighbour.join();
    EXPECT_EQ(std::any_cast<std::string>(pipeline_.run(definition_, inbound_).reply), "ww");
}

TEST_F(Parking, ARunThatIsLetGoOfIsRecordedAsAFailure) {
    pipeline_.start(definition_, inbound_).parked.reset();
    ASSERT_EQ(ledger_.events.size(), 1U);
    EXPECT_EQ(ledger_.events[0].outcome, domain::AuditOutcome::kSeriousFailure);
    EXPECT_EQ(deps_.order.back(), "audit") << "never handled";
}

TEST_F(Parking, ADenialOrAFailureToSetOutIsAnsweredAtOnce) {
    deps_.failing.emplace("set_out", Error(Code::kBusy, "no"));
    Started failed = pipeline_.start(definition_, inbound_);
    ASSERT_TRUE(failed.outbound);
    EXPECT_FALSE(failed.outbound->success);
    deps_.failing.clear();
    gate_.answer = [] { return Decision{}; };
    deps_.order.clear();
    Started denied = pipeline_.start(definition_, inbound_);
    ASSERT_TRUE(denied.outbound);
    EXPECT_FALSE(denied.outbound->success);
    EXPECT_EQ(std::count(deps_.order.begin(), deps_.order.end(), "set_out"), 0)
        << "nobody sets out without a permit";
    EXPECT_EQ(ledger_.events.size(), 2U);
}

TEST_F(Parking, WithoutARecordNothingLeaves) {
    for (auto const& wait : Traveller::waits) wait->finish();
    ledger_.broken = 2;
    auto const outbound = pipeline_.run(definition_, inbound_);
    EXPECT_FALSE(outbound.success);
}

}  // namespace
}  // namespace musubi::core
