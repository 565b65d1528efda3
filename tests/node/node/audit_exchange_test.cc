// Audit messages between systems (ITI-20): a node sends its trail to another one, members deliver
// theirs, and a syslog server of somebody else's making receives ours.
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "codec/auditmsg/audit_message.h"
#include "codec/syslog/syslog_message.h"
#include "platform/net/syslog_framer.h"
#include "support/child_process.h"
#include "support/invariants.h"
#include "support/peer_programs.h"
#include "support/source_tree.h"
#include "support/tcp_proxy.h"
#include "unit/platform_net/tls_peer.h"

namespace musubi::test {
namespace {

namespace fs = std::filesystem;

/// What a node records of itself when an operator looks into its trail; quick to make.
void look(TestNode const& node, int times = 1) {
    for (int i = 0; i < times; ++i)
        ASSERT_EQ(node.command({"audit", "search", "--limit", "1"}).status, 0);
}

TestNode::Options sending_to(std::uint16_t port) {
    // The sender shows a member's certificate: the receiver's agreement knows no node.
    return {.settings = {"atna.export=[\"region;tls=localhost:" + std::to_string(port) +
                             ";server_name=localhost\"]",
                         "atna.export_confirm_after=100ms",
                         "tls.certificate=" + (test_pki() / "hospital-kita.crt").string(),
                         "tls.key=" + (test_pki() / "hospital-kita.key").string()}};
}

/// As the system chose it; nobody holds it any more.
std::uint16_t free_port() {
    int const socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(socket, reinterpret_cast<sockaddr*>(&address), size);
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    ::close(socket);
    return ntohs(address.sin_port);
}

std::set<std::string> messages(std::vector<atna::FoundRecord> const& records, bool received) {
    std::set<std::string> out;
    for (auto const& record : records) {
        if (record.received.empty() != received) out.insert(record.message);
    }
    return out;
}

class AuditExchange : public ::testing::Test {
protected:
    /// Everything that the sender recorded so far is in the repository, unchanged.
    bool all_arrived(TestNode const& sender) const {
        auto const sent = messages(sender.audit(), false);
        auto const there = messages(repository.audit(), true);
        return std::includes(there.begin(), there.end(), sent.begin(), sent.end());
    }
    std::unique_ptr<TlsPeer> knock(std::string const& name) const {
        TlsPeerOptions options;
        options.crt = repository.pki() / (name + ".crt");
        options.key = repository.pki() / (name + ".key");
        options.ca = repository.pki() / "ca.crt";
        return std::make_unique<TlsPeer>(repository.syslog(), options);
    }

