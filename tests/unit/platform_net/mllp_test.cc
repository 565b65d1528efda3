// MLLP framing (HL7 v2 transport, ITI TF-2 C.2.1) under mutual TLS.
#include "platform/net/mllp_client.h"
#include "platform/net/mllp_framer.h"
#include "platform/net/mllp_server.h"
#include "unit/platform_net/fixture.h"

namespace musubi::test {
namespace {

using net::mllp_frame;
using net::MllpFramer;

class EchoMessages : public core::MllpEndpoint {
public:
    std::string handle(core::PeerConnection const& peer, std::string_view message) override {
        {
            std::lock_guard const lock(mutex);
            handled.emplace_back(message);
        }
        if (message == "hold") gate.wait_for_release();
        if (message == "throw") throw std::runtime_error("endpoint");
        return "AA " + peer.certificate.subject + " " + std::string(message);
    }
    std::string refuse(core::PeerConnection const&, std::string_view message,
                       Error const& why) override {
        std::string const what = "AR " + std::string(to_string(why.code));
        return message.empty() ? what : what + " " + std::string(message);
    }
    EchoEndpoint gate;
    std::mutex mutex;
    std::vector<std::string> handled;
};

class MllpTest : public HttpServerTest {
protected:
    ~MllpTest() override { messages.gate.release(); }
    void start_mllp() {
        mllp_config.listener.name = config.listener.name;
        mllp_config.listener.address = "127.0.0.1";
        mllp_config.listener.workers = 3;
        mllp_config.listener.in_flight = 1;
        auto made = net::TlsContext::server(server_tls(shared_pki()));
        ASSERT_TRUE(made);
        tls = *made;
        auto started = net::MllpServer::start(mllp_config, tls, &messages, &witness);
        ASSERT_TRUE(started) << started.error().detail;
        mllp = std::move(*started);
    }
    std::string answer_to(std::string const& bytes) {
        TlsPeer peer(mllp->port(), as("member"));
        peer.send(bytes);
        return peer.receive_all();
    }
    static std::string accepted(std::string const& message) {
        return mllp_frame("AA CN=member " + message);
    }
    static std::string refused(Code code) {
        return mllp_frame("AR " + std::string(to_string(code)));
    }
    static std::string refused(Code code, std::string const& message) {
        return mllp_frame("AR " + std::string(to_string(code)) + " " + message);
    }

    EchoMessages messages;
    net::MllpServerConfig mllp_config;
    std::unique_ptr<net::MllpServer> mllp;
};

TEST(MllpFramerTest, FindsMessagesHoweverTheBytesAreCut) {
    std::string const bytes =
        "\r\n" + mllp_frame("one") + "\r\n\n" + mllp_frame("") + mllp_frame("t\x01wo\r");
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
        MllpFramer framer(100);
        std::vector<std::string> found;
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            framer.append(std::string_view(bytes).substr(at, piece));
            while (framer.state() == MllpFramer::State::kMessage) {
                found.emplace_back(framer.message());
                framer.pop();
            }
        }
        EXPECT_EQ(found, (std::vector<std::string>{"one", "", "t\x01wo\r"})) << piece;
        EXPECT_EQ(framer.state(), MllpFramer::State::kNothing);
    }
}

TEST(MllpFramerTest, LimitsTheMessageAtItsEdge) {
    MllpFramer framer(10);
    framer.append(mllp_frame(std::string(10, 'x')));
    EXPECT_EQ(framer.state(), MllpFramer::State::kMessage);
    framer.pop();
    framer.append(mllp_frame(std::string(11, 'x')));
    EXPECT_EQ(framer.state(), MllpFramer::State::kTooLong);
    MllpFramer endless(10);
    endless.append("\x0b" + std::string(11, 'x'));
    EXPECT_EQ(endless.state(), MllpFramer::State::kTooLong);
}

TEST_F(MllpTest, AnswersManyMessagesOnOneConnectionInOrder) {
    start_mllp();
    TlsPeer peer(mllp->port(), as("member"));
    std::string all;
    for (int i = 0; i < 200; ++i) all += mllp_frame(std::to_string(i)) + (i % 3 == 0 ? "\r\n" : "");
    peer.send(all);
    for (int i = 0; i < 200; ++i) {
        ASSERT_EQ(peer.receive_until("\x1c\r"), accepted(std::to_string(i)));
    }
}

