// The small parts: who waits, who is too slow, whose turn it is.
#include <gtest/gtest.h>

#include "platform/net/engine.h"
#include "platform/net/gate.h"
#include "platform/net/pace.h"
#include "platform/net/quota.h"
#include "platform/net/slot_table.h"

namespace musubi::net {
namespace {

TEST(GateTest, HandsAPlaceToWhoWaitedLongest) {
    Gate gate(1);
    EXPECT_TRUE(gate.enter(1));
    EXPECT_FALSE(gate.enter(2));
    EXPECT_FALSE(gate.enter(3));
    EXPECT_EQ(gate.leave(), std::optional<std::uint64_t>(2));
    EXPECT_FALSE(gate.is_waiting(2));
    EXPECT_FALSE(gate.abandon(2));  // it holds the place
    EXPECT_TRUE(gate.abandon(3));
    EXPECT_EQ(gate.leave(), std::nullopt);
    EXPECT_TRUE(gate.enter(4));
}

TEST(PaceTest, JudgesOnlyAfterTheGraceAndOnAverage) {
    Pace pace(1024);
    pace.waited(10'000);
    EXPECT_FALSE(pace.too_slow());
    pace.waited(1'000);
    EXPECT_TRUE(pace.too_slow());
    pace.received(1'023);
    EXPECT_TRUE(pace.too_slow());
    pace.received(1);
    EXPECT_FALSE(pace.too_slow());
}

TEST(QuotaTest, CountsEachKeyForItself) {
    Quota quota(2);
    EXPECT_TRUE(quota.take("a"));
    EXPECT_TRUE(quota.take("a"));
    EXPECT_FALSE(quota.take("a"));
    EXPECT_TRUE(quota.take("b"));
    quota.give_back("a");
    EXPECT_TRUE(quota.take("a"));
}

TEST(SlotTableTest, AnEventWhileOwnedIsNotLost) {
    SlotTable slots(1);
    std::uint64_t const id = slots.insert(std::make_unique<Connection>(-1));
    ASSERT_NE(id, 0U);
    EXPECT_EQ(slots.take(id), nullptr);        // owned by the one who inserted it
    EXPECT_FALSE(slots.park(id, 100, false));  // ... who learns that an event came
    EXPECT_NE(slots.take(id), nullptr);
    EXPECT_TRUE(slots.park(id, 100, true));
    std::uint64_t taken = 0;
    EXPECT_NE(slots.take_if_parked(0, &taken), nullptr);
    EXPECT_EQ(taken, id);
    EXPECT_EQ(slots.take_if_parked(0, &taken), nullptr);
    slots.erase(id);
}

TEST(SlotTableTest, AnEventForSomebodyGoneFindsNobody) {
    SlotTable slots(1);
    std::uint64_t const first = slots.insert(std::make_unique<Connection>(-1));
    EXPECT_EQ(slots.insert(std::make_unique<Connection>(-1)), 0U);  // full
    slots.erase(first);
    std::uint64_t const second = slots.insert(std::make_unique<Connection>(-1));
    EXPECT_TRUE(slots.park(second, 100, false));
    EXPECT_EQ(slots.take(first), nullptr);
    EXPECT_NE(slots.take(second), nullptr);
    slots.erase(second);
}

}  // namespace
}  // namespace musubi::net