    TestNode repository;
};

TEST_F(AuditExchange, NothingIsLostThroughKillsCutsAndAbsence) {
    TcpProxy wire;
    wire.set_target(repository.syslog());
    TestNode sender(sending_to(wire.port()));
    look(sender, 2);
    EXPECT_TRUE(eventually([&] { return all_arrived(sender); }));
    wire.set_mode(TcpProxy::Mode::kRefuse);  // the repository is away
    look(sender, 2);
    sender.kill();
    sender.start();
    EXPECT_FALSE(all_arrived(sender));
    wire.set_mode(TcpProxy::Mode::kPass);
    EXPECT_TRUE(eventually([&] { return all_arrived(sender); }));
    wire.cut();
    repository.kill();
    look(sender);
    repository.start();
    wire.set_target(repository.syslog());
    EXPECT_TRUE(eventually([&] { return all_arrived(sender); }));
    EXPECT_EQ(repository.verify_audit(), "");
    for (auto const& record : repository.audit()) {
        if (record.received.empty()) continue;
        EXPECT_EQ(record.event.organisation, "hospital-kita");
        auto const line = syslog::read(record.line);
        ASSERT_TRUE(line.ok());
        EXPECT_EQ(line->message_id, "IHE+RFC-3881");
    }
}

TEST_F(AuditExchange, AnOrderlyStopLeavesNothingBehind) {
    TestNode sender(sending_to(repository.syslog()));
    look(sender);
    EXPECT_EQ(sender.stop(), 0);
    EXPECT_TRUE(all_arrived(sender));  // its Application Stop among them
    auto const cursor = sender.sql("SELECT seq FROM atna.export_cursor");
    ASSERT_EQ(cursor.size(), 1U);
    EXPECT_EQ(cursor[0][0], sender.sql("SELECT max(seq) FROM atna.record")[0][0]);
}

TEST_F(AuditExchange, ARepositoryThatIsAwayHarmsNobodyAndShowsInTheMetrics) {
    TestNode sender(
        {.settings = {"atna.export=[\"gone;tls=127.0.0.1:9\"]", "atna.export_alarm_after=1s"}});
    look(sender);
    EXPECT_TRUE(eventually([&] {
        auto const page = sender.operator_page("/metrics");
        return page.find("atna_export_lag_records{destination=\"gone\"} ") != std::string::npos &&
               page.find("atna_export_failures_total{destination=\"gone\"} 0\n") ==
                   std::string::npos;
    }));
    EXPECT_TRUE(eventually([&] {
        return sender.operator_page("/health/ready").find("atna: degraded") != std::string::npos;
    }));
    EXPECT_EQ(sender.stop(), 0);
}

TEST_F(AuditExchange, WhatAMemberDeliversSurvivesAKillRightAfterItsOrderlyEnd) {
    std::string const line = "<13>1 - ward - - - - words of a monitor";
    auto peer = knock("clinic-kita");
    peer->send(net::syslog_frame(line) + net::syslog_frame(line + " 2"));
    peer->finish_sending();
    EXPECT_EQ(peer->receive_all(), "");
    EXPECT_TRUE(peer->ended_in_order());
    repository.kill();
    repository.start();
    atna::SearchQuery query;
    query.member = "clinic-kita";
    auto const records = repository.audit(query);
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[1].line, line);
    EXPECT_EQ(records[0].line, line + " 2");
}

TEST_F(AuditExchange, AStrangerIsClosedAndRecorded) {
    auto const peer = knock("stranger");
    peer->send(net::syslog_frame("<13>1 - - - - - - x"));
    EXPECT_EQ(peer->receive_all(), "");
    EXPECT_FALSE(peer->ended_in_order());
    EXPECT_TRUE(eventually([&] {
        for (auto const& record : repository.audit()) {
            EXPECT_TRUE(record.received.empty());
            if (record.event.event_id.code == "110113" &&
                record.message.find("stranger") != std::string::npos)
                return true;
        }
        return false;
    }));
}

TEST_F(AuditExchange, DatagramsAreKeptToo) {
    int const socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(repository.syslog_udp());
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::string const line = "<85>1 - old-system - - IHE+RFC-3881 - <AuditMessage cut";
    ASSERT_EQ(
        ::sendto(socket, line.data(), line.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to),
        static_cast<ssize_t>(line.size()));
    ::close(socket);
    EXPECT_TRUE(eventually([&] {
        for (auto const& record : repository.audit()) {
            if (record.received == "udp" && record.line == line) return true;
        }
        return false;
    }));
}

/// rsyslog as receiver: Debian's rsyslog with its OpenSSL driver.
TEST(Rsyslog, ReceivesTheWholeTrailOverMutualTls) {
    auto const program = peer_program("rsyslogd");
    auto const modules = rsyslog_modules("lmnsd_ossl.so");
    if (program.empty() || modules.empty())
        GTEST_SKIP() << "needs rsyslog and its OpenSSL driver, which ./dev test fetches";
    fs::path const folder = source_dir() / "var/test/rsyslog" / std::to_string(::getpid());
    fs::remove_all(folder);
    fs::create_directories(folder);
    auto const port = free_port();
    std::ofstream(folder / "rsyslog.conf")
        << "global(workDirectory=\"" << folder.string() << "\" maxMessageSize=\"1m\"\n"
        << "  defaultNetstreamDriver=\"ossl\"\n"
        << "  defaultNetstreamDriverCAFile=\"" << (test_pki() / "ca.crt").string() << "\"\n"
        << "  defaultNetstreamDriverCertFile=\"" << (test_pki() / "node-b.crt").string() << "\"\n"
        << "  defaultNetstreamDriverKeyFile=\"" << (test_pki() / "node-b.key").string() << "\")\n"
        << "module(load=\"imtcp\" StreamDriver.Name=\"ossl\" StreamDriver.Mode=\"1\"\n"
        << "  StreamDriver.AuthMode=\"x509/certvalid\")\n"
        << "input(type=\"imtcp\" port=\"" << port << "\" address=\"127.0.0.1\")\n"
        << "template(name=\"whole\" type=\"string\" string=\"%rawmsg%\\n\")\n"
        << "action(type=\"omfile\" file=\"" << (folder / "all.log").string()
        << "\" template=\"whole\" flushOnTXEnd=\"on\" asyncWriting=\"off\")\n";
    ChildSetup setup;
    setup.log = folder / "rsyslog.out";
    setup.environment = peer_environment();
    pid_t const rsyslog = spawn_child(
        {program, "-n", "-M", modules, "-f", folder / "rsyslog.conf", "-i", folder / "rsyslog.pid"},
        setup);
    ASSERT_TRUE(eventually([&] {
        int const socket = connect_loopback(port);
        if (socket >= 0) ::close(socket);
        return socket >= 0;
    })) << read_file(folder / "rsyslog.out");
    std::set<std::string> sent;
    {
        TestNode sender(sending_to(port));
        look(sender, 20);
        EXPECT_EQ(sender.stop(), 0);
        for (auto const& record : sender.audit()) sent.insert(record.message);
    }
    EXPECT_GE(sent.size(), 22U);
    std::set<std::string> there;
    EXPECT_TRUE(eventually([&] {
        std::ifstream in(folder / "all.log");
        for (std::string text; std::getline(in, text);) {
            if (auto const line = syslog::read(text)) there.insert(std::string(line->message));
        }
        return std::includes(there.begin(), there.end(), sent.begin(), sent.end());
    })) << there.size()
        << " of " << sent.size();
    ::kill(rsyslog, SIGTERM);
    if (!::testing::Test::HasFailure()) fs::remove_all(folder);
}

}  // namespace
}  // namespace musubi::test
