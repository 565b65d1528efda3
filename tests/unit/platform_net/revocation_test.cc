// RFC 6960 at our doors: who is asked, whose word counts, and that nobody else waits for it.
#include "platform/net/revocation.h"
#include "platform/net/ocsp_file.h"

#include <signal.h>
#include <sys/wait.h>

#include <fstream>

#include "support/child_process.h"
#include "unit/platform_net/fixture.h"

namespace musubi::test {
namespace {

std::uint64_t asked(std::string const& outcome) {
    return counter("musubi_net_ocsp_total", "outcome=\"" + outcome + "\"").value();
}

/// A port of this machine on which nobody listens, unless the object does: it then takes
/// connections and never says a word.
class DeafPort {
public:
    explicit DeafPort(bool listening) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        ::bind(socket_, reinterpret_cast<sockaddr*>(&address), size);
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
        if (listening) ::listen(socket_, 16);
        port_ = ntohs(address.sin_port);
    }
    ~DeafPort() { ::close(socket_); }
    std::uint16_t port() const { return port_; }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

private:
    int socket_;
    std::uint16_t port_ = 0;
};

std::uint16_t free_port() {
    DeafPort const one(false);
    return one.port();
}

/// `openssl ocsp` over the books of the shared authority.
class Responder {
public:
    explicit Responder(std::vector<std::string> const& revoked,
                       std::string const& signer = "responder", std::uint16_t port = free_port())
        : port_(port) {
        TestPki& pki = shared_pki();
        pki.write_index("index.txt", revoked);
        std::ofstream(pki.file("index.txt.attr")) << "unique_subject = no\n";
        log_ = pki.file("ocsp.log");
        std::filesystem::remove(log_);
        pid_ = spawn_child({"/usr/bin/openssl", "ocsp", "-port", std::to_string(port_), "-index",
                            pki.file("index.txt"), "-CA", pki.crt("ca"), "-rsigner",
                            pki.crt(signer), "-rkey", pki.key(signer), "-nmin", "5"},
                           {log_});
        // It serves one at a time, so nobody knocks to see whether it is there.
        for (int i = 0; i < 500; ++i) {
            std::ifstream in(log_);
            std::string const said((std::istreambuf_iterator<char>(in)), {});
            if (said.find("waiting for OCSP client") != std::string::npos) return;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        std::ifstream in(log_);
        ADD_FAILURE() << "openssl ocsp does not start: "
                      << std::string((std::istreambuf_iterator<char>(in)), {});
    }
    ~Responder() { stop(); }
    void stop() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

private:
    pid_t pid_ = -1;
    std::uint16_t const port_;
    std::string log_;
};

class OcspTest : public HttpServerTest {
protected:
    static void SetUpTestSuite() {
        shared_pki().issue({"responder", -3600, 3600, "OCSPSigning", false});
    }
    void start_asking(net::OcspConfig ocsp) {
        ocsp.timeout_ms = 1'000;
        auto made = net::RevocationChecker::make(std::move(ocsp));
        ASSERT_TRUE(made) << made.error().detail;
        checker = *made;
        auto rules = server_tls(shared_pki());
        rules.crl_file.clear();
        rules.revocation = checker;
        auto context = net::TlsContext::server(rules);
        ASSERT_TRUE(context) << context.error().detail;
        tls = *context;
        auto started =
            net::HttpServer::start(config, tls, {{{"/echo", &endpoint}}, &fallback}, &witness);
        ASSERT_TRUE(started) << started.error().detail;
        server = std::move(*started);
    }
    std::string answer_to(TlsPeerOptions const& who) {
        TlsPeer peer(server->port(), who);
        return body_of(peer.request(post("/echo", "x")));
    }
    std::shared_ptr<net::RevocationChecker> checker;
};

TEST_F(OcspTest, WhoHoldsIsServedAndAskedAboutOnce) {
    Responder responder({"revoked"});
    start_asking({net::OcspMode::kHard, responder.url(), {}});
    auto const before = asked("good");
    EXPECT_EQ(answer_to(as("member")), "echo:x");
    responder.stop();
    // Its word counts until its nextUpdate, whether it is there or not.
    EXPECT_EQ(answer_to(as("member")), "echo:x");
    EXPECT_EQ(asked("good"), before + 1);
}

TEST_F(OcspTest, AResumedSessionIsKnownByItsCertificate) {
    Responder responder({"revoked"});
    start_asking({net::OcspMode::kHard, responder.url(), {}});
    TlsPeer first(server->port(), as("member"));
    ASSERT_EQ(body_of(first.request(post("/echo", "1"))), "echo:1");
    auto again = as("member");
    again.resume = first.session();
    TlsPeer second(server->port(), again);
    EXPECT_TRUE(second.resumed());
    EXPECT_EQ(body_of(second.request(post("/echo", "2"))), "echo:2");
}

TEST_F(OcspTest, WhoWasWithdrawnIsNeverServedAndMeetsAnAlertOnceThatIsKnown) {
    Responder responder({"revoked"});
    start_asking({net::OcspMode::kSoft, responder.url(), {}});
    EXPECT_EQ(answer_to(as("revoked")), "");
    EXPECT_EQ(witness.refusal().reason, "certificate revoked");
    EXPECT_EQ(witness.refusal().subject, "CN=revoked");
    TlsPeer again(server->port(), as("revoked"));
    again.send("x");
    EXPECT_EQ(again.receive_some(), "");
    EXPECT_NE(again.alert().find("certificate revoked"), std::string::npos) << again.alert();
    EXPECT_EQ(witness.refusal(1).reason, "certificate revoked");
}

TEST_F(OcspTest, WithoutAnAnswerSoftServesAndHardRefuses) {
    DeafPort nobody(false);
    start_asking({net::OcspMode::kSoft, nobody.url(), {}});
    EXPECT_EQ(answer_to(as("member")), "echo:x");
    server->stop(0);
    config.listener.name += "Hard";
    start_asking({net::OcspMode::kHard, nobody.url(), {}});
    EXPECT_EQ(answer_to(as("member")), "");
    EXPECT_EQ(witness.refusal().reason, "revocation status unknown");
    EXPECT_EQ(witness.refusal().subject, "CN=member");
}

TEST_F(OcspTest, TheWordOfOneWhomTheIssuerDidNotChargeIsWorthNothing) {
    Responder liar({}, "member");
    start_asking({net::OcspMode::kHard, liar.url(), {}});
    EXPECT_EQ(answer_to(as("member")), "");
    EXPECT_EQ(witness.refusal().reason, "revocation status unknown");
}

TEST_F(OcspTest, WhoWaitsForAResponderHoldsNoThread) {
    DeafPort deaf(true);
    config.listener.handshake_workers = 1;
    start_asking({net::OcspMode::kSoft, deaf.url(), {}});
    std::vector<std::unique_ptr<TlsPeer>> waiting;
    for (int i = 0; i < 8; ++i) {  // twice the workers
        waiting.push_back(std::make_unique<TlsPeer>(server->port(), as("member")));
        waiting.back()->send(post("/echo", "late"));
    }
    TlsPeer expired(server->port(), as("expired"));
    expired.send("x");
    EXPECT_EQ(expired.receive_some(), "");
    EXPECT_NE(expired.alert().find("certificate expired"), std::string::npos);
    EXPECT_EQ(witness.refusal().reason, "certificate has expired");
    for (auto& peer : waiting) EXPECT_EQ(body_of(peer->receive_reply()), "echo:late");
}

TEST_F(OcspTest, ACertificateIsTakenAtItsWordAboutItsResponderOnlyWhereThatIsAllowed) {
    std::uint16_t const port = free_port();
    shared_pki().issue(
        {"naming", -3600, 3600, "", false, "http://127.0.0.1:" + std::to_string(port) + "/"});
    Responder responder({}, "responder", port);
    start_asking({net::OcspMode::kHard, "", {"127.0.0.1"}});
    auto const before = asked("good");
    EXPECT_EQ(answer_to(as("naming")), "echo:x");
    EXPECT_EQ(asked("good"), before + 1);
    EXPECT_EQ(answer_to(as("member")), "");  // names nobody
    server->stop(0);
    config.listener.name += "Elsewhere";
    start_asking({net::OcspMode::kHard, "", {"ocsp.example.jp"}});
    EXPECT_EQ(answer_to(as("naming")), "");
    EXPECT_EQ(asked("good"), before + 1);
}

TEST(OcspConfigTest, RefusesWhatCannotWork) {
    using net::OcspMode;
    EXPECT_EQ(*net::ocsp_mode_from("hard"), OcspMode::kHard);
    EXPECT_FALSE(net::ocsp_mode_from("strict"));
    auto const off = net::RevocationChecker::make({});
    ASSERT_TRUE(off);
    EXPECT_EQ(*off, nullptr);
    EXPECT_FALSE(net::RevocationChecker::make({OcspMode::kSoft, "", {}}));
    EXPECT_FALSE(net::RevocationChecker::make({OcspMode::kSoft, "https://x/", {}}));
}

// For commands: operators' certificates are asked about as nodes' are.
TEST_F(OcspTest, ACertificateInAFileIsAskedAboutOnce) {
    TestPki& pki = shared_pki();
    auto const say = [&](net::OcspMode mode, std::string const& url, char const* who) {
        net::OcspConfig config{mode, url, {}};
        config.timeout_ms = 1'000;
        return net::ask_about_file(config, pki.crt(who), pki.crt("ca"));
    };
    {
        Responder responder({"revoked"});
        EXPECT_TRUE(say(net::OcspMode::kHard, responder.url(), "member").ok());
        auto const gone = say(net::OcspMode::kSoft, responder.url(), "revoked");
        ASSERT_FALSE(gone.ok());
        EXPECT_EQ(gone.error().code, Code::kUnauthenticated);
        EXPECT_TRUE(say(net::OcspMode::kOff, responder.url(), "revoked").ok());
    }
    DeafPort const nobody(false);
    EXPECT_TRUE(say(net::OcspMode::kSoft, "", "member").ok()) << "there is nobody to ask";
    EXPECT_EQ(say(net::OcspMode::kHard, "", "member").error().code, Code::kUnauthenticated);
    EXPECT_EQ(say(net::OcspMode::kHard, nobody.url(), "expired").error().code,
              Code::kUnauthenticated);
    TestPki others;
    others.issue({"member"});
    EXPECT_TRUE(net::ask_about_file({net::OcspMode::kHard, nobody.url(), {}}, others.crt("member"),
                                    pki.crt("ca"))
                    .ok())
        << "no issuer stands above it here";
    EXPECT_EQ(say(net::OcspMode::kHard, nobody.url(), "none").error().code, Code::kNotFound);
}

}  // namespace
}  // namespace musubi::test
