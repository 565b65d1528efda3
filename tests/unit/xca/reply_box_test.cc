// Who waits for which answer, and whose answers count (ITI TF-2 V.5).

#include "xca/reply_box.h"

#include <gtest/gtest.h>

namespace musubi::xca {
namespace {

using Clock_ = std::chrono::steady_clock;

class Box : public ::testing::Test {
protected:
    std::shared_ptr<AwaitedAnswer> expect(
        std::string const& id, std::chrono::milliseconds time = std::chrono::minutes(1)) {
        auto waiting = box_.expect({id, "minami", "urn:answer", Clock_::now() + time});
        waiting->when_done([this] {
            std::lock_guard const lock(mutex_);
            ++ended_;
            changed_.notify_all();
        });
        return waiting;
    }
    Delivery deliver(std::string const& id, std::string const& member = "minami",
                     std::string const& action = "urn:answer") {
        return box_.deliver(id, member, action, {"the answer", {}});
    }
    int ended() {
        std::lock_guard const lock(mutex_);
        return ended_;
    }
    void wait_ended(int many) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return ended_ >= many; });
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    int ended_ = 0;
    ReplyBox box_;
};

TEST_F(Box, HandsAnAnswerToWhoWaitsForIt) {
    auto const first = expect("urn:1"), second = expect("urn:2");
    EXPECT_EQ(deliver("urn:2"), Delivery::kTaken);
    EXPECT_EQ(ended(), 1);
    ASSERT_TRUE(second->answer().ok());
    EXPECT_EQ(second->answer()->envelope, "the answer");
    EXPECT_EQ(box_.waiting(), 1U);
}

TEST_F(Box, TakesNothingFromOthersTwiceOrUnasked) {
    auto const waiting = expect("urn:1");
    EXPECT_EQ(deliver("urn:1", "higashi"), Delivery::kSomebodyElse);
    EXPECT_EQ(deliver("urn:1", "minami", "urn:other"), Delivery::kWrongAction);
    EXPECT_EQ(deliver("urn:9"), Delivery::kUnknown);
    EXPECT_EQ(ended(), 0) << "none of these ends the wait";
    EXPECT_EQ(deliver("urn:1"), Delivery::kTaken);
    EXPECT_EQ(deliver("urn:1"), Delivery::kOver);
    EXPECT_EQ(ended(), 1);
}

TEST_F(Box, EndsWaitsThatFailOrTakeTooLong) {
    auto const refused = expect("urn:1");
    box_.fail("urn:1", Error(Code::kPeerUnavailable, "refused"));
    box_.fail("urn:7", Error(Code::kPeerUnavailable, "nobody"));
    EXPECT_EQ(refused->answer().error().detail, "refused");
    auto const late = expect("urn:2", std::chrono::milliseconds(1));
    wait_ended(2);
    EXPECT_EQ(late->answer().error().code, Code::kPeerUnavailable);
    EXPECT_EQ(deliver("urn:1"), Delivery::kOver);
    EXPECT_EQ(deliver("urn:2"), Delivery::kOver);
    EXPECT_EQ(box_.waiting(), 0U);
}

TEST(Boxes, LetNobodyWaitWhenTheyEnd) {
    std::shared_ptr<AwaitedAnswer> waiting;
    {
        ReplyBox box;
        waiting =
            box.expect({"urn:1", "minami", "urn:answer", Clock_::now() + std::chrono::hours(1)});
    }
    bool done = false;
    waiting->when_done([&] { done = true; });
    EXPECT_TRUE(done);
    EXPECT_FALSE(waiting->answer().ok());
}

}  // namespace
}  // namespace musubi::xca
