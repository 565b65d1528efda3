// Slow, many and large peers: what waits costs no thread, what is too much is answered or cut,
// never silently.
#include "unit/platform_net/fixture.h"

namespace musubi::test {
namespace {

/// `size` bytes that lie nowhere: made as they are read.
class MadeContent : public Content {
public:
    explicit MadeContent(std::uint64_t size, std::uint64_t fail_at = ~std::uint64_t{0})
        : size_(size), fail_at_(fail_at) {}
    std::uint64_t size() const override { return size_; }
    Status read(ByteSink const& sink) const override {
        Bytes const piece(64 * 1024, 'm');
        for (std::uint64_t at = 0; at < size_; at += piece.size()) {
            if (at >= fail_at_) return Error(Code::kStorageUnavailable, "made to fail");
            TRY(sink(ByteView(piece).first(
                static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), size_ - at)))));
        }
        return {};
    }

private:
    std::uint64_t size_;
    std::uint64_t fail_at_;
};

/// Answers with documents: /made?SIZE streamed, /memory?SIZE from memory, /broken?SIZE fails after
/// a quarter.
class DocumentEndpoint : public EchoEndpoint {
public:
    core::HttpReply handle(core::PeerConnection const& peer, core::HttpRequestHead const& head,
                           core::BodyStream& body) override {
        if (head.query.empty()) return EchoEndpoint::handle(peer, head, body);
        std::uint64_t const size = std::stoull(head.query);
        core::HttpReply reply = text(200, "before");
        if (head.path == "/memory") {
            reply.segments[0].content =
                std::make_shared<MemoryContent>(Bytes(static_cast<std::size_t>(size), 'm'));
        } else {
            std::uint64_t const fail_at = head.path == "/broken" ? size / 4 : ~std::uint64_t{0};
            reply.segments[0].content = std::make_shared<MadeContent>(size, fail_at);
        }
        reply.segments.push_back({"after", nullptr});
        reply.sent = [this](bool whole) { ++(whole ? sent_whole : sent_cut); };
        return reply;
    }
    std::atomic<int> sent_whole{0};
    std::atomic<int> sent_cut{0};
};

class LoadTest : public HttpServerTest {
protected:
    void start_documents() {
        auto made = net::TlsContext::server(server_tls(shared_pki()));
        ASSERT_TRUE(made);
        tls = *made;
        auto started = net::HttpServer::start(config, tls, {{}, &documents}, &witness);
        ASSERT_TRUE(started) << started.error().detail;
        server = std::move(*started);
    }
    static std::string get(std::string const& target) {
        return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
    }

    ~LoadTest() override {
        documents.release();
        server.reset();
    }
    DocumentEndpoint documents;
};

TEST_F(LoadTest, TwoHundredSlowPeersDoNotStarveAGoodOne) {
    start();
    std::vector<std::unique_ptr<TlsPeer>> slow;
    for (int i = 0; i < 200; ++i) {
        slow.push_back(std::make_unique<TlsPeer>(server->port(), as("member")));
        ASSERT_TRUE(slow.back()->connected());
        // Half a head, or a head and half a body.
        slow.back()->send(i % 2 == 0
                              ? "POST /echo HT"
                              : "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab");
    }
    TlsPeer good(server->port(), as("member"));
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(body_of(good.request(post("/echo", "good"))), "echo:good");
    EXPECT_EQ(endpoint.running, 0);
    for (int i = 0; i < 200; ++i) {
        slow[static_cast<std::size_t>(i)]->send(
            i % 2 == 0 ? "TP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n" : "cd");
        EXPECT_EQ(body_of(slow[static_cast<std::size_t>(i)]->receive_reply()),
                  i % 2 == 0 ? "echo:" : "echo:abcd");
    }
}

