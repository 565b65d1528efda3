// Outbound requests with a client certificate against our own listener and against bare sockets
// that misbehave.
#include "platform/peer/peer_client.h"

#include "unit/platform_net/fixture.h"

namespace musubi::test {
namespace {

using peer::PeerClient;
using peer::PeerRequest;

/// Bytes that are made as they are read: cannot be read twice in a row unnoticed.
class CountedContent : public Content {
public:
    explicit CountedContent(std::uint64_t size) : size_(size) {}
    std::uint64_t size() const override { return size_; }
    Status read(ByteSink const& sink) const override {
        ++reads;
        Bytes const piece(64 * 1024, 'c');
        for (std::uint64_t at = 0; at < size_; at += piece.size()) {
            TRY(sink(ByteView(piece).first(
                static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), size_ - at)))));
        }
        return {};
    }
    mutable int reads = 0;

private:
    std::uint64_t size_;
};

class FailingContent : public Content {
public:
    std::uint64_t size() const override { return 1'000'000; }
    Status read(ByteSink const& sink) const override {
        TRY(sink(as_bytes("some")));
        return Error(Code::kStorageUnavailable, "made to fail");
    }
};

class PeerClientTest : public HttpServerTest {
protected:
    PeerRequest request(std::string const& path, std::string const& who = "member") {
        PeerRequest made;
        made.url = "https://localhost:" + std::to_string(server->port()) + path;
        made.headers = {{"Content-Type", "text/plain"}};
        made.identity = {shared_pki().crt(who), shared_pki().key(who), shared_pki().crt("ca"), {}};
        return made;
    }
    PeerClient client;
};

TEST_F(PeerClientTest, PostsAndKeepsItsConnection) {
    start();
    for (int i = 0; i < 5; ++i) {
        PeerRequest made = request("/echo");
        made.body = {{"message " + std::to_string(i), nullptr}};
        auto const answer = client.post(made);
        ASSERT_TRUE(answer) << answer.error().detail;
        EXPECT_EQ(answer->status, 200);
        EXPECT_EQ(answer->body, "echo:message " + std::to_string(i));
        EXPECT_EQ(answer->header("content-type"), "text/plain");
    }
    EXPECT_EQ(counted("musubi_net_accepted_total", ""), 1U);
    EXPECT_EQ(endpoint.last_peer.certificate.subject, "CN=member");
    client.forget_connections();
    EXPECT_TRUE(client.post(request("/echo")));
    EXPECT_EQ(counted("musubi_net_accepted_total", ""), 2U);
}

