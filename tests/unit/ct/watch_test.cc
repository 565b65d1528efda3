// ITI-1 Maintain Time: the judgement on our clock.
#include "ct/watch.h"
#include "ct/monitor.h"

#include <gtest/gtest.h>

namespace musubi::ct {
namespace {

using namespace std::chrono_literals;

core::TimeAnswer answer(Microseconds offset, Microseconds round_trip = 1ms) {
    return {offset, round_trip, 2};
}

class WatchTest : public ::testing::Test {
protected:
    SteadyTime const start{1'000s};
    Watch watch{Limits{}, start};
};

TEST_F(WatchTest, IsUnknownUntilSomebodyAnswers) {
    EXPECT_EQ(watch.state(start), State::kUnknown);
    EXPECT_FALSE(watch.may_stamp(start));
    watch.answered("a", answer(3ms), start);
    EXPECT_EQ(watch.state(start), State::kGood);
    EXPECT_TRUE(watch.may_stamp(start));
}

TEST_F(WatchTest, EachThresholdCountsAtItsEdgeAndInBothDirections) {
    for (auto const sign : {1, -1}) {
        auto const judged = [&](Microseconds offset) {
            Watch one{Limits{}, start};
            one.answered("a", answer(offset * sign), start);
            return std::pair(one.state(start), one.may_stamp(start));
        };
        EXPECT_EQ(judged(100ms), std::pair(State::kGood, true));
        EXPECT_EQ(judged(100'001us), std::pair(State::kWarning, true));
        EXPECT_EQ(judged(500ms), std::pair(State::kWarning, true));
        EXPECT_EQ(judged(500'001us), std::pair(State::kAlarm, true));
        EXPECT_EQ(judged(999'999us), std::pair(State::kAlarm, true));
        EXPECT_EQ(judged(1s), std::pair(State::kAlarm, false));
    }
}

TEST_F(WatchTest, OneServerThatLiesDoesNotDecide) {
    watch.answered("a", answer(1ms), start);
    watch.answered("b", answer(3'600s), start);
    watch.answered("c", answer(2ms), start);
    EXPECT_EQ(watch.offset(), Microseconds(2ms));
    EXPECT_EQ(watch.state(start), State::kGood);
}

TEST_F(WatchTest, TheAnswerWithTheShortestWayAmongTheNewestEightCounts) {
    watch.answered("a", answer(5ms, 1ms), start);
    watch.answered("a", answer(90ms, 200ms), start);
    EXPECT_EQ(watch.offset(), Microseconds(5ms));
    for (int i = 0; i < 7; ++i) watch.answered("a", answer(90ms, 200ms), start);
    EXPECT_EQ(watch.offset(), Microseconds(90ms));
}

TEST_F(WatchTest, SilenceIsLostOnlyAfterAWhile) {
    watch.answered("a", answer(1ms), start);
    watch.silent("a");
    EXPECT_EQ(watch.state(start + 1s), State::kWarning);
    EXPECT_FALSE(watch.may_stamp(start + 1s));
    EXPECT_EQ(watch.state(start + 900s), State::kWarning);
    EXPECT_EQ(watch.state(start + 901s), State::kLost);
    Watch never{Limits{}, start};
    EXPECT_EQ(never.state(start + 901s), State::kLost);
}

TEST_F(WatchTest, AJumpOfTheWallClockIsSeenAndMakesOlderAnswersWorthless) {
    std::chrono::system_clock::time_point const wall{1'795'000'000s};
    watch.answered("a", answer(1ms), start);
    EXPECT_FALSE(watch.step(wall, start));
    EXPECT_FALSE(watch.step(wall + 1s, start + 1s));
    EXPECT_FALSE(watch.step(wall + 2'400ms, start + 2s));  // drift, or a slew
    EXPECT_TRUE(watch.may_stamp(start + 2s));
    EXPECT_EQ(watch.step(wall + 63'400ms, start + 3s), Microseconds(60s));
    EXPECT_FALSE(watch.may_stamp(start + 3s));
    EXPECT_EQ(watch.step(wall + 4s, start + 4s), Microseconds(-60'400ms));
}

/// Both clocks as the test sets them.
class TestClock final : public Clock {
public:
    WallTime now() const override { return wall; }
    SteadyTime monotonic() const override { return steady; }
    void pass(std::chrono::seconds time) {
        wall += time;
        steady += time;
    }
    WallTime wall{1'795'000'000s};
    SteadyTime steady{1'000s};
};

class TestServers final : public core::TimeProbePort {
public:
    Result<core::TimeAnswer> ask(std::string const& host, std::uint16_t,
                                 std::chrono::milliseconds) override {
        if (away) return Error(Code::kPeerUnavailable, host);
        return answer(offset);
    }
    bool away = false;
    Microseconds offset{0};
};

class MonitorTest : public ::testing::Test {
protected:
    MonitorTest() {
        MonitorSettings settings;
        settings.servers = *read_servers({"one", "two:1123"});
        monitor.emplace(servers, clock, settings, [this](ClockEvent const& event) -> Status {
            if (trail_down) return Error(Code::kStorageUnavailable, "down");
            told += (event.alarm ? "!" : "") + event.text + "; ";
            return {};
        });
    }
    void round() {
        monitor->round();
        monitor->look();
    }
    TestClock clock;
    TestServers servers;
    std::optional<Monitor> monitor;
    std::string told;
    bool trail_down = false;
};

TEST_F(MonitorTest, LossAndReturnGoOnRecordOnceEach) {
    round();
    EXPECT_EQ(told, "");
    servers.offset = 700ms;
    clock.pass(1s);
    for (int i = 0; i < 9; ++i) round();  // the old answers are no longer among the newest
    EXPECT_EQ(told, "!the clock is off by 700 ms; ");
    EXPECT_EQ(monitor->describe(), "the clock is off by 700 ms");
    servers.offset = 10ms;
    for (int i = 0; i < 9; ++i) round();
    EXPECT_EQ(told, "!the clock is off by 700 ms; the clock is synchronised again; ");
    servers.away = true;
    told.clear();
    clock.pass(901s);
    round();
    round();
    EXPECT_EQ(told, "!no time server answers; ");
    EXPECT_FALSE(monitor->may_stamp().ok());
}

TEST_F(MonitorTest, AJumpGoesOnRecordEvenWhenTheTrailWasDown) {
    round();
    trail_down = true;
    clock.wall += 3'600s;
    monitor->look();
    trail_down = false;
    EXPECT_EQ(told, "");
    monitor->look();
    EXPECT_EQ(told, "!the clock jumped by 3600000 ms; ");
    EXPECT_EQ(monitor->may_stamp().error().code, Code::kConflict);
    servers.offset = 0ms;
    round();
    EXPECT_TRUE(monitor->may_stamp().ok());
}

TEST_F(MonitorTest, WithoutServersNothingMayBeStamped) {
    Monitor none(servers, clock, {}, [](ClockEvent const&) -> Status { return {}; });
    EXPECT_EQ(none.may_stamp().error().code, Code::kUnsupported);
}

TEST(Servers, AreHostsWithOrWithoutPort) {
    auto const servers = read_servers({"ntp.example", "10.0.0.1:1123"});
    ASSERT_TRUE(servers.ok());
    EXPECT_EQ((*servers)[0].port, 123);
    EXPECT_EQ((*servers)[1].host, "10.0.0.1");
    EXPECT_EQ((*servers)[1].port, 1123);
    for (char const* wrong : {"", ":123", "a:", "a:0", "a:70000", "a:1x", "a b", "a\"b"})
        EXPECT_FALSE(read_servers({wrong}).ok()) << wrong;
}

}  // namespace
}  // namespace musubi::ct
