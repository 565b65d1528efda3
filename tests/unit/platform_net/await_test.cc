// A reply that others work on: the connection waits, and nothing else of the server does.
#include "unit/platform_net/fixture.h"

namespace musubi::test {
namespace {

/// One reply to come.
class Promise final : public core::AwaitedReply {
public:
    void when_ready(std::function<void()> ready) override {
        std::lock_guard const lock(mutex_);
        if (kept_) {
            ready();
        } else {
            ready_ = std::move(ready);
        }
    }
    core::HttpReply take() override {
        if (throws) throw std::runtime_error("taken");
        core::HttpReply reply = EchoEndpoint::text(200, "kept");
        if (next) {
            reply = {};
            reply.awaited = next;
        }
        return reply;
    }
    void keep() {
        std::lock_guard const lock(mutex_);
        kept_ = true;
        if (ready_) ready_();
    }
    bool throws = false;
    std::shared_ptr<Promise> next;

private:
    std::mutex mutex_;
    bool kept_ = false;
    std::function<void()> ready_;
};

class PromisingEndpoint : public EchoEndpoint {
public:
    core::HttpReply handle(core::PeerConnection const& peer, core::HttpRequestHead const& head,
                           core::BodyStream& body) override {
        if (head.path != "/await") return EchoEndpoint::handle(peer, head, body);
        auto promise = std::make_shared<Promise>();
        {
            std::lock_guard const lock(mutex);
            promises.push_back(promise);
        }
        core::HttpReply reply;
        reply.awaited = promise;
        if (prepare) prepare(*promise);
        return reply;
    }
    std::size_t count() {
        std::lock_guard const lock(mutex);
        return promises.size();
    }
    std::vector<std::weak_ptr<Promise>> given() {
        std::lock_guard const lock(mutex);
        return {promises.begin(), promises.end()};
    }
    void forget() {
        std::lock_guard const lock(mutex);
        promises.clear();
    }
    std::function<void(Promise&)> prepare;
    std::vector<std::shared_ptr<Promise>> promises;
};

class AwaitTest : public HttpServerTest {
protected:
    void start_promising() {
        auto made = net::TlsContext::server(server_tls(shared_pki()));
        ASSERT_TRUE(made);
        tls = *made;
        auto started = net::HttpServer::start(config, tls, {{}, &promising}, &witness);
        ASSERT_TRUE(started) << started.error().detail;
        server = std::move(*started);
    }
    ~AwaitTest() override { server.reset(); }
    std::unique_ptr<TlsPeer> asking() {
        auto peer = std::make_unique<TlsPeer>(server->port(), as("member"));
        EXPECT_TRUE(peer->send(post("/await", "x")));
        return peer;
    }
    PromisingEndpoint promising;
};

TEST_F(AwaitTest, ManyMoreWaitThanThereAreSlotsAndOthersAreServed) {
    start_promising();
    std::vector<std::unique_ptr<TlsPeer>> peers;
    for (int i = 0; i < 20; ++i) peers.push_back(asking());
    ASSERT_TRUE(eventually([&] { return promising.count() == 20; }));
    TlsPeer other(server->port(), as("member"));
    EXPECT_EQ(body_of(other.request(post("/echo", "hi"))), "echo:hi");
    for (auto const& promise : promising.promises) promise->keep();
    for (auto& peer : peers) {
        EXPECT_EQ(body_of(peer->receive_reply()), "kept");
        EXPECT_EQ(body_of(peer->request(post("/echo", "again"))), "echo:again");
    }
}

TEST_F(AwaitTest, AReplyMayBeThereAtOnceOrBeAwaitedAgain) {
    promising.prepare = [](Promise& promise) {
        promise.next = std::make_shared<Promise>();
        promise.next->keep();
        promise.keep();
    };
    start_promising();
    EXPECT_EQ(body_of(asking()->receive_reply()), "kept");
}

TEST_F(AwaitTest, WhatThrowsIsAnsweredAsAFault) {
    promising.prepare = [](Promise& promise) {
        promise.throws = true;
        promise.keep();
    };
    start_promising();
    EXPECT_EQ(status_of(asking()->receive_reply()), "HTTP/1.1 500");
}

TEST_F(AwaitTest, PatienceEndsAndTheReplyThatComesLateHarmsNobody) {
    config.awaited_reply_ms = 100;
    start_promising();
    EXPECT_EQ(status_of(asking()->receive_reply()), "HTTP/1.1 503");
    for (auto const& promise : promising.promises) promise->keep();
    TlsPeer other(server->port(), as("member"));
    EXPECT_EQ(body_of(other.request(post("/echo", "hi"))), "echo:hi");
}

TEST_F(AwaitTest, StoppingLetsGoOfWhatIsAwaited) {
    start_promising();
    auto const peer = asking();
    ASSERT_TRUE(eventually([&] { return promising.count() == 1; }));
    auto const given = promising.given();
    EXPECT_FALSE(server->stop(50));
    server.reset();
    for (auto const& promise : promising.promises) promise->keep();
    promising.forget();
    EXPECT_TRUE(given[0].expired());
}

}  // namespace
}  // namespace musubi::test
