// Broken sets of certificate files are refused with their cause, and the old set goes on.
#include <gtest/gtest.h>

#include <fstream>

#include "unit/platform_net/fixture.h"

namespace musubi::test {
namespace {

using net::TlsConfig;
using net::TlsContext;

Code code_of(TlsConfig const& config) {
    auto const made = TlsContext::server(config);
    return made ? Code::kInternal : made.error().code;
}

TEST(TlsContextTest, KnowsItsProfilesByName) {
    EXPECT_EQ(*net::tls_profile_from("jp-high"), net::TlsProfile::kJpHigh);
    EXPECT_EQ(*net::tls_profile_from("jp-high-compat"), net::TlsProfile::kJpHighCompat);
    EXPECT_EQ(*net::tls_profile_from("ihe-bcp195"), net::TlsProfile::kIheBcp195);
    EXPECT_FALSE(net::tls_profile_from("none"));
}

TEST(TlsContextTest, RefusesAKeyOfAnotherCertificate) {
    auto config = server_tls(shared_pki());
    config.identities[0].key_file = shared_pki().key("member");
    EXPECT_EQ(code_of(config), Code::kInvalidContent);
}

TEST(TlsContextTest, RefusesMissingFilesAndNamesThem) {
    auto config = server_tls(shared_pki());
    config.ca_file = shared_pki().file("absent.pem");
    auto const made = TlsContext::server(config);
    ASSERT_FALSE(made);
    EXPECT_NE(made.error().detail.find("absent.pem"), std::string::npos);
}

TEST(TlsContextTest, RefusesAnExpiredCertificateOfOurOwn) {
    auto config = server_tls(shared_pki());
    config.identities = {{shared_pki().crt("expired"), shared_pki().key("expired")}};
    EXPECT_EQ(code_of(config), Code::kInvalidContent);
}

TEST(TlsContextTest, RefusesAServerWithoutIdentityOrTrust) {
    auto config = server_tls(shared_pki());
    config.identities.clear();
    EXPECT_EQ(code_of(config), Code::kInvalidContent);
    config = server_tls(shared_pki());
    config.ca_file.clear();
    config.crl_file.clear();
    EXPECT_EQ(code_of(config), Code::kInvalidContent);
}

TEST(TlsContextTest, RefusesARevocationListWithAForeignSignature) {
    EVP_PKEY* stranger = EVP_EC_gen("P-256");
    shared_pki().write_crl("forged.crl", {}, 3600, stranger);
    EVP_PKEY_free(stranger);
    auto config = server_tls(shared_pki());
    config.crl_file = shared_pki().file("forged.crl");
    EXPECT_EQ(code_of(config), Code::kInvalidContent);
}

TEST(TlsContextTest, RefusesATrustFileThatIsCutShort) {
    std::ifstream whole(shared_pki().crt("ca"));
    std::string text((std::istreambuf_iterator<char>(whole)), {});
    std::ofstream(shared_pki().file("cut.pem")) << text << text.substr(0, text.size() / 2);
    auto config = server_tls(shared_pki());
    config.ca_file = shared_pki().file("cut.pem");
    EXPECT_EQ(code_of(config), Code::kInvalidContent);
}

class ReloadTest : public HttpServerTest {};

TEST_F(ReloadTest, ABrokenSetIsRefusedAndTheOldOneServesOn) {
    start();
    auto broken = server_tls(shared_pki());
    broken.identities[0].key_file = shared_pki().key("member");
    EXPECT_FALSE(tls->reload(broken));
    ASSERT_TRUE(tls->reload());  // still the old configuration
    TlsPeer peer(server->port(), as("member"));
    EXPECT_EQ(body_of(peer.request(post("/echo", "x"))), "echo:x");
}

TEST_F(ReloadTest, ANewAuthorityIsBelievedFromTheNextHandshakeOn) {
    TestPki other("Other CA");
    other.issue({"newcomer"});
    start();
    TlsPeer before(server->port(), as("newcomer", other));
    before.send("x");
    EXPECT_EQ(before.receive_some(), "");
    auto wider = server_tls(shared_pki());
    std::ofstream both(shared_pki().file("both.pem"));
    both << std::ifstream(shared_pki().crt("ca")).rdbuf() << std::ifstream(other.crt("ca")).rdbuf();
    both.close();
    wider.ca_file = shared_pki().file("both.pem");
    wider.crl_file.clear();
    ASSERT_TRUE(tls->reload(wider));
    TlsPeer after(server->port(), as("newcomer", other));
    EXPECT_EQ(body_of(after.request(post("/echo", "x"))), "echo:x");
}

TEST_F(ReloadTest, AStaleListStillRefusesWhatItNamesAndLetsTheOthersIn) {
    shared_pki().write_crl("stale.crl", {"revoked"}, -60);
    start();
    auto stale = server_tls(shared_pki());
    stale.crl_file = shared_pki().file("stale.crl");
    ASSERT_TRUE(tls->reload(stale));
    TlsPeer peer(server->port(), as("member"));
    EXPECT_EQ(body_of(peer.request(post("/echo", "x"))), "echo:x");
    TlsPeer gone(server->port(), as("revoked"));
    gone.send("x");
    EXPECT_EQ(gone.receive_some(), "");
    EXPECT_EQ(witness.refusal().reason, "certificate revoked");
}

}  // namespace
}  // namespace musubi::test
