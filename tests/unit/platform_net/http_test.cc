// RFC 9112 as the server reads it: framing, limits at their edge, refusals that are never an empty
// close.
#include "unit/platform_net/fixture.h"

namespace musubi::test {
namespace {

class HttpTest : public HttpServerTest {
protected:
    std::string answer_to(std::string const& bytes) {
        TlsPeer peer(server->port(), as("member"));
        peer.send(bytes);
        return peer.receive_all();
    }
    std::string status_to(std::string const& bytes) { return status_of(answer_to(bytes)); }
};

TEST_F(HttpTest, ServesManyRequestsOnOneConnection) {
    start();
    TlsPeer peer(server->port(), as("member"));
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(body_of(peer.request(post("/echo", std::to_string(i)))),
                  "echo:" + std::to_string(i));
    }
    EXPECT_EQ(counted("musubi_net_accepted_total", ""), 1U);
    EXPECT_EQ(counted("musubi_net_requests_total", ""), 50U);
}

TEST_F(HttpTest, AnswersPipelinedRequestsInOrder) {
    start();
    TlsPeer peer(server->port(), as("member"));
    std::string all;
    for (int i = 0; i < 200; ++i) all += post("/echo", std::to_string(i));
    peer.send(all);
    for (int i = 0; i < 200; ++i) {
        ASSERT_EQ(body_of(peer.receive_reply()), "echo:" + std::to_string(i));
    }
}

TEST_F(HttpTest, TellsTheEndpointPathQueryAndHeaders) {
    start();
    TlsPeer peer(server->port(), as("member"));
    peer.request(
        "GET https://localhost/echo?a=b%20c HTTP/1.1\r\nHost: localhost\r\nX-Test:  value "
        "\r\n\r\n");
    EXPECT_EQ(endpoint.last_head.method, "GET");
    EXPECT_EQ(endpoint.last_head.path, "/echo");
    EXPECT_EQ(endpoint.last_head.query, "a=b%20c");
    EXPECT_EQ(endpoint.last_head.header("x-test"), "value");
    EXPECT_FALSE(endpoint.last_head.content_length.has_value());
}

TEST_F(HttpTest, RoutesByExactPathThenByTreeThenToTheFallback) {
    tree.name = "tree";
    start();
    TlsPeer peer(server->port(), as("member"));
    EXPECT_EQ(body_of(peer.request(post("/tree/below/it", "x"))), "tree:x");
    EXPECT_EQ(body_of(peer.request(post("/tree", "x"))), "echo:x");
    EXPECT_EQ(body_of(peer.request(post("/elsewhere", "x"))), "echo:x");
    EXPECT_EQ(body_of(peer.request(post("/leaf", "x"))), "tree:x");
    EXPECT_EQ(body_of(peer.request(post("/leaf/", "x"))), "tree:x") << "one slash too many";
    EXPECT_EQ(body_of(peer.request(post("/leaf//", "x"))), "echo:x");
    EXPECT_EQ(body_of(peer.request(post("/leaf/more", "x"))), "echo:x");
}

TEST_F(HttpTest, TakesABodyInChunksHoweverTheyAreCut) {
    start();
    TlsPeer peer(server->port(), as("member"));
    std::string const request =
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nTrailer: t\r\n\r\n";
    for (char const c : request) ASSERT_TRUE(peer.send(std::string_view(&c, 1)));
    EXPECT_EQ(body_of(peer.receive_reply()), "echo:hello world");
    EXPECT_EQ(body_of(peer.request(post("/echo", "again"))), "echo:again");
}

TEST_F(HttpTest, InvitesABodyThatWaitsForIt) {
    start();
    TlsPeer peer(server->port(), as("member"));
    peer.send(
        "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
    EXPECT_EQ(peer.receive_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_EQ(body_of(peer.request("body")), "echo:body");
}

TEST_F(HttpTest, InvitesALargeBodyToo) {
    start();
    TlsPeer peer(server->port(), as("member"));
    peer.send(
        "POST /count HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: "
        "1000000\r\n\r\n");
    EXPECT_EQ(peer.receive_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_EQ(body_of(peer.request(std::string(1'000'000, 'x'))), "echo:count=1000000");
}

TEST_F(HttpTest, RefusesBeforeTheBodyAndDoesNotInviteIt) {
    start();
    std::string const answer = answer_to(
        "POST /forbidden HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
    EXPECT_EQ(status_of(answer), "HTTP/1.1 403");
    EXPECT_EQ(body_of(answer), "not a member");
}

TEST_F(HttpTest, ARefusalReachesAPeerThatIsStillSending) {
    start();
    TlsPeer peer(server->port(), as("member"));
    peer.send("POST /forbidden HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n");
    peer.send(std::string(1'000'000, 'x'));
    EXPECT_EQ(status_of(peer.receive_all()), "HTTP/1.1 403");
}

TEST_F(HttpTest, AnUnknownExpectationIs417) {
    start();
    EXPECT_EQ(status_to("GET /echo HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\n\r\n"),
              "HTTP/1.1 417");
}

TEST_F(HttpTest, SmugglingPairsAre400AndTheEnd) {
    start();
    std::string const head = "POST /echo HTTP/1.1\r\nHost: x\r\n";
    std::string const next = post("/echo", "smuggled");
    for (std::string const& pair : {
             std::string("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
             std::string("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"),
             std::string("Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde"),
             std::string("Content-Length: 4, 5\r\n\r\nabcde"),
             std::string("Content-Length: +4\r\n\r\nabcd"),
             std::string("Content-Length: 99999999999999999999999\r\n\r\n"),
             std::string(
                 "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
             std::string("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
             std::string("X: a\r\n Transfer-Encoding: chunked\r\n\r\n"),
             std::string("X: a\nY: b\r\n\r\n"),
             std::string("Host: y\r\n\r\n"),
         }) {
        std::string const answer = answer_to(head + pair + next);
        EXPECT_EQ(status_of(answer), "HTTP/1.1 400") << pair;
        EXPECT_NE(answer.find("Connection: close"), std::string::npos) << pair;
        EXPECT_EQ(answer.find("smuggled"), std::string::npos) << pair;
    }
    EXPECT_EQ(status_to("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
              "HTTP/1.1 400");
    EXPECT_EQ(status_to(head + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
              "HTTP/1.1 501");
}

TEST_F(HttpTest, MalformedBytesAreAnsweredNeverClosedEmpty) {
    start();
    EXPECT_EQ(status_to("nonsense\r\n\r\n"), "HTTP/1.1 400");
    EXPECT_EQ(status_to("GET /echo HTTP/1.1\r\n\r\n"), "HTTP/1.1 400");  // no Host
    EXPECT_EQ(status_to("GET echo HTTP/1.1\r\nHost: x\r\n\r\n"), "HTTP/1.1 400");
    EXPECT_EQ(status_to("GET /echo HTTP/3.7\r\nHost: x\r\n\r\n"), "HTTP/1.1 505");
    EXPECT_EQ(
        status_to("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        "HTTP/1.1 400");
    EXPECT_EQ(status_to("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "fffffffffffffffff\r\n"),
              "HTTP/1.1 400");
    EXPECT_EQ(status_to("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
                        "chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n"),
              "HTTP/1.1 400");
    EXPECT_EQ(status_to("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
                        std::string(20'000, 'e')),
              "HTTP/1.1 400");
}

TEST_F(HttpTest, ABodyShorterThanItsLengthIs400WhenThePeerEnds) {
    start();
    TlsPeer peer(server->port(), as("member"));
    peer.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    ::shutdown(peer.socket(), SHUT_WR);
    EXPECT_EQ(status_of(peer.receive_all()), "HTTP/1.1 400");
}

TEST_F(HttpTest, HeaderLinesAreLimitedAtTheirEdge) {
    start();
    auto const with_headers = [](int count, std::size_t line_bytes) {
        std::string request = "GET /echo HTTP/1.1\r\nHost: x\r\n";
        for (int i = 2; i <= count; ++i) {
            std::string line = "X-" + std::to_string(i) + ": ";
            line.resize(i == count ? line_bytes : line.size() + 1, 'v');
            request += line + "\r\n";
        }
        return request + "Connection: close\r\n\r\n";  // one more line
    };
    EXPECT_EQ(status_to(with_headers(63, 100)), "HTTP/1.1 200");
    EXPECT_EQ(status_to(with_headers(64, 100)), "HTTP/1.1 431");
    EXPECT_EQ(status_to(with_headers(2, 8192)), "HTTP/1.1 200");
    EXPECT_EQ(status_to(with_headers(2, 8193)), "HTTP/1.1 431");
    EXPECT_EQ(counted("musubi_net_limit_hit_total", ",limit=\"header_lines\""), 1U);
    EXPECT_EQ(counted("musubi_net_limit_hit_total", ",limit=\"header_line\""), 1U);
    std::string const fits = "GET /" + std::string(8192 - 14, 'p') + " HTTP/1.1";
    ASSERT_EQ(fits.size(), 8192U);
    EXPECT_EQ(status_to(fits + "\r\nHost: x\r\nConnection: close\r\n\r\n"), "HTTP/1.1 200");
    EXPECT_EQ(status_to("GET /" + std::string(8192 - 13, 'p') + " HTTP/1.1\r\nHost: x\r\n\r\n"),
              "HTTP/1.1 414");
}

TEST_F(HttpTest, AnEndlessLineIsRefusedBeforeItEnds) {
    start();
    EXPECT_EQ(status_to("GET /echo HTTP/1.1\r\nX: " + std::string(9000, 'v')), "HTTP/1.1 431");
}

TEST_F(HttpTest, BodiesAreLimitedAtTheirEdge) {
    config.max_body_bytes = 1'000'000;
    start();
    auto const chunked = [](std::size_t size) {
        char length[16];
        std::snprintf(length, sizeof length, "%zx", size);
        return "POST /count HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: "
               "close\r\n\r\n" +
               std::string(length) + "\r\n" + std::string(size, 'x') + "\r\n0\r\n\r\n";
    };
    EXPECT_EQ(
        body_of(answer_to(post("/count", std::string(1'000'000, 'x'), "Connection: close\r\n"))),
        "echo:count=1000000");
    EXPECT_EQ(status_to(post("/count", std::string(1'000'001, 'x'))), "HTTP/1.1 413");
    EXPECT_EQ(body_of(answer_to(chunked(1'000'000))), "echo:count=1000000");
    EXPECT_EQ(status_to(chunked(1'000'001)), "HTTP/1.1 413");
}

TEST_F(HttpTest, BodiesAroundTheBufferEdgeArriveWhole) {
    config.buffered_body_bytes = 1000;
    start();
    TlsPeer peer(server->port(), as("member"));
    for (std::size_t const size : {0U, 1U, 999U, 1000U, 1001U, 40'000U}) {
        std::string const body(size, 'b');
        EXPECT_EQ(body_of(peer.request(post("/echo", body))), "echo:" + body);
        char length[16];
        std::snprintf(length, sizeof length, "%zx", size);
        std::string const chunk =
            size > 0 ? std::string(length) + "\r\n" + body + "\r\n" : std::string();
        EXPECT_EQ(body_of(peer.request(
                      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" +
                      chunk + "0\r\n\r\n")),
                  "echo:" + body);
    }
}

TEST_F(HttpTest, Http10AndConnectionCloseEndInOrder) {
    start();
    for (std::string const& request :
         {std::string("GET /echo HTTP/1.0\r\n\r\n"),
          std::string("GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")}) {
        TlsPeer peer(server->port(), as("member"));
        peer.send(request);
        std::string const answer = peer.receive_all();
        EXPECT_EQ(status_of(answer), "HTTP/1.1 200");
        EXPECT_NE(answer.find("Connection: close"), std::string::npos);
        EXPECT_TRUE(peer.ended_in_order());
    }
}

TEST_F(HttpTest, HeadAnswersWithTheLengthAndNoBody) {
    start();
    TlsPeer peer(server->port(), as("member"));
    peer.send("HEAD /echo HTTP/1.1\r\nHost: x\r\n\r\n" + post("/echo", "next"));
    EXPECT_NE(peer.receive_until("\r\n\r\n").find("Content-Length: 5"), std::string::npos);
    EXPECT_EQ(body_of(peer.receive_reply()), "echo:next");
}

TEST_F(HttpTest, AnEndpointThatThrowsIs500) {
    start();
    TlsPeer peer(server->port(), as("member"));
    EXPECT_EQ(status_of(peer.request(post("/throw", "x"))), "HTTP/1.1 500");
    EXPECT_EQ(body_of(peer.request(post("/echo", "x"))), "echo:x");
}

TEST(PlainHttpTest, ServesLoopbackAndRefusesEveryOtherAddress) {
    EchoEndpoint endpoint;
    net::HttpServerConfig config = net::PlainHttpServer::small_config(0);
    config.listener.name = "plain";
    for (char const* address : {"0.0.0.0", "192.0.2.1", "::", "localhost.example", ""}) {
        config.listener.address = address;
        EXPECT_FALSE(net::PlainHttpServer::start(config, {{}, &endpoint})) << address;
    }
    config.listener.address = "127.0.0.1";
    auto server = net::PlainHttpServer::start(config, {{}, &endpoint});
    ASSERT_TRUE(server);
    int const socket = connect_loopback((*server)->port());
    std::string const request = "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    ASSERT_EQ(::send(socket, request.data(), request.size(), 0),
              static_cast<ssize_t>(request.size()));
    std::string answer;
    char buffer[1024];
    for (ssize_t n = 0; (n = ::recv(socket, buffer, sizeof buffer, 0)) > 0;)
        answer.append(buffer, static_cast<std::size_t>(n));
    ::close(socket);
    EXPECT_EQ(status_of(answer), "HTTP/1.1 200");
    EXPECT_TRUE((*server)->stop(1000));
}

TEST(HttpConfigTest, RefusesLimitsThatContradictEachOther) {
    EchoEndpoint endpoint;
    net::HttpServerConfig config = net::PlainHttpServer::small_config(0);
    config.listener.workers = config.listener.in_flight + config.streamed_replies;
    EXPECT_FALSE(net::PlainHttpServer::start(config, {{}, &endpoint}));
    config = net::PlainHttpServer::small_config(0);
    EXPECT_FALSE(net::PlainHttpServer::start(config, {{}, nullptr}));
    config.streaming_uploads = config.listener.in_flight;
    EXPECT_FALSE(net::PlainHttpServer::start(config, {{}, &endpoint}));
}

TEST(HttpConfigTest, APortThatIsTakenIsAConflict) {
    EchoEndpoint endpoint;
    auto first =
        net::PlainHttpServer::start(net::PlainHttpServer::small_config(0), {{}, &endpoint});
    ASSERT_TRUE(first);
    auto second = net::PlainHttpServer::start(net::PlainHttpServer::small_config((*first)->port()),
                                              {{}, &endpoint});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Code::kConflict);
}

}  // namespace
}  // namespace musubi::test
