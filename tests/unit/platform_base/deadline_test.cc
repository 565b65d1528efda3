#include "platform/base/deadline.h"

#include <gtest/gtest.h>

#include <thread>

namespace musubi {
namespace {

using Time = RequestDeadline::Time;
using std::chrono::hours;

TEST(RequestDeadline, HoldsWhileItLivesAndGivesTheOuterOneBack) {
    Time const now = std::chrono::steady_clock::now();
    EXPECT_FALSE(RequestDeadline::current());
    EXPECT_EQ(RequestDeadline::cap(now), now);
    {
        RequestDeadline const outer(now + hours(2));
        {
            RequestDeadline const inner(now - hours(1));
            EXPECT_TRUE(RequestDeadline::passed());
            EXPECT_EQ(RequestDeadline::cap(now), now - hours(1));
            RequestDeadline const none(Time{});
            EXPECT_FALSE(RequestDeadline::passed());
        }
        EXPECT_EQ(RequestDeadline::current(), now + hours(2));
        EXPECT_EQ(RequestDeadline::cap(now + hours(3)), now + hours(2));
        EXPECT_FALSE(RequestDeadline::passed());
    }
    EXPECT_FALSE(RequestDeadline::current());
}

TEST(RequestDeadline, IsTheBusinessOfItsThreadAlone) {
    RequestDeadline const mine(std::chrono::steady_clock::now() - hours(1));
    bool others = true;
    std::thread([&] { others = RequestDeadline::passed(); }).join();
    EXPECT_FALSE(others);
    EXPECT_TRUE(RequestDeadline::passed());
}

}  // namespace
}  // namespace musubi