TEST_F(PeerClientTest, StreamsDocumentsBetweenTexts) {
    start();
    PeerRequest made = request("/echo");
    auto const memory = std::make_shared<MemoryContent>(Bytes(100'000, 'm'));
    auto const streamed = std::make_shared<CountedContent>(3'000'001);
    made.body = {{"head", memory}, {"middle", streamed}, {"", nullptr}, {"tail", nullptr}};
    auto const answer = client.post(made);
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->body, "echo:head" + std::string(100'000, 'm') + "middle" +
                                std::string(3'000'001, 'c') + "tail");
    EXPECT_EQ(streamed->reads, 1);
}

TEST_F(PeerClientTest, AnEmptyBodyAndAnyStatusAreAnswers) {
    start();
    auto const empty = client.post(request("/echo"));
    ASSERT_TRUE(empty) << empty.error().detail;
    EXPECT_EQ(empty->body, "echo:");
    auto const refused = client.post(request("/forbidden"));
    ASSERT_TRUE(refused) << refused.error().detail;
    EXPECT_EQ(refused->status, 403);
    EXPECT_EQ(refused->body, "not a member");
}

TEST_F(PeerClientTest, HandsTheAnswerToASinkAndStopsAtItsError) {
    start();
    PeerRequest made = request("/echo");
    made.body = {{std::string(500'000, 'x'), nullptr}};
    std::string taken;
    auto const answer = client.post(made, [&](ByteView piece) -> Status {
        taken.append(as_text(piece));
        return {};
    });
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(taken, "echo:" + std::string(500'000, 'x'));
    EXPECT_EQ(answer->body, "");
    auto const stopped =
        client.post(made, [](ByteView) -> Status { return Error(Code::kConflict, "enough"); });
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, Code::kConflict);
}

TEST_F(PeerClientTest, LimitsTheAnswerAtItsEdge) {
    start();
    PeerRequest made = request("/echo");
    made.body = {{"12345", nullptr}};
    made.max_answer_bytes = 10;
    EXPECT_TRUE(client.post(made));
    made.max_answer_bytes = 9;
    auto const answer = client.post(made);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Code::kTooLarge);
}

TEST_F(PeerClientTest, ADocumentThatCannotBeReadEndsTheCallWithItsError) {
    start();
    PeerRequest made = request("/echo");
    made.body = {{"head", std::make_shared<FailingContent>()}};
    auto const answer = client.post(made);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Code::kStorageUnavailable);
    made.body = {{"fine", nullptr}};
    auto const next = client.post(made);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->body, "echo:fine");
}

TEST_F(PeerClientTest, WithoutMutualBeliefThereIsNoAnswer) {
    TestPki other("Other CA");
    other.issue({"outsider"});
    start();
    PeerRequest unknown = request("/echo");
    unknown.identity.ca_file = other.crt("ca");
    auto const not_believed = client.post(unknown);
    ASSERT_FALSE(not_believed);
    EXPECT_EQ(not_believed.error().code, Code::kUnauthenticated);
    EXPECT_FALSE(client.post(request("/echo", "revoked")));
    PeerRequest nobody = request("/echo");
    nobody.identity.certificate_file.clear();
    nobody.identity.key_file.clear();
    EXPECT_FALSE(client.post(nobody));
    PeerRequest broken = request("/echo");
    broken.identity.key_file = shared_pki().key("revoked");
    auto const unusable = client.post(broken);
    ASSERT_FALSE(unusable);
    EXPECT_EQ(unusable.error().code, Code::kInvalidContent);
    EXPECT_EQ(endpoint.last_head.path, "");
}

TEST_F(PeerClientTest, AKeptConnectionIsNotLentToAnotherIdentity) {
    start();
    ASSERT_TRUE(client.post(request("/echo")));
    EXPECT_FALSE(client.post(request("/echo", "revoked")));
}

TEST_F(PeerClientTest, TheServersNameIsCheckedUnlessToldNot) {
    start();
    PeerRequest made = request("/echo");
    made.url = "https://127.0.0.2:" + std::to_string(server->port()) + "/echo";
    config.listener.address = "127.0.0.2";
    config.listener.name = "second";
    server.reset();
    start();
    made.url = "https://127.0.0.2:" + std::to_string(server->port()) + "/echo";
    auto const checked = client.post(made);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, Code::kUnauthenticated);
    made.server_name = peer::ServerName::kIgnored;
    EXPECT_TRUE(client.post(made));
}

TEST_F(PeerClientTest, NobodyThereIsPeerUnavailable) {
    start();
    PeerRequest const made = request("/echo");
    server.reset();
    auto const answer = client.post(made);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Code::kPeerUnavailable);
}

TEST_F(PeerClientTest, TellsWhetherThePeerMayHaveSeenTheRequest) {
    TestPki other("Other CA");
    start();
    PeerRequest made = request("/echo");
    made.body = {{"question", nullptr}};
    PeerRequest not_believed = made;
    not_believed.identity.ca_file = other.crt("ca");
    EXPECT_EQ(client.post(not_believed).error().reason, peer::kReasonNotSent);
    PeerRequest refused = made;
    refused.url = "http://localhost/";
    EXPECT_EQ(client.post(refused).error().reason, peer::kReasonNotSent);
    made.max_answer_bytes = 3;
    EXPECT_NE(client.post(made).error().reason, peer::kReasonNotSent);
    PeerRequest const bare = request("/echo");
    server.reset();
    EXPECT_EQ(client.post(bare).error().reason, kNoReason) << "a head alone may have arrived";
    client.forget_connections();
    EXPECT_EQ(client.post(made).error().reason, peer::kReasonNotSent);
}

TEST_F(PeerClientTest, OnlyHttpsUnlessLoopbackIsAllowed) {
    auto plain =
        net::PlainHttpServer::start(net::PlainHttpServer::small_config(0), {{}, &endpoint});
    ASSERT_TRUE(plain);
    std::string const port = std::to_string((*plain)->port());
    PeerRequest made;
    made.body = {{"x", nullptr}};
    made.url = "http://127.0.0.1:" + port + "/echo";
    EXPECT_EQ(client.post(made).error().code, Code::kInvalidContent);
    PeerClient lenient(peer::Loopback::kPlainAllowed);
    auto const answer = lenient.post(made);
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->body, "echo:x");
    for (char const* url :
         {"http://192.0.2.1/", "http://127.0.0.1.example/", "http://127.0.0.1:x@192.0.2.1/",
          "file:///etc/hostname", "ftp://127.0.0.1/", ""}) {
        made.url = url;
        auto const refused = lenient.post(made);
        ASSERT_FALSE(refused) << url;
        EXPECT_EQ(refused.error().code, Code::kInvalidContent) << url;
    }
}

TEST_F(PeerClientTest, AHeaderOfTwoLinesIsNotSent) {
    start();
    PeerRequest made = request("/echo");
    made.headers.emplace_back("X", "a\r\nY: b");
    auto const answer = client.post(made);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Code::kInvalidContent);
}

