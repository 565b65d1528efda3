#include "binding/soap_http/reply_delivery.h"

#include "binding/soap_http/wsdl_of.h"
#include "unit/core/toy.h"

#include <gtest/gtest.h>

#include <future>

namespace musubi::binding {
namespace {

core::HttpReply numbered(int n) {
    core::HttpReply reply;
    reply.status = n;
    return reply;
}

/// Counts attempts, fails the first `failures`, and lets the test wait for one of them.
class Post {
public:
    explicit Post(int failures) : failures_(failures) {}
    Status operator()(std::string const& address, core::HttpReply const& reply) {
        std::lock_guard const lock(mutex_);
        posted_.push_back(address + " " + std::to_string(reply.status));
        changed_.notify_all();
        if (static_cast<int>(posted_.size()) <= failures_)
            return Error(Code::kPeerUnavailable, "down");
        return {};
    }
    std::vector<std::string> wait_for(std::size_t attempts) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds(20),
                          [&] { return posted_.size() >= attempts; });
        return posted_;
    }

private:
    int const failures_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> posted_;
};

ReplyDelivery::Post by(Post& post) {
    return [&post](std::string const& address, core::HttpReply const& reply) {
        return post(address, reply);
    };
}

constexpr std::chrono::milliseconds kShort{1};

TEST(ReplyDelivery, AnAnswerIsPostedToItsAddress) {
    Post post(0);
    ReplyDelivery delivery(by(post), {8, 3, kShort});
    delivery.deliver("https://a", numbered(200));
    EXPECT_EQ(post.wait_for(1), std::vector<std::string>{"https://a 200"});
}

TEST(ReplyDelivery, APromisedPlaceIsTakenUntilItIsGivenBack) {
    Post post(0);
    std::shared_ptr<void> longest;
    {
        ReplyDelivery delivery(by(post), {2, 3, kShort});
        auto first = delivery.promise();
        longest = delivery.promise();
        ASSERT_TRUE(first && longest);
        EXPECT_FALSE(delivery.promise());
        first.reset();
        EXPECT_TRUE(delivery.promise());
    }
    longest.reset();  // its giver may be gone by then
}

TEST(ReplyDelivery, AFailedPostIsTriedAgainUntilItSucceeds) {
    Post post(2);
    ReplyDelivery delivery(by(post), {8, 5, kShort});
    delivery.deliver("https://a", numbered(200));
    EXPECT_EQ(post.wait_for(3).size(), 3U);
    delivery.deliver("https://b", numbered(201));
    auto const all = post.wait_for(4);
    ASSERT_EQ(all.size(), 4U);  // not a fourth time to the first
    EXPECT_EQ(all[3], "https://b 201");
}

TEST(ReplyDelivery, AfterTheLastAttemptItGivesUp) {
    Post post(3);
    ReplyDelivery delivery(by(post), {8, 3, kShort});
    delivery.deliver("https://a", numbered(200));
    EXPECT_EQ(post.wait_for(3).size(), 3U);
    delivery.deliver("https://b", numbered(201));
    EXPECT_EQ(post.wait_for(4).back(), "https://b 201");
}

TEST(ReplyDelivery, WhatDoesNotFitTheQueueIsDropped) {
    std::promise<void> entered, release;
    std::vector<int> posted;
    {
        ReplyDelivery delivery(
            [&](std::string const&, core::HttpReply const& reply) -> Status {
                posted.push_back(reply.status);
                if (posted.size() == 1) {
                    entered.set_value();
                    release.get_future().wait();
                }
                return {};
            },
            {1, 3, kShort, 1});
        delivery.deliver("https://a", numbered(1));
        entered.get_future().wait();                 // taken from the queue, which is empty now
        delivery.deliver("https://a", numbered(2));  // waits
        delivery.deliver("https://a", numbered(3));  // one too many
        std::thread opener([&] { release.set_value(); });
        opener.join();
    }
    EXPECT_EQ(std::count(posted.begin(), posted.end(), 3), 0);
    EXPECT_EQ(posted.front(), 1);
}

TEST(ReplyDelivery, AnAddressThatHangsHoldsUpItsOwnAnswersOnly) {
    std::promise<void> entered, release, other;
    std::mutex mutex;
    std::vector<std::string> posted;
    ReplyDelivery delivery(
        [&](std::string const& address, core::HttpReply const& reply) -> Status {
            std::size_t before = 0;
            {
                std::lock_guard const lock(mutex);
                before = posted.size();
                posted.push_back(address + " " + std::to_string(reply.status));
            }
            if (before == 0) {
                entered.set_value();
                release.get_future().wait();
            }
            if (address == "https://b") other.set_value();
            return {};
        },
        {8, 3, kShort, 2});
    delivery.deliver("https://a", numbered(1));
    entered.get_future().wait();
    delivery.deliver("https://a", numbered(2));
    delivery.deliver("https://b", numbered(3));
    EXPECT_EQ(other.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
    {
        std::lock_guard const lock(mutex);
        EXPECT_EQ(posted, (std::vector<std::string>{"https://a 1", "https://b 3"}));
    }
    release.set_value();
}

TEST(ReplyDelivery, StoppingDropsWhatStillWaits) {
    Post post(1000);
    {
        ReplyDelivery delivery(by(post), {8, 5, std::chrono::hours(1)});
        delivery.deliver("https://a", numbered(200));
        post.wait_for(1);
    }
    EXPECT_EQ(post.wait_for(1).size(), 1U);
}

TEST(Wsdl, NamesServiceOperationsActionsAndAddress) {
    test::ToyDeps deps;
    core::Router router;
    ASSERT_TRUE(router.add(core::define<test::Toy<test::ToyKind::kRead>>(deps)).ok());
    std::string const text = wsdl_of(router, "/toy", "https://node/toy");
    for (char const* expected :
         {"Toy_Do", "urn:toy", "urn:toyResponse", "https://node/toy", "urn:t"}) {
        EXPECT_NE(text.find(expected), std::string::npos) << expected;
    }
    // The names of the profiles, by path; what no profile names is just a service.
    std::string const registry = wsdl_of(router, "/xds/registry", "https://node/xds/registry");
    EXPECT_NE(registry.find("DocumentRegistry"), std::string::npos);
    EXPECT_NE(registry.find("targetNamespace=\"urn:ihe:iti:xds-b:2007\""), std::string::npos);
    std::string const manager = wsdl_of(router, "/pix/manager", "https://node/pix/manager");
    EXPECT_NE(manager.find("PIXManager"), std::string::npos);
    EXPECT_NE(manager.find("targetNamespace=\"urn:ihe:iti:pixv3:2007\""), std::string::npos);
    EXPECT_EQ(wsdl_of(router, "/other", "https://node/other").find("Toy_Do"), std::string::npos);
}

}  // namespace
}  // namespace musubi::binding