TEST_F(LoadTest, ALargeBodyPassesThroughAndBackWithoutLyingInMemory) {
    start_documents();
    TlsPeer peer(server->port(), as("member"));
    std::uint64_t const size = 100'000'000;
    peer.send("POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size) +
              "\r\n\r\n");
    std::string const piece(1'000'000, 'x');
    for (std::uint64_t at = 0; at < size; at += piece.size()) ASSERT_TRUE(peer.send(piece));
    EXPECT_EQ(body_of(peer.receive_reply()), "echo:count=100000000");
    Gauge& parked = gauge("musubi_net_parked_bytes", "listener=\"" + config.listener.name + "\"");
    EXPECT_LT(parked.value(), 1'000'000);

    peer.send(get("/made?100000000"));
    std::string const head = peer.receive_until("\r\n\r\n");
    EXPECT_NE(head.find("Content-Length: 100000011\r\n"), std::string::npos);
    EXPECT_EQ(peer.receive_exactly(6), "before");
    for (std::uint64_t at = 0; at < size; at += piece.size()) {
        ASSERT_EQ(peer.receive_exactly(piece.size()), std::string(piece.size(), 'm'));
    }
    EXPECT_EQ(peer.receive_exactly(5), "after");
    EXPECT_TRUE(eventually([&] { return documents.sent_whole == 1; }));
    EXPECT_EQ(documents.sent_cut, 0);
}

TEST_F(LoadTest, DocumentsOfEverySizeComeWhole) {
    start_documents();
    TlsPeer peer(server->port(), as("member"));
    for (char const* path : {"/made?", "/memory?"}) {
        for (std::size_t const size :
             {0UL, 1UL, 16'000UL, 16'384UL, 45'000UL, 262'144UL, 262'145UL, 3'000'000UL}) {
            EXPECT_EQ(body_of(peer.request(get(path + std::to_string(size)))),
                      "before" + std::string(size, 'm') + "after");
        }
    }
}

TEST_F(LoadTest, ADamagedSmallDocumentIs500AndALargeOneIsCutShort) {
    start_documents();
    TlsPeer small(server->port(), as("member"));
    EXPECT_EQ(status_of(small.request(get("/broken?200000"))), "HTTP/1.1 500");
    TlsPeer large(server->port(), as("member"));
    large.send(get("/broken?10000000"));
    std::string const answer = large.receive_all();
    EXPECT_EQ(status_of(answer), "HTTP/1.1 200");
    EXPECT_LT(body_of(answer).size(), 10'000'000U);
    EXPECT_TRUE(eventually([&] { return documents.sent_cut == 2; }));
    EXPECT_EQ(documents.sent_whole, 0);
}

TEST_F(LoadTest, SlowReadersOfLargeRepliesDoNotStarveAGoodOne) {
    config.listener.write_progress_timeout_ms = 60'000;
    start_documents();
    std::vector<std::unique_ptr<TlsPeer>> slow;
    auto options = as("member");
    options.receive_buffer = 4096;
    for (int i = 0; i < 20; ++i) {
        slow.push_back(std::make_unique<TlsPeer>(server->port(), options));
        slow.back()->send(get(i % 2 == 0 ? "/made?50000000" : "/memory?5000000"));
    }
    TlsPeer good(server->port(), as("member"));
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(body_of(good.request(post("/echo", "good"))), "echo:good");
    slow.clear();
    EXPECT_TRUE(eventually([&] { return documents.sent_cut == 20; }));
}

TEST_F(LoadTest, AReaderThatTakesNothingIsCut) {
    config.listener.write_progress_timeout_ms = 100;
    start_documents();
    auto options = as("member");
    options.receive_buffer = 4096;
    TlsPeer streamed(server->port(), options);
    streamed.send(get("/made?50000000"));
    TlsPeer memory(server->port(), options);
    memory.send(get("/memory?50000000"));
    EXPECT_TRUE(eventually([&] { return documents.sent_cut == 2; }));
}

TEST_F(LoadTest, BeyondTheSlotsTheAnswerIsBusyAndTheOthersFinish) {
    config.listener.busy_wait_ms = 100;
    start();
    TlsPeer first(server->port(), as("member"));
    TlsPeer second(server->port(), as("member"));
    first.send(post("/hold", "1"));
    second.send(post("/hold", "2"));
    endpoint.wait_until_held(2);
    TlsPeer third(server->port(), as("member"));
    third.send(post("/echo", "3"));
    std::string const answer = third.receive_all();
    EXPECT_EQ(status_of(answer), "HTTP/1.1 503");
    EXPECT_NE(answer.find("Retry-After: "), std::string::npos);
    EXPECT_EQ(body_of(answer), "refused by echo");
    EXPECT_EQ(counted("musubi_net_busy_total", ""), 1U);
    endpoint.release();
    EXPECT_EQ(body_of(first.receive_reply()), "echo:1");
    EXPECT_EQ(body_of(second.receive_reply()), "echo:2");
}

TEST_F(LoadTest, WhoWaitsForASlotGetsTheNextFreeOne) {
    config.listener.busy_wait_ms = 60'000;
    start();
    std::vector<std::unique_ptr<TlsPeer>> peers;
    for (int i = 0; i < 10; ++i) {
        peers.push_back(std::make_unique<TlsPeer>(server->port(), as("member")));
        peers.back()->send(post("/hold", std::to_string(i)));
    }
    endpoint.wait_until_held(2);
    endpoint.release();
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(body_of(peers[static_cast<std::size_t>(i)]->receive_reply()),
                  "echo:" + std::to_string(i));
    }
}

