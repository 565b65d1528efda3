#include "repository/memory_budget.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace musubi::repository {
namespace {

TEST(MemoryBudget, NobodyGetsMoreThanIsLeftAndWhatIsGivenBackIsThereAgain) {
    MemoryBudget budget(10);
    {
        auto const first = budget.take(6);
        EXPECT_TRUE(first.has_value());
        EXPECT_FALSE(budget.take(5).has_value());
        EXPECT_EQ(budget.left(), 4U);
        EXPECT_TRUE(budget.take(4).has_value());
    }
    EXPECT_EQ(budget.left(), 10U);
    EXPECT_FALSE(budget.take(11).has_value());
}

TEST(MemoryBudget, AMovedShareIsGivenBackOnce) {
    MemoryBudget budget(10);
    {
        auto taken = budget.take(7);
        MemoryBudget::Share const held(std::move(*taken));
        taken.reset();
        EXPECT_EQ(budget.left(), 3U);
    }
    EXPECT_EQ(budget.left(), 10U);
}

TEST(MemoryBudget, RivalsTogetherNeverExceedIt) {
    MemoryBudget budget(3);
    std::atomic<int> holding{0};
    std::atomic<bool> exceeded{false};
    std::vector<std::thread> rivals;
    for (int i = 0; i < 4; ++i) {
        rivals.emplace_back([&] {
            for (int n = 0; n < 2000; ++n) {
                auto const share = budget.take(2);
                if (!share) continue;
                if (++holding > 1) exceeded = true;
                --holding;
            }
        });
    }
    for (auto& rival : rivals) rival.join();
    EXPECT_FALSE(exceeded);
    EXPECT_EQ(budget.left(), 3U);
}

}  // namespace
}  // namespace musubi::repository