/// As the node calls others: the rules of our own connections over curl's.
class PeerRulesTest : public PeerClientTest {
protected:
    /// A server with the certificate of `name`, called with `profile`.
    Result<peer::PeerAnswer> call(std::string const& name, net::TlsConfig rules) {
        auto served = server_tls(shared_pki());
        served.identities = {{shared_pki().crt(name), shared_pki().key(name)}};
        EXPECT_TRUE(tls->reload(served));
        PeerRequest made = request("/echo");
        made.rules = [rules](void* context, std::string const& host) {
            return net::harden_client(context, rules, host);
        };
        client.forget_connections();
        return client.post(made);
    }
};

// RFC 9525 6.3: a name in the subject is none.
TEST_F(PeerRulesTest, TheServerNamesItsHostInSubjectAltNameOrIsRefused) {
    shared_pki().issue({"localhost", -3600, 3600, "", false, "", ""});
    shared_pki().issue({"elsewhere", -3600, 3600, "", false, "", "DNS:example.jp"});
    start();
    auto const good = call("node", {});
    EXPECT_TRUE(good) << good.error().detail;
    for (char const* name : {"localhost", "elsewhere"}) {
        auto const answer = call(name, {});
        ASSERT_FALSE(answer) << name;
        EXPECT_EQ(answer.error().code, Code::kUnauthenticated) << name;
    }
}

TEST_F(PeerRulesTest, TheProfileCountsForCallsToOthersToo) {
    start();
    net::TlsConfig high;
    high.profile = net::TlsProfile::kJpHigh;
    EXPECT_TRUE(call("node", high));
    auto made =
        net::RevocationChecker::make({net::OcspMode::kHard, "http://127.0.0.1:9/", {}, 1'000});
    ASSERT_TRUE(made);
    high.revocation = *made;
    auto const unknown = call("node", high);  // nobody answers about the server
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, Code::kUnauthenticated);
}

/// Accepts, reads once, says `words`, and closes; counts connections.
class BareServer {
public:
    explicit BareServer(std::string words) : words_(std::move(words)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
        ::listen(listener_, 8);
        socklen_t size = sizeof address;
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(address.sin_port);
        thread_ = std::thread([this] {
            for (int socket = 0; (socket = ::accept(listener_, nullptr, nullptr)) >= 0;
                 ::close(socket)) {
                ++connections;
                // Whole: closing with octets unread would take the answer back.
                if (!read_question(socket)) continue;
                ::send(socket, words_.data(), words_.size(), MSG_NOSIGNAL);
            }
        });
    }
    ~BareServer() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }
    std::uint16_t port = 0;
    std::atomic<int> connections{0};

private:
    static bool read_question(int socket) {
        std::string all;
        char buffer[4096];
        while (!all.ends_with("question")) {
            auto const got = ::recv(socket, buffer, sizeof buffer, 0);
            if (got <= 0) return false;
            all.append(buffer, static_cast<std::size_t>(got));
        }
        return true;
    }

    std::string words_;
    int listener_ = -1;
    std::thread thread_;
};

Result<peer::PeerAnswer> ask(BareServer const& server, PeerClient& client) {
    PeerRequest made;
    made.url = "http://127.0.0.1:" + std::to_string(server.port) + "/";
    made.body = {{"question", nullptr}};
    return client.post(made);
}

TEST(PeerAnswerTest, RedirectsAreAnswersNotFollowed) {
    BareServer other("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    BareServer server("HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:" +
                      std::to_string(other.port) + "/\r\nContent-Length: 0\r\n\r\n");
    PeerClient client(peer::Loopback::kPlainAllowed);
    auto const answer = ask(server, client);
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->status, 307);
    EXPECT_EQ(other.connections, 0);
}

TEST(PeerAnswerTest, BodiesWithoutLengthAndInChunksAreRead) {
    PeerClient client(peer::Loopback::kPlainAllowed);
    BareServer to_the_end("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end");
    EXPECT_EQ(ask(to_the_end, client)->body, "to the end");
    BareServer chunked(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    EXPECT_EQ(ask(chunked, client)->body, "abcde");
}

TEST(PeerAnswerTest, AnAnswerCutShortIsPeerUnavailable) {
    PeerClient client(peer::Loopback::kPlainAllowed);
    for (char const* words :
         {"", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "nonsense\r\n\r\n"}) {
        BareServer server(words);
        auto const answer = ask(server, client);
        ASSERT_FALSE(answer) << words;
        EXPECT_EQ(answer.error().code, Code::kPeerUnavailable) << words;
    }
}

TEST(PeerAnswerTest, ARequestIsNotRepeatedOnAnotherConnection) {
    // The first answer promises to keep the connection, which then dies: the second request meets a
    // dead one.
    BareServer server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    PeerClient client(peer::Loopback::kPlainAllowed);
    ASSERT_TRUE(ask(server, client));
    (void)ask(server, client);
    EXPECT_LE(server.connections, 2);
}

}  // namespace
}  // namespace musubi::test