TEST_F(MllpTest, BadFramingIsAnsweredThenTheEnd) {
    start_mllp();
    EXPECT_EQ(answer_to("MSH|no block"), refused(Code::kInvalidMessage));
    EXPECT_EQ(answer_to(mllp_frame("a") + "x" + mllp_frame("b")),
              accepted("a") + refused(Code::kInvalidMessage));
    EXPECT_EQ(answer_to("\x0b"
                        "a\x0b"
                        "b\x1c\r"),
              refused(Code::kInvalidMessage));
    EXPECT_EQ(answer_to("\x0b"
                        "a\x1c"
                        "b\x1c\r"),
              refused(Code::kInvalidMessage));
}

TEST_F(MllpTest, AMessageOverTheLimitIsAnsweredThenTheEnd) {
    mllp_config.max_message_bytes = 100'000;
    start_mllp();
    TlsPeer peer(mllp->port(), as("member"));
    std::string const longest(100'000, 'x');
    peer.send(mllp_frame(longest));
    EXPECT_EQ(peer.receive_until("\x1c\r"), accepted(longest));
    peer.send(mllp_frame(longest + "x"));
    EXPECT_EQ(peer.receive_all(), refused(Code::kTooLarge));
}

TEST_F(MllpTest, AMessageThatStopsIsAnsweredAndOneThatNeverBeginsIsNot) {
    mllp_config.message_progress_timeout_ms = 100;
    mllp_config.listener.first_byte_timeout_ms = 100;
    mllp_config.listener.idle_timeout_ms = 100;
    start_mllp();
    EXPECT_EQ(answer_to("\x0bMSH|"), refused(Code::kInvalidMessage));
    EXPECT_EQ(answer_to(""), "");
    EXPECT_EQ(answer_to(mllp_frame("a") + "\r\n"), accepted("a"));
    EXPECT_EQ(counted("musubi_net_timeout_total", ",phase=\"message\""), 1U);
    EXPECT_EQ(counted("musubi_net_timeout_total", ",phase=\"first_byte\""), 1U);
    EXPECT_EQ(counted("musubi_net_timeout_total", ",phase=\"idle\""), 1U);
}

TEST_F(MllpTest, UnfinishedMessagesHoldNoThread) {
    start_mllp();
    std::vector<std::unique_ptr<TlsPeer>> slow;
    for (int i = 0; i < 50; ++i) {
        slow.push_back(std::make_unique<TlsPeer>(mllp->port(), as("member")));
        slow.back()->send("\x0bhalf");
    }
    EXPECT_EQ(answer_to(mllp_frame("good") + "x"),
              accepted("good") + refused(Code::kInvalidMessage));
    for (auto& peer : slow) {
        peer->send("\x1c\r");
        EXPECT_EQ(peer->receive_until("\x1c\r"), accepted("half"));
    }
}

TEST_F(MllpTest, BusyIsAnAnswerAndTheConnectionStays) {
    mllp_config.listener.busy_wait_ms = 100;
    start_mllp();
    TlsPeer first(mllp->port(), as("member"));
    first.send(mllp_frame("hold"));
    messages.gate.wait_until_held(1);
    TlsPeer second(mllp->port(), as("member"));
    second.send(mllp_frame("now"));
    EXPECT_EQ(second.receive_until("\x1c\r"), refused(Code::kBusy, "now"));
    messages.gate.release();
    EXPECT_EQ(first.receive_until("\x1c\r"), accepted("hold"));
    second.send(mllp_frame("later"));
    EXPECT_EQ(second.receive_until("\x1c\r"), accepted("later"));
}

TEST_F(MllpTest, AMessageThatWaitedComesBeforeTheRestOfAConnectionThatSendsMany) {
    start_mllp();
    TlsPeer many(mllp->port(), as("member"));
    std::string all = mllp_frame("hold");
    for (int i = 0; i < 20; ++i) all += mllp_frame(std::to_string(i));
    many.send(all);
    messages.gate.wait_until_held(1);
    TlsPeer one(mllp->port(), as("member"));
    one.send(mllp_frame("one"));
    while (counted("musubi_net_requests_total", "") < 2) std::this_thread::yield();
    messages.gate.release();
    EXPECT_EQ(one.receive_until("\x1c\r"), accepted("one"));
    EXPECT_EQ(many.receive_until("\x1c\r"), accepted("hold"));
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(many.receive_until("\x1c\r"), accepted(std::to_string(i)));
    auto const at = std::find(messages.handled.begin(), messages.handled.end(), "one");
    EXPECT_LT(at - messages.handled.begin(), 5) << "it found the place taken, and was next";
}

TEST_F(MllpTest, PlacesGoFromHandToHandAmongMoreConnectionsThanPlaces) {
    start_mllp();
    std::vector<std::thread> clients;
    std::atomic<int> answered{0};
    for (int c = 0; c < 8; ++c) {
        clients.emplace_back([&, c] {
            TlsPeer peer(mllp->port(), as("member"));
            for (int i = 0; i < 40; ++i) {
                std::string const text = std::to_string(c) + "-" + std::to_string(i);
                peer.send(mllp_frame(text));
                answered += peer.receive_until("\x1c\r") == accepted(text);
            }
        });
    }
    for (auto& client : clients) client.join();
    EXPECT_EQ(answered, 8 * 40);
    EXPECT_EQ(counted("musubi_net_busy_total", ""), 0U);
}

TEST_F(MllpTest, AnEndpointThatThrowsIsAnswered) {
    start_mllp();
    EXPECT_EQ(answer_to(mllp_frame("throw") + mllp_frame("a") + "x"),
              refused(Code::kInternal, "throw") + accepted("a") + refused(Code::kInvalidMessage));
}

TEST_F(MllpTest, ARevokedPeerIsWitnessed) {
    start_mllp();
    TlsPeer peer(mllp->port(), as("revoked"));
    peer.send(mllp_frame("a"));
    EXPECT_EQ(peer.receive_all(), "");
    EXPECT_EQ(witness.refusal().reason, "certificate revoked");
}

TEST_F(MllpTest, DrainingAnswersTheRunningMessageAndEndsInOrder) {
    start_mllp();
    TlsPeer busy(mllp->port(), as("member"));
    busy.send(mllp_frame("hold"));
    messages.gate.wait_until_held(1);
    bool in_time = false;
    std::thread stopper([&] { in_time = mllp->stop(10'000); });
    messages.gate.release();
    EXPECT_EQ(busy.receive_all(), accepted("hold"));
    EXPECT_TRUE(busy.ended_in_order());
    stopper.join();
    EXPECT_TRUE(in_time);
}

class MllpClientTest : public MllpTest {
protected:
    std::shared_ptr<net::TlsContext> client_tls(std::string const& name) {
        net::TlsConfig config;
        config.identities = {{shared_pki().crt(name), shared_pki().key(name)}};
        config.ca_file = shared_pki().crt("ca");
        auto made = net::TlsContext::client(config);
        EXPECT_TRUE(made);
        return *made;
    }
    net::MllpClientConfig to(std::string const& server_name) {
        net::MllpClientConfig config;
        config.host = "127.0.0.1";
        config.port = mllp->port();
        config.server_name = server_name;
        return config;
    }
};

TEST_F(MllpClientTest, SendsAndReceivesAgainAndAgain) {
    start_mllp();
    auto client = net::MllpClient::connect(*client_tls("member"), to("localhost"));
    ASSERT_TRUE(client) << client.error().detail;
    std::string const large(300'000, 'x');
    for (std::string const& message : {std::string("one"), large, std::string()}) {
        auto const answer = (*client)->exchange(message);
        ASSERT_TRUE(answer) << answer.error().detail;
        EXPECT_EQ(*answer, "AA CN=member " + message);
    }
}

TEST_F(MllpClientTest, ChecksTheServersName) {
    start_mllp();
    auto tls_member = client_tls("member");
    EXPECT_TRUE(net::MllpClient::connect(*tls_member, to("127.0.0.1")));
    EXPECT_TRUE(net::MllpClient::connect(*tls_member, to("")));
    auto const wrong = net::MllpClient::connect(*tls_member, to("other.example"));
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, Code::kUnauthenticated);
    EXPECT_EQ(wrong.error().detail, "certificate names another host");
}

TEST_F(MllpClientTest, NobodyThereIsPeerUnavailable) {
    start_mllp();
    auto config = to("localhost");
    mllp.reset();
    auto const client = net::MllpClient::connect(*client_tls("member"), config);
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().code, Code::kPeerUnavailable);
}

TEST_F(MllpClientTest, ARefusedClientLearnsItWithItsFirstMessage) {
    start_mllp();
    auto client = net::MllpClient::connect(*client_tls("revoked"), to("localhost"));
    if (client) {
        EXPECT_FALSE((*client)->exchange("x"));
    }
    EXPECT_EQ(witness.refusal().reason, "certificate revoked");
}

TEST_F(MllpClientTest, AnAnswerOverTheLimitIsTooLarge) {
    start_mllp();
    auto config = to("localhost");
    config.max_answer_bytes = 20;
    auto client = net::MllpClient::connect(*client_tls("member"), config);
    ASSERT_TRUE(client);
    EXPECT_TRUE((*client)->exchange("1234567"));
    auto const answer = (*client)->exchange("12345678");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Code::kTooLarge);
}

}  // namespace
}  // namespace musubi::test
