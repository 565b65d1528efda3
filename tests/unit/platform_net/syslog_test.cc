// Audit messages over TLS (RFC 5425) and as datagrams (RFC 5426).
#include "platform/net/syslog_client.h"
#include "platform/net/syslog_datagrams.h"
#include "platform/net/syslog_framer.h"
#include "platform/net/syslog_server.h"
#include "unit/platform_net/fixture.h"

namespace musubi::test {
namespace {

using net::syslog_frame;
using net::SyslogFramer;

TEST(SyslogFramerTest, FindsMessagesHoweverTheBytesAreCut) {
    std::string const bytes = syslog_frame("one") + "\r\n" + syslog_frame("t wo\n") + "\n" +
                              syslog_frame(std::string(3, '\0'));
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
        SyslogFramer framer(100);
        std::vector<std::string> found;
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            framer.append(std::string_view(bytes).substr(at, piece));
            while (framer.next() == SyslogFramer::State::kMessage)
                found.emplace_back(framer.message());
        }
        EXPECT_EQ(found, (std::vector<std::string>{"one", "t wo\n", std::string(3, '\0')}))
            << piece;
        EXPECT_TRUE(framer.between());
    }
}

TEST(SyslogFramerTest, KeepsTheBeginningOfAMessageBeyondTheLimitAndFindsTheNext) {
    std::string const bytes =
        syslog_frame(std::string(11, 'x')) + syslog_frame(std::string(10, 'y'));
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
        SyslogFramer framer(10);
        std::vector<std::pair<std::string, bool>> found;
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            framer.append(std::string_view(bytes).substr(at, piece));
            while (framer.next() == SyslogFramer::State::kMessage)
                found.emplace_back(framer.message(), framer.cut());
        }
        EXPECT_EQ(found, (std::vector<std::pair<std::string, bool>>{{std::string(10, 'x'), true},
                                                                    {std::string(10, 'y'), false}}))
            << piece;
    }
}

TEST(SyslogFramerTest, AWrongLengthIsBadFraming) {
    for (char const* bytes :
         {"<85>1 - x", "03 abc", "-1 a", "1234567890 a", " 3 abc", "99999999 a", "0 ", "3abc"}) {
        SyslogFramer framer(100);
        framer.append(bytes);
        EXPECT_EQ(framer.next(), SyslogFramer::State::kBadFraming) << bytes;
    }
}

class KeptMessages : public core::SyslogEndpoint {
public:
    Status admit(core::PeerConnection const& peer) override {
        if (peer.certificate.subject == "CN=stranger") return Error(Code::kDenied, "no member");
        return {};
    }
    Result<std::chrono::milliseconds> receive(core::PeerConnection const&,
                                              std::span<std::string_view const> messages) override {
        std::lock_guard const lock(mutex);
        ++calls;
        if (failures > 0) {
            --failures;
            return Error(Code::kStorageUnavailable, "not now");
        }
        for (auto const message : messages) kept.emplace_back(message);
        return pause;
    }
    std::size_t count() {
        std::lock_guard const lock(mutex);
        return kept.size();
    }
    void forget() {
        std::lock_guard const lock(mutex);
        kept.clear();
    }
    std::vector<std::string> all() {
        std::lock_guard const lock(mutex);
        return kept;
    }
    std::mutex mutex;
    std::vector<std::string> kept;
    int failures = 0, calls = 0;
    std::chrono::milliseconds pause{0};
};

class SyslogTest : public HttpServerTest {
protected:
    SyslogTest() {
        settings.listener.name = config.listener.name;
        settings.listener.address = "127.0.0.1";
        settings.listener.workers = 3;
        settings.listener.in_flight = 2;
    }
    void start_syslog() {
        auto made = net::TlsContext::server(server_tls(shared_pki()));
        ASSERT_TRUE(made);
        tls = *made;
        auto started = net::SyslogServer::start(settings, tls, &endpoint_, &witness);
        ASSERT_TRUE(started) << started.error().detail;
        syslog = std::move(*started);
    }
    std::unique_ptr<core::SyslogLine> line(std::string const& server_name = "localhost") {
        net::TlsConfig mine;
        mine.identities = {{shared_pki().crt("member"), shared_pki().key("member")}};
        mine.ca_file = shared_pki().crt("ca");
        auto context = net::TlsContext::client(mine);
        net::SyslogClientConfig to;
        to.destination.host = "127.0.0.1";
        to.destination.port = syslog->port();
        to.destination.server_name = server_name;
        to.stall_timeout_ms = 1'000;
        auto opened = net::open_syslog_line(**context, to, give_up);
        if (!opened) {
            problem = opened.error();
            return nullptr;
        }
        return std::move(*opened);
    }

    KeptMessages endpoint_;
    net::SyslogServerConfig settings;
    std::unique_ptr<net::SyslogServer> syslog;
    std::atomic<bool> give_up{false};
    Error problem;
};

