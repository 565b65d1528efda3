// What a transaction made due is told at least once and in order, whoever dies in between.

#include "core/outbox_runner.h"
#include "platform/base/fault.h"
#include "support/source_tree.h"
#include "support/test_database.h"

#include <gtest/gtest.h>
#include <mutex>
#include <thread>

#include <map>

namespace musubi::core {
namespace {

using namespace std::chrono_literals;

std::string text(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

class OutboxTest : public ::testing::Test {
protected:
    ~OutboxTest() override { arm_faults(""); }

    void queue(std::string const& destination, std::string const& payload) {
        auto const done = pool_.run([&](pg::Tx& tx) -> Status {
            pg::Outbox::queue(tx, {"T", destination, Bytes(payload.begin(), payload.end())});
            return {};
        });
        ASSERT_TRUE(done.ok()) << done.error().detail;
    }
    OutboxRunnerSettings settings() {
        OutboxRunnerSettings settings;
        settings.topic = "T";
        settings.destinations = {"one", "two"};
        settings.first_pause = 0ms;
        settings.longest_pause = 0ms;
        return settings;
    }
    /// Notes what arrived; refuses while `answers` holds errors.
    OutboxRunner::Deliver noting() {
        return [this](std::string const& destination, ByteView payload) -> Status {
            arrived_.push_back(destination + ":" + text(payload));
            if (answers_.empty()) return {};
            Code const code = answers_.front();
            answers_.erase(answers_.begin());
            return Error(code, "no");
        };
    }
    pg::Outbox::Backlog backlog() { return *pg::Outbox(pool_).backlog("T"); }

    std::string const v1_ = test::read_file(test::source_dir() / "db/node/V0001__init.sql");
    std::string const v2_ = test::read_file(test::source_dir() / "db/node/V0002__outbox.sql");
    pg::MigrationFile const files_[2] = {{"node/V0001__init.sql", v1_},
                                         {"node/V0002__outbox.sql", v2_}};
    test::TestDatabase database_{files_};
    pg::Pool pool_{pg::PoolConfig{.conninfo = database_.serving(), .size = 4}};
    std::vector<std::string> arrived_;
    std::vector<Code> answers_;
};

TEST_F(OutboxTest, AMessageExistsOnlyIfItsTransactionCommitted) {
    {
        auto tx = pool_.begin();
        ASSERT_TRUE(tx.ok());
        pg::Outbox::queue(*tx, {"T", "one", Bytes{1}});
        tx->rollback();
    }
    EXPECT_EQ(backlog().waiting, 0);
    queue("one", "a");
    EXPECT_EQ(backlog().waiting, 1);
}

TEST_F(OutboxTest, MessagesOfOneDestinationArriveInOrderAndLeaveTheQueue) {
    for (auto const* payload : {"a", "b", "c"}) queue("one", payload);
    queue("two", "x");
    OutboxRunner runner(pool_, system_clock(), settings(), noting());
    while (*runner.deliver_one("one")) {
    }
    EXPECT_EQ(arrived_, (std::vector<std::string>{"one:a", "one:b", "one:c"}));
    EXPECT_EQ(backlog().waiting, 1);
}

TEST_F(OutboxTest, NothingOvertakesAMessageThatWasNotTakenYet) {
    queue("one", "a");
    queue("one", "b");
    queue("two", "x");
    answers_ = {Code::kPeerUnavailable, Code::kBusy};
    OutboxRunner runner(pool_, system_clock(), settings(), noting());
    for (int i = 0; i < 4; ++i) ASSERT_TRUE(runner.deliver_one("one").ok());
    EXPECT_EQ(arrived_, (std::vector<std::string>{"one:a", "one:a", "one:a", "one:b"}));
    EXPECT_TRUE(*runner.deliver_one("two"));
}

TEST_F(OutboxTest, AFailedDeliveryWaitsForItsPause) {
    auto patient = settings();
    patient.first_pause = std::chrono::hours(1);
    patient.longest_pause = std::chrono::hours(1);
    queue("one", "a");
    answers_ = {Code::kPeerUnavailable};
    OutboxRunner runner(pool_, system_clock(), patient, noting());
    EXPECT_FALSE(*runner.deliver_one("one"));
    EXPECT_FALSE(*runner.deliver_one("one"));
    EXPECT_EQ(arrived_.size(), 1u);
}

TEST_F(OutboxTest, ASecondSenderFindsTheHeadTakenUntilItsLeaseIsOver) {
    queue("one", "a");
    queue("one", "b");
    pg::Outbox outbox(pool_);
    auto const first = outbox.claim("T", "one", std::chrono::hours(1));
    ASSERT_TRUE(first.ok() && *first);
    EXPECT_FALSE(*outbox.claim("T", "one", std::chrono::hours(1)));
    ASSERT_TRUE(outbox.retry((*first)->id, 0ms).ok());
    auto const again = outbox.claim("T", "one", 0ms);
    ASSERT_TRUE(again.ok() && *again);
    EXPECT_EQ(text((*again)->payload), "a");
    EXPECT_EQ((*again)->attempts, 2);
    auto const after_lease = outbox.claim("T", "one", 0ms);
    ASSERT_TRUE(after_lease.ok() && *after_lease) << "a dead sender must not keep the message";
    EXPECT_EQ((*after_lease)->id, (*first)->id);
}

TEST_F(OutboxTest, ASenderThatDiesAfterSendingSendsAgain) {
    auto quick = settings();
    quick.lease = 0ms;
    queue("one", "a");
    OutboxRunner runner(pool_, system_clock(), quick, noting());
    arm_faults("outbox.after_delivery=error");
    EXPECT_FALSE(runner.deliver_one("one").ok());
    EXPECT_EQ(backlog().waiting, 1);
    EXPECT_TRUE(*runner.deliver_one("one"));
    EXPECT_EQ(arrived_, (std::vector<std::string>{"one:a", "one:a"}));
    EXPECT_EQ(backlog().waiting, 0);
}

TEST_F(OutboxTest, WhatWillNeverBeTakenIsGivenUpKeptAndCanBeRevived) {
    queue("one", "a");
    queue("one", "b");
    answers_ = {Code::kInvalidContent};
    OutboxRunner runner(pool_, system_clock(), settings(), noting());
    EXPECT_FALSE(*runner.deliver_one("one"));
    EXPECT_TRUE(*runner.deliver_one("one"));
    EXPECT_EQ(backlog().dead, 1);
    EXPECT_EQ(*pg::Outbox(pool_).revive("T", "one"), 1);
    EXPECT_TRUE(*runner.deliver_one("one"));
    EXPECT_EQ(arrived_, (std::vector<std::string>{"one:a", "one:b", "one:a"}));
}

TEST_F(OutboxTest, PatienceEnds) {
    auto hasty = settings();
    hasty.patience = -1h;
    queue("one", "a");
    answers_ = {Code::kPeerUnavailable};
    OutboxRunner runner(pool_, system_clock(), hasty, noting());
    EXPECT_FALSE(*runner.deliver_one("one"));
    EXPECT_EQ(backlog().dead, 1);
    EXPECT_EQ(backlog().waiting, 0);
}

TEST_F(OutboxTest, AHangingDestinationDoesNotHoldUpTheOthers) {
    std::mutex mutex;
    std::condition_variable changed;
    bool release = false, told = false, hangs = false;
    queue("one", "a");
    queue("two", "x");
    OutboxRunner runner(pool_, system_clock(), settings(),
                        [&](std::string const& destination, ByteView) -> Status {
                            std::unique_lock lock(mutex);
                            if (destination == "two") {
                                told = true;
                                changed.notify_all();
                                return {};
                            }
                            hangs = true;
                            changed.notify_all();
                            changed.wait(lock, [&] { return release; });
                            return {};
                        });
    runner.start();
    {
        std::unique_lock lock(mutex);
        EXPECT_TRUE(changed.wait_for(lock, 20s, [&] { return told && hangs; }));
        release = true;
    }
    changed.notify_all();
    runner.stop();
    EXPECT_EQ(backlog().waiting, 0);
}

TEST_F(OutboxTest, SharedThreadsServeWhateverQueuesThereAreEachInOrder) {
    for (char const* payload : {"a", "b"}) {
        for (char const* destination : {"https://one", "https://two", "https://three"})
            queue(destination, payload);
    }
    std::mutex mutex;
    std::map<std::string, std::string> heard;
    OutboxRunnerSettings shared = settings();
    shared.destinations.clear();
    shared.shared_threads = 2;
    OutboxRunner runner(pool_, system_clock(), shared,
                        [&](std::string const& destination, ByteView payload) -> Status {
                            std::lock_guard const lock(mutex);
                            heard[destination] += text(payload);
                            return {};
                        });
    runner.start();
    for (int i = 0; i < 1000 && backlog().waiting > 0; ++i) std::this_thread::sleep_for(10ms);
    runner.stop();
    EXPECT_EQ(backlog().waiting, 0);
    EXPECT_EQ(heard, (std::map<std::string, std::string>{
                         {"https://one", "ab"}, {"https://three", "ab"}, {"https://two", "ab"}}));
}

TEST_F(OutboxTest, QueuesAreToldByNameAndDroppedWhole) {
    queue("one", "a");
    queue("one", "b");
    queue("two", "x");
    answers_ = {Code::kInvalidContent};
    OutboxRunner runner(pool_, system_clock(), settings(), noting());
    ASSERT_TRUE(runner.deliver_one("one").ok());  // refused: given up
    pg::Outbox outbox(pool_);
    auto const queues = outbox.queues("T");
    ASSERT_TRUE(queues.ok());
    ASSERT_EQ(queues->size(), 2U);
    EXPECT_EQ((*queues)[0].destination, "one");
    EXPECT_EQ((*queues)[0].waiting, 1);
    EXPECT_EQ((*queues)[0].dead, 1);
    EXPECT_EQ(*outbox.drop("T", "one"), 2);
    EXPECT_EQ(*outbox.drop("T", "one"), 0);
    EXPECT_EQ(outbox.queues("T")->size(), 1U);
    EXPECT_EQ(backlog().waiting, 1);
}

}  // namespace
}  // namespace musubi::core
