// Which of its questions a gateway lets go out (XCA, ITI TF-1 18; a declared disaster may close the
// gateways).

#include "unit/core/toy.h"
#include "xca/initiating.h"

#include <gtest/gtest.h>

namespace musubi::xca {
namespace {

class Nobody final : public core::FanOut {
public:
    void when_done(std::function<void()> done) override { done(); }
    std::vector<core::NeighbourReply>& replies() override { return replies_; }

private:
    std::vector<core::NeighbourReply> replies_;
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
        Trip trip;
        std::vector<core::NeighbourCall> calls;
        for (Community const& community : communities_) {
            Leg leg;
            leg.community = &community;
            leg.member = community.name;
            trip.legs.push_back(leg);
            calls.emplace_back().call.url = community.query_url;
        }
        lines_.called.clear();
        set_off(deps_, trip, std::move(calls), "ITI-38", std::chrono::seconds(1));
        for (Leg const& leg : trip.legs) {
            if (!leg.call) {
                EXPECT_EQ(answer_of(deps_, trip, leg).error().code, Code::kPeerUnavailable);
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

TEST_F(Departures, PassOverACommunityWhoseConnectionDoesNotLetThemOut) {
    agreement_.not_called = {"minami"};
    EXPECT_EQ(sent(), Strings{"https://higashi/"});
}

}  // namespace
}  // namespace musubi::xca
