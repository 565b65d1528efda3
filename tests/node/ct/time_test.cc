// Consistent time against a real server: Debian's chrony, which serves and never sets a clock (-x).
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "support/child_process.h"
#include "support/node_fixture.h"
#include "support/peer_programs.h"
#include "support/source_tree.h"
#include "unit/platform_net/tls_peer.h"

namespace musubi::test {
namespace {

namespace fs = std::filesystem;

std::uint16_t free_datagram_port() {
    int const socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(socket, reinterpret_cast<sockaddr*>(&address), size);
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    ::close(socket);
    return ntohs(address.sin_port);
}

TEST(ConsistentTime, ChronyIsMeasuredAndItsEndGoesOnRecord) {
    auto const chronyd = peer_program("chronyd");
    if (chronyd.empty()) GTEST_SKIP() << "needs chrony's program, which ./dev test fetches";
    fs::path const folder = source_dir() / "var/test/chrony" / std::to_string(::getpid());
    fs::remove_all(folder);
    fs::create_directories(folder);
    auto const port = free_datagram_port();
    std::ofstream(folder / "chrony.conf")
        << "port " << port << "\nbindaddress 127.0.0.1\nallow 127.0.0.1\nlocal stratum 3\n"
        << "cmdport 0\nuser root\npidfile " << (folder / "chronyd.pid").string() << "\n";
    ChildSetup setup;
    setup.log = folder / "chrony.log";
    setup.environment = peer_environment();
    pid_t const chrony = spawn_child({chronyd, "-x", "-d", "-f", folder / "chrony.conf"}, setup);
    TestNode node({.settings = {"ct.servers=[\"127.0.0.1:" + std::to_string(port) + "\"]",
                                "ct.interval=100ms", "ct.lost_after=1s"}});
    auto const metric = [&](std::string const& text) {
        return node.operator_page("/metrics").find("\n" + text + "\n") != std::string::npos;
    };
    EXPECT_TRUE(eventually([&] { return metric("ct_synchronised 1"); })) << read_file(setup.log);
    // One machine, one clock: they cannot differ by much.
    std::string const page = node.operator_page("/metrics");
    auto const at = page.find("\nct_offset_microseconds ");
    ASSERT_NE(at, std::string::npos);
    EXPECT_LT(std::abs(std::stoll(page.substr(at + 24))), 100'000);
    ::kill(chrony, SIGTERM);
    EXPECT_TRUE(eventually([&] { return metric("ct_synchronised 0"); }));
    EXPECT_TRUE(eventually([&] {
        atna::SearchQuery query;
        query.transaction = "ITI-1";
        for (auto const& record : node.audit(query)) {
            if (record.event.event_id.code == "110113" &&
                record.event.outcome_description == "no time server answers")
                return true;
        }
        return false;
    }));
    EXPECT_NE(node.operator_page("/health/ready").find("ct: degraded"), std::string::npos);
    if (!::testing::Test::HasFailure()) fs::remove_all(folder);
}

}  // namespace
}  // namespace musubi::test