std::vector<std::string> numbered(int n, std::size_t size = 2'000) {
    std::vector<std::string> out;
    for (int i = 0; i < n; ++i) out.push_back(std::to_string(i) + std::string(size, 'x'));
    return out;
}

TEST_F(SyslogTest, EveryMessageOfAnOrderlyEndedLineWasKeptInOrder) {
    start_syslog();
    auto const all = numbered(3'000);
    for (int round = 0; round < 5; ++round) {
        endpoint_.forget();
        auto const to = line();
        ASSERT_TRUE(to);
        ASSERT_TRUE(to->send(all).ok());
        auto const end = to->finish(std::chrono::seconds(20));
        ASSERT_TRUE(end.ok()) << end.error().detail;
        EXPECT_EQ(*end, core::SyslogLine::Delivery::kProven);
        EXPECT_EQ(endpoint_.all(), all);
    }
}

TEST_F(SyslogTest, AFailureToKeepIsTriedAgainBeforeMoreIsRead) {
    endpoint_.failures = 2;
    start_syslog();
    auto const to = line();
    ASSERT_TRUE(to->send(numbered(10)).ok());
    ASSERT_TRUE(to->finish(std::chrono::seconds(20)).ok());
    EXPECT_EQ(endpoint_.all(), numbered(10));
    EXPECT_GE(endpoint_.calls, 3);
}

TEST_F(SyslogTest, WhatCannotBeKeptEndsInAResetAndNeverInOrder) {
    endpoint_.failures = 1'000'000;
    settings.store_patience_ms = 100;
    start_syslog();
    auto const to = line();
    ASSERT_TRUE(to->send(numbered(10)).ok());
    EXPECT_FALSE(to->finish(std::chrono::seconds(20)).ok());
    EXPECT_TRUE(endpoint_.all().empty());
}

TEST_F(SyslogTest, ASenderBeyondItsQuotaIsSlowedDownAndLosesNothing) {
    settings.batch_bytes = 4'096;
    endpoint_.pause = std::chrono::milliseconds(20);
    start_syslog();
    auto const to = line();
    ASSERT_TRUE(to->send(numbered(100)).ok());
    ASSERT_TRUE(to->finish(std::chrono::seconds(20)).ok());
    EXPECT_EQ(endpoint_.all(), numbered(100));
    EXPECT_GT(endpoint_.calls, 1);
}

TEST_F(SyslogTest, WhoIsNoMemberIsClosedBeforeAnythingIsRead) {
    shared_pki().issue({"stranger"});
    start_syslog();
    TlsPeer peer(syslog->port(), as("stranger"));
    peer.send(syslog_frame("message"));
    EXPECT_EQ(peer.receive_all(), "");
    EXPECT_FALSE(peer.ended_in_order());
    EXPECT_EQ(endpoint_.count(), 0U);
    EXPECT_EQ(counted("musubi_net_refused_total", ",reason=\"member\""), 1U);
}

TEST_F(SyslogTest, BadFramingKeepsWhatCameBeforeItAndEndsTheConnection) {
    start_syslog();
    TlsPeer peer(syslog->port(), as("member"));
    peer.send(syslog_frame("good") + "bad");
    EXPECT_EQ(peer.receive_all(), "");
    EXPECT_FALSE(peer.ended_in_order());
    EXPECT_EQ(endpoint_.all(), std::vector<std::string>{"good"});
}

TEST_F(SyslogTest, ALineToSomebodyElseIsNotOpened) {
    start_syslog();
    EXPECT_EQ(line("elsewhere.example"), nullptr);
    EXPECT_EQ(problem.code, Code::kUnauthenticated);
}

TEST_F(SyslogTest, AReceiverThatStallsEndsTheSending) {
    endpoint_.failures = 1'000'000;
    settings.store_patience_ms = 60'000;
    start_syslog();
    auto const to = line();
    auto const sent = to->send(numbered(20'000));
    EXPECT_FALSE(sent.ok());
    EXPECT_EQ(sent.error().code, Code::kPeerUnavailable);
}

TEST_F(SyslogTest, ADatagramIsAMessage) {
    auto receiver = net::SyslogDatagrams::start("127.0.0.1", 0, &endpoint_);
    ASSERT_TRUE(receiver.ok());
    net::SyslogClientConfig to;
    to.destination = {"udp", false, "127.0.0.1", (*receiver)->port(), ""};
    to.datagram_bytes = 20'000;
    auto const sender = net::open_syslog_datagrams(to);
    ASSERT_TRUE(sender.ok());
    std::vector<std::string> const all = {"one", "zwei\n<85>", std::string(30'000, 'x')};
    ASSERT_TRUE((*sender)->send(all).ok());
    EXPECT_TRUE(eventually([&] { return endpoint_.count() == 3; }));
    (*receiver)->stop();
    EXPECT_EQ(endpoint_.all()[0], all[0]);
    EXPECT_EQ(endpoint_.all()[1], all[1]);
    EXPECT_EQ(endpoint_.all()[2], std::string(20'000, 'x'));
}

}  // namespace
}  // namespace musubi::test
