// Which of its questions a gateway lets go out (XCA, ITI TF-1 18; a declared disaster may close the
// gateways).

#include "unit/core/toy.h"
#include "xca/initiating.h"
#include "xca/trip.h"

#include <gtest/gtest.h>

namespace musubi::xca {
namespace {

class Nobody final : public core::FanOut {
public:
    void when_done(std::function<void()> done) override { done(); }
    std::vector<core::NeighbourReply>& replies() override { return replies_; }

private:
    std::vector<core::NeighbourReply> replies_ = std::vector<core::NeighbourReply>(1);
};

class Lines final : public core::FanOutPort {
public:
    std::vector<std::string> called;
    std::shared_ptr<core::FanOut> send(std::vector<core::NeighbourCall> calls,
                                       std::chrono::steady_clock::time_point) override {
        for (auto const& call : calls) called.push_back(call.call.url);
        return std::make_shared<Nobody>();
    }
};

class Departures : public ::testing::Test {
protected:
    Departures() {
        ports_.provide<core::PolicyPort>(agreement_);
        ports_.provide<core::FanOutPort>(lines_);
    }
    std::vector<std::string> sent() {
        domain::Subject const subject;
        std::string const nothing;
        core::CallContext const call{subject, nullptr, nothing, nothing, {}};
        Trip trip(ports_, call);
        trip.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(1);
        lines_.called.clear();
        for (Community const& community : communities_) {
            Leg& leg = trip.legs.emplace_back();
            leg.spec = &kSpec;
            leg.community = &community;
            leg.member = community.name;
            leg.url = community.query_url;
            EXPECT_TRUE(set_off(deps_, trip, leg, {.action = "urn:query"}, subject).ok());
            if (!leg.line) {
                EXPECT_EQ(answer_of(deps_, leg).error().code, Code::kPeerUnavailable);
            }
        }
        return lines_.called;
    }

    static Community community(std::string const& name, std::string const& home) {
        Community out;
        out.name = name;
        out.homes = {home};
        out.query_url = "https://" + name + "/";
        return out;
    }

    static inline core::TransactionSpec const kSpec{.id = "ITI-38",
                                                    .name = "Cross Gateway Query",
                                                    .event_id = domain::dcm("110112", "Query"),
                                                    .soap = {},
                                                    .hl7v2 = {}};
    std::vector<Community> const communities_ = {community("minami", "urn:oid:2.999.1.2"),
                                                 community("higashi", "urn:oid:2.999.1.3")};
    musubi::test::Gate agreement_;
    Lines lines_;
    core::Ports ports_;
    InitiatingDeps deps_{
        .ports = ports_, .clock = system_clock(), .ids = system_ids(), .home = "", .settings = {}};
};

using Strings = std::vector<std::string>;

TEST_F(Departures, GoToEveryCommunityThatTheAgreementNames) {
    EXPECT_EQ(sent(), (Strings{"https://minami/", "https://higashi/"}));
}

TEST_F(Departures, StayAtHomeWhileTheGatewaysAreClosed) {
    agreement_.open_gateways = false;
    EXPECT_EQ(sent(), Strings{});
    agreement_.open_gateways = true;
    EXPECT_EQ(sent().size(), 2U);
}

class Slow final : public core::Errand {
public:
    void when_done(std::function<void()> done) override { done_ = std::move(done); }
    void end() { std::exchange(done_, nullptr)(); }

private:
    std::function<void()> done_;
};

TEST(Arrivals, WakeWhoWaitsWithTheLastOrAtOnceWhereSomethingDependsOnIt) {
    auto const all = std::make_shared<Arrivals>();
    int woken = 0;
    auto const wait = [&] { all->when_done([&] { ++woken; }); };
    wait();
    EXPECT_EQ(woken, 1) << "nothing is under way";
    Slow slow, quick, further;
    all->add(slow, Arrivals::Wakes::kWithTheLast);
    auto const first = all->add(quick, Arrivals::Wakes::kAtOnce);
    wait();
    EXPECT_EQ(woken, 1);
    quick.end();
    EXPECT_EQ(woken, 2);
    EXPECT_TRUE(first->done);
    EXPECT_FALSE(all->all_done());
    all->add(further, Arrivals::Wakes::kWithTheLast);
    wait();
    slow.end();
    EXPECT_EQ(woken, 2);
    further.end();
    EXPECT_EQ(woken, 3);
    Slow late;
    all->add(late, Arrivals::Wakes::kAtOnce);
    late.end();
    wait();
    EXPECT_EQ(woken, 4) << "news from before the wait";
}

TEST_F(Departures, PassOverACommunityWhoseConnectionDoesNotLetThemOut) {
    agreement_.not_called = {"minami"};
    EXPECT_EQ(sent(), Strings{"https://higashi/"});
}

}  // namespace
}  // namespace musubi::xca