TEST_F(LoadTest, UploadsBeyondTheirNumberWaitAndSmallRequestsPass) {
    config.listener.busy_wait_ms = 60'000;
    start();
    std::string const body(1'000'000, 'u');
    TlsPeer first(server->port(), as("member"));
    first.send(post("/count", body).substr(0, 500'000));
    ASSERT_TRUE(eventually([&] { return endpoint.running == 1; }));
    TlsPeer second(server->port(), as("member"));
    second.send(post("/count", body).substr(0, 100'000));
    TlsPeer good(server->port(), as("member"));
    EXPECT_EQ(body_of(good.request(post("/echo", "good"))), "echo:good");
    first.send(post("/count", body).substr(500'000));
    EXPECT_EQ(body_of(first.receive_reply()), "echo:count=1000000");
    second.send(post("/count", body).substr(100'000));
    EXPECT_EQ(body_of(second.receive_reply()), "echo:count=1000000");
}

TEST_F(LoadTest, EachSlownessHasItsEnd) {
    config.listener.first_byte_timeout_ms = 100;
    config.listener.idle_timeout_ms = 100;
    config.header_timeout_ms = 100;
    config.body_progress_timeout_ms = 100;
    start();
    auto const all_after = [&](std::string const& bytes) {
        TlsPeer peer(server->port(), as("member"));
        peer.send(bytes);
        return peer.receive_all();
    };
    EXPECT_EQ(all_after(""), "");
    EXPECT_EQ(status_of(all_after("GET /ec")), "HTTP/1.1 408");
    EXPECT_EQ(status_of(all_after("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab")),
              "HTTP/1.1 408");
    EXPECT_EQ(
        status_of(all_after("POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\nab")),
        "HTTP/1.1 400");  // the endpoint's own words: it was reading
    EXPECT_EQ(body_of(all_after(post("/echo", "x"))), "echo:x");
    EXPECT_EQ(counted("musubi_net_timeout_total", ",phase=\"first_byte\""), 1U);
    EXPECT_EQ(counted("musubi_net_timeout_total", ",phase=\"header\""), 1U);
    EXPECT_EQ(counted("musubi_net_timeout_total", ",phase=\"body\""), 2U);
    EXPECT_EQ(counted("musubi_net_timeout_total", ",phase=\"idle\""), 1U);
}

TEST_F(LoadTest, ConnectionsAreLimitedInTotal) {
    config.listener.max_connections = 3;
    start();
    std::vector<std::unique_ptr<TlsPeer>> held;
    for (int i = 0; i < 3; ++i) {
        held.push_back(std::make_unique<TlsPeer>(server->port(), as("member")));
        EXPECT_EQ(body_of(held.back()->request(post("/echo", "x"))), "echo:x");
    }
    EXPECT_FALSE(TlsPeer(server->port(), as("member")).connected());
    // The peer may see the end before the listener has counted it.
    EXPECT_TRUE(eventually(
        [&] { return counted("musubi_net_refused_total", ",reason=\"connections\"") == 1; }));
    held.pop_back();
    EXPECT_TRUE(eventually([&] { return TlsPeer(server->port(), as("member")).connected(); }));
}

TEST_F(LoadTest, ConnectionsWithoutCertificateAreLimitedPerAddress) {
    config.listener.max_unauthenticated_per_address = 2;
    start();
    int const first = connect_loopback(server->port());
    int const second = connect_loopback(server->port());
    EXPECT_FALSE(TlsPeer(server->port(), as("member")).connected());
    EXPECT_EQ(counted("musubi_net_refused_total", ",reason=\"address\""), 1U);
    ::close(first);
    ::close(second);
    // Whoever has shaken hands does not count any more.
    std::vector<std::unique_ptr<TlsPeer>> members;
    EXPECT_TRUE(eventually([&] {
        members.push_back(std::make_unique<TlsPeer>(server->port(), as("member")));
        if (!members.back()->connected()) members.pop_back();
        return members.size() == 5;
    }));
}

TEST_F(LoadTest, ConnectionsOfOneMemberAreLimitedAndAnswered) {
    config.listener.max_per_member = 2;
    start();
    shared_pki().issue({"neighbour"});
    TlsPeer first(server->port(), as("member"));
    TlsPeer second(server->port(), as("member"));
    EXPECT_EQ(body_of(first.request(post("/echo", "x"))), "echo:x");
    EXPECT_EQ(body_of(second.request(post("/echo", "x"))), "echo:x");
    TlsPeer third(server->port(), as("member"));
    third.send(post("/echo", "x"));
    EXPECT_EQ(status_of(third.receive_all()), "HTTP/1.1 503");
    TlsPeer neighbour(server->port(), as("neighbour"));
    EXPECT_EQ(body_of(neighbour.request(post("/echo", "x"))), "echo:x");
}

TEST_F(LoadTest, MemoryOfUnfinishedBodiesIsLimited) {
    config.listener.max_parked_bytes = 300'000;
    start();
    std::string const half = post("/echo", std::string(200'000, 'x')).substr(0, 190'000);
    TlsPeer first(server->port(), as("member"));
    first.send(half);
    Gauge& parked = gauge("musubi_net_parked_bytes", "listener=\"" + config.listener.name + "\"");
    ASSERT_TRUE(eventually([&] { return parked.value() > 180'000; }));
    TlsPeer second(server->port(), as("member"));
    second.send(half);
    EXPECT_EQ(status_of(second.receive_all()), "HTTP/1.1 503");
    EXPECT_EQ(counted("musubi_net_refused_total", ",reason=\"memory\""), 1U);
    first.send(post("/echo", std::string(200'000, 'x')).substr(190'000));
    EXPECT_EQ(body_of(first.receive_reply()).size(), 200'005U);
}

TEST_F(LoadTest, DrainingLetsARunningRequestFinishAndEndsIdleConnections) {
    start();
    TlsPeer idle(server->port(), as("member"));
    EXPECT_EQ(body_of(idle.request(post("/echo", "x"))), "echo:x");
    TlsPeer busy(server->port(), as("member"));
    busy.send(post("/hold", "last"));
    endpoint.wait_until_held(1);
    bool in_time = false;
    std::thread stopper([&] { in_time = server->stop(10'000); });
    EXPECT_EQ(idle.receive_some(), "");
    EXPECT_TRUE(idle.ended_in_order());
    EXPECT_LT(connect_loopback(server->port()), 0);
    endpoint.release();
    std::string const answer = busy.receive_all();
    EXPECT_EQ(body_of(answer), "echo:last");
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
    stopper.join();
    EXPECT_TRUE(in_time);
}

TEST_F(LoadTest, StoppingCutsWhatDoesNotFinishInTime) {
    start();
    TlsPeer upload(server->port(), as("member"));
    upload.send("POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\nab");
    ASSERT_TRUE(eventually([&] { return endpoint.running == 1; }));
    EXPECT_FALSE(server->stop(50));
    EXPECT_EQ(endpoint.running, 0);
}

}  // namespace
}  // namespace musubi::test
