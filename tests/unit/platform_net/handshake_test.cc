// ITI TF-2 3.19: who is let in, who is turned away and told why.
#include "unit/platform_net/fixture.h"

namespace musubi::test {
namespace {

class HandshakeTest : public HttpServerTest {
protected:
    /// In TLS 1.3 the client learns of its refusal with its first read.
    std::string refused_with(TlsPeerOptions const& options) {
        TlsPeer peer(server->port(), options);
        if (peer.connected()) {
            peer.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
            EXPECT_EQ(peer.receive_some(), "");
            return peer.alert();
        }
        return ERR_reason_error_string(ERR_peek_error());
    }
};

TEST_F(HandshakeTest, AMemberIsServedAndKnownToTheEndpoint) {
    start();
    TlsPeer peer(server->port(), as("member"));
    ASSERT_TRUE(peer.connected());
    EXPECT_EQ(body_of(peer.request(post("/echo", "hello"))), "echo:hello");
    EXPECT_EQ(endpoint.last_peer.certificate.subject, "CN=member");
    EXPECT_EQ(endpoint.last_peer.certificate.issuer, "CN=Test CA");
    EXPECT_EQ(endpoint.last_peer.certificate.serial_hex, "03");
    EXPECT_EQ(endpoint.last_peer.certificate.fingerprint_sha256.size(), 64U);
    EXPECT_EQ(endpoint.last_peer.certificate.not_after.size(), 20U);
    EXPECT_EQ(endpoint.last_peer.remote_address, "127.0.0.1");
    EXPECT_EQ(endpoint.last_peer.local_address, "127.0.0.1");
    EXPECT_EQ(endpoint.last_peer.local_port, server->port());
}

TEST_F(HandshakeTest, AnExpiredCertificateGetsAnAlertAndIsWitnessed) {
    start();
    EXPECT_NE(refused_with(as("expired")).find("certificate expired"), std::string::npos);
    auto const told = witness.refusal();
    EXPECT_EQ(told.reason, "certificate has expired");
    EXPECT_EQ(told.subject, "CN=expired");
    EXPECT_EQ(told.serial_hex, "05");
    EXPECT_EQ(told.remote_address, "127.0.0.1");
    EXPECT_EQ(told.local_port, server->port());
}

TEST_F(HandshakeTest, ACertificateOfTomorrowIsRefused) {
    start();
    refused_with(as("early"));
    EXPECT_EQ(witness.refusal().reason, "certificate is not yet valid");
}

TEST_F(HandshakeTest, ARevokedCertificateGetsAnAlertAndIsWitnessed) {
    start();
    EXPECT_NE(refused_with(as("revoked")).find("certificate revoked"), std::string::npos);
    EXPECT_EQ(witness.refusal().reason, "certificate revoked");
    EXPECT_EQ(witness.refusal().subject, "CN=revoked");
}

TEST_F(HandshakeTest, AnotherRootGetsAnAlertAndIsWitnessed) {
    TestPki other("Other CA");
    other.issue({"outsider"});
    start();
    EXPECT_NE(refused_with(as("outsider", other)).find("unknown ca"), std::string::npos);
    EXPECT_EQ(witness.refusal().reason, "unknown CA");
    EXPECT_EQ(witness.refusal().subject, "CN=outsider");
}

TEST_F(HandshakeTest, NoCertificateIsRefused) {
    start();
    TlsPeerOptions nobody;
    nobody.ca = shared_pki().crt("ca");
    EXPECT_NE(refused_with(nobody).find("certificate required"), std::string::npos);
    EXPECT_EQ(witness.refusal().reason, "no certificate shown");
}

TEST_F(HandshakeTest, Tls11IsRefusedAndTls12Served) {
    start();
    auto old = as("member");
    old.max_version = TLS1_1_VERSION;
    EXPECT_FALSE(TlsPeer(server->port(), old).connected());
    auto compatible = as("member");
    compatible.max_version = TLS1_2_VERSION;
    TlsPeer peer(server->port(), compatible);
    EXPECT_EQ(body_of(peer.request(post("/echo", "x"))), "echo:x");
}

TEST_F(HandshakeTest, TheHighProfileRefusesTls12) {
    start();
    auto high = server_tls(shared_pki());
    high.profile = net::TlsProfile::kJpHigh;
    ASSERT_TRUE(tls->reload(high));
    auto compatible = as("member");
    compatible.max_version = TLS1_2_VERSION;
    EXPECT_FALSE(TlsPeer(server->port(), compatible).connected());
    EXPECT_EQ(witness.refusal().reason, "protocol version not allowed");
    EXPECT_TRUE(TlsPeer(server->port(), as("member")).connected());
}

// STX: TLS 1.2 Floor names four suites; the finite-field ones need parameters to be there at all.
TEST_F(HandshakeTest, TheFourSuitesOfTheTls12FloorAreThereAndWeakOnesAreNot) {
    shared_pki().issue({"rsanode", -3600, 3600, "", true});
    start();
    auto both = server_tls(shared_pki());
    both.identities.push_back({shared_pki().crt("rsanode"), shared_pki().key("rsanode")});
    ASSERT_TRUE(tls->reload(both));
    auto options = as("member");
    options.max_version = TLS1_2_VERSION;
    for (char const* suite :
         {"DHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "DHE-RSA-AES256-GCM-SHA384",
          "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"}) {
        options.ciphers = suite;
        TlsPeer peer(server->port(), options);
        EXPECT_TRUE(peer.connected()) << suite;
        EXPECT_EQ(peer.cipher(), suite);
    }
    for (char const* suite :
         {"AES128-GCM-SHA256", "ECDHE-RSA-AES256-SHA384", "DHE-RSA-AES256-SHA256"}) {
        options.ciphers = suite;
        EXPECT_FALSE(TlsPeer(server->port(), options).connected()) << suite;
    }
    EXPECT_EQ(witness.refusal().reason, "no common cipher suite or group");
}

// CRYPTREC high security: groups of 128 bits of security or more, and no others by accident.
TEST_F(HandshakeTest, TheGroupsOfTheProfilesAreThereAndSmallOnesAreNot) {
    start();
    for (auto const profile :
         {net::TlsProfile::kJpHigh, net::TlsProfile::kJpHighCompat, net::TlsProfile::kIheBcp195}) {
        auto rules = server_tls(shared_pki());
        rules.profile = profile;
        ASSERT_TRUE(tls->reload(rules));
        auto options = as("member");
        for (char const* group : {"X25519", "P-256", "P-384", "ffdhe3072"}) {
            options.groups = group;
            EXPECT_TRUE(TlsPeer(server->port(), options).connected()) << group;
        }
        for (char const* group : {"ffdhe2048", "X448", "P-521"}) {
            options.groups = group;
            EXPECT_FALSE(TlsPeer(server->port(), options).connected()) << group;
        }
    }
}

TEST_F(HandshakeTest, AProbeThatSaysNothingIsNotWitnessed) {
    start();
    ::close(connect_loopback(server->port()));
    EXPECT_TRUE(
        eventually([&] { return counted("musubi_net_refused_total", ",reason=\"silent\"") == 1; }));
    TlsPeerOptions nobody;
    nobody.ca = shared_pki().crt("ca");
    refused_with(nobody);
    EXPECT_EQ(witness.refusal().reason, "no certificate shown");  // the first that was told
}

TEST_F(HandshakeTest, AServerOnlyKeyUsageIsRefusedUnlessTheEventProfileIsOn) {
    start();
    refused_with(as("serveronly"));
    EXPECT_EQ(witness.refusal().reason, "certificate not meant for this use");
    auto event = server_tls(shared_pki());
    event.profile = net::TlsProfile::kIheBcp195;
    ASSERT_TRUE(tls->reload(event));
    TlsPeer peer(server->port(), as("serveronly"));
    EXPECT_EQ(body_of(peer.request(post("/echo", "x"))), "echo:x");
}

TEST_F(HandshakeTest, APinnedCertificateNeedsNoCaButItsNeighbourDoes) {
    TestPki other("Other CA");
    other.issue({"pinned"});
    other.issue({"neighbour"});
    start();
    auto pinned = server_tls(shared_pki());
    pinned.pinned_file = other.crt("pinned");
    ASSERT_TRUE(tls->reload(pinned));
    TlsPeer peer(server->port(), as("pinned", other));
    EXPECT_EQ(body_of(peer.request(post("/echo", "x"))), "echo:x");
    refused_with(as("neighbour", other));
    EXPECT_EQ(witness.refusal().reason, "unknown CA");
}

TEST_F(HandshakeTest, PlainHttpOnTheTlsPortGetsAReadable400) {
    start();
    int const socket = connect_loopback(server->port());
    std::string const request = "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n";
    ASSERT_EQ(::send(socket, request.data(), request.size(), 0),
              static_cast<ssize_t>(request.size()));
    std::string answer;
    char buffer[1024];
    for (ssize_t n = 0; (n = ::recv(socket, buffer, sizeof buffer, 0)) > 0;)
        answer.append(buffer, static_cast<std::size_t>(n));
    ::close(socket);
    EXPECT_EQ(status_of(answer), "HTTP/1.1 400");
    std::size_t const length = std::stoul(answer.substr(answer.find("Content-Length: ") + 16));
    EXPECT_EQ(body_of(answer).size(), length);
    EXPECT_EQ(witness.refusal().reason, "plain HTTP on a TLS port");
}

TEST_F(HandshakeTest, AHandshakeThatNeverEndsIsCutAndWitnessed) {
    config.listener.handshake_timeout_ms = 100;
    start();
    int const socket = connect_loopback(server->port());
    ASSERT_EQ(::send(socket, "\x16\x03\x01\x01\x00", 5, 0), 5);
    char byte = 0;
    EXPECT_LE(::recv(socket, &byte, 1, 0), 0);
    ::close(socket);
    EXPECT_EQ(witness.refusal().reason, "handshake not finished in time");
    EXPECT_EQ(counted("musubi_net_timeout_total", ",phase=\"handshake\""), 1U);
}

class ResumptionTest : public HandshakeTest {};

TEST_F(ResumptionTest, ATicketBringsTheMembersCertificateBack) {
    start();
    TlsPeer first(server->port(), as("member"));
    ASSERT_EQ(body_of(first.request(post("/echo", "1"))), "echo:1");
    ASSERT_NE(first.session(), nullptr);
    auto again = as("member");
    again.resume = first.session();
    TlsPeer second(server->port(), again);
    EXPECT_TRUE(second.resumed());
    EXPECT_EQ(body_of(second.request(post("/echo", "2"))), "echo:2");
    EXPECT_EQ(endpoint.last_peer.certificate.subject, "CN=member");
}

TEST_F(ResumptionTest, ATicketIsWorthNothingAfterAReloadThatRevokesItsHolder) {
    start();
    TlsPeer first(server->port(), as("member"));
    ASSERT_EQ(body_of(first.request(post("/echo", "1"))), "echo:1");
    shared_pki().write_crl("member.crl", {"member"});
    auto stricter = server_tls(shared_pki());
    stricter.crl_file = shared_pki().file("member.crl");
    ASSERT_TRUE(tls->reload(stricter));
    auto again = as("member");
    again.resume = first.session();
    EXPECT_NE(refused_with(again).find("certificate revoked"), std::string::npos);
    // The old connection lives on under the material that it was opened with.
    EXPECT_EQ(body_of(first.request(post("/echo", "3"))), "echo:3");
}

TEST_F(ResumptionTest, ATicketDoesNotOutliveItsCertificate) {
    TestPki& pki = shared_pki();
    pki.issue({"shortlived", -3600, 3, "", false});
    start();
    TlsPeer first(server->port(), as("shortlived"));
    ASSERT_EQ(body_of(first.request(post("/echo", "1"))), "echo:1");
    std::this_thread::sleep_for(std::chrono::seconds(4));
    auto again = as("shortlived");
    again.resume = first.session();
    refused_with(again);
    EXPECT_EQ(witness.refusal().reason, "certificate has expired");
    EXPECT_EQ(witness.refusal().subject, "CN=shortlived");
}

TEST_F(ResumptionTest, SwitchedOffThereAreNoTickets) {
    start();
    auto off = server_tls(shared_pki());
    off.session_lifetime_s = 0;
    ASSERT_TRUE(tls->reload(off));
    TlsPeer peer(server->port(), as("member"));
    ASSERT_EQ(body_of(peer.request(post("/echo", "1"))), "echo:1");
    EXPECT_EQ(peer.session(), nullptr);
}

}  // namespace
}  // namespace musubi::test
