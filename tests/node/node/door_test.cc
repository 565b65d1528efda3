// The doors: who is let in, what the others hear, that all of it is on record, and what signals do
// to a running node.

#include <gtest/gtest.h>
#include <signal.h>

#include <condition_variable>
#include <fstream>
#include <future>

#include "codec/hl7v2/parse.h"
#include "support/invariants.h"
#include "support/source_tree.h"
#include "unit/platform_net/tls_peer.h"

namespace musubi::test {
namespace {

class Door : public ::testing::Test {
protected:
    std::size_t security_alerts(std::string const& description) {
        std::size_t count = 0;
        for (auto const& record : node.audit()) {
            if (record.event.event_id.code != "110113") continue;
            if (record.message.find(description) != std::string::npos) ++count;
        }
        return count;
    }
    /// What a peer with this certificate meets when it comes to the port.
    std::unique_ptr<TlsPeer> knock(std::string const& name, std::uint16_t port) {
        TlsPeerOptions options;
        options.crt = node.pki() / (name + ".crt");
        options.key = node.pki() / (name + ".key");
        options.ca = node.pki() / "ca.crt";
        return std::make_unique<TlsPeer>(port, options);
    }
    void expect_alert(std::string const& name) {
        for (std::uint16_t const port : {node.https(), node.mllp()}) {
            std::size_t const before = security_alerts("");
            auto const peer = knock(name, port);
            // TLS 1.3: the client believes it is connected until it hears the alert.
            peer->send("GET /xds/registry?wsdl HTTP/1.1\r\nHost: localhost\r\n\r\n");
            EXPECT_EQ(peer->receive_all(), "") << name;
            EXPECT_NE(peer->alert().find("alert"), std::string::npos)
                << name << ": " << peer->alert();
            EXPECT_TRUE(eventually([&] { return security_alerts("") == before + 1; })) << name;
        }
    }

    TestNode node{{.own_pki = true}};
    NodeClient toolkit{node, "toolkit"};
};

TEST_F(Door, CertificatesThatDoNotHoldMeetAnAlertAndAreRecorded) {
    expect_alert("expired");
    expect_alert("revoked");
    expect_alert("other");
}

TEST_F(Door, StrangerWithAGoodCertificateIsToldAndRecorded) {
    NodeClient stranger(node, "stranger");
    auto const answer =
        stranger.post("/xds/registry", kSoapType, {{envelope(kQueryAction, "<a/>"), nullptr}});
    ASSERT_TRUE(answer.ok()) << answer.error().detail;
    EXPECT_EQ(answer->status, 403);
    EXPECT_NE(answer->body.find("Fault"), std::string::npos);
    EXPECT_EQ(security_alerts("stranger"), 1U);
    std::string const ack = stranger.exchange_hl7(adt_message("A01", fresh_patient(), "", ""));
    EXPECT_NE(ack.find("MSA|AR|"), std::string::npos) << ack;
    EXPECT_EQ(security_alerts("stranger"), 2U);
}

TEST_F(Door, MemberMayCallOnlyWhatItsEntryLists) {
    // The pharmacy publishes nothing in this agreement.
    std::string const patient = fresh_patient();
    ASSERT_EQ(toolkit.feed("A01", patient), "AA");
    Heard const heard = NodeClient(node, "pharmacy-kita").submit(letter_for(patient));
    EXPECT_EQ(heard.kind, Heard::Kind::kFault) << heard.text();
    EXPECT_EQ(heard.http_status, 403);
    EXPECT_TRUE(toolkit.find(patient).objects.entries.empty());
    atna::SearchQuery query;
    query.transaction = "ITI-41";
    query.member = "pharmacy-kita";
    auto const records = node.audit(query);
    ASSERT_EQ(records.size(), 1U);
    EXPECT_NE(records[0].event.outcome, domain::AuditOutcome::kSuccess);
}

TEST_F(Door, UnknownPathsAndActionsAreRefusedInTheirOwnWay) {
    auto const path = toolkit.post("/nowhere", kSoapType, {{envelope("x", "<a/>"), nullptr}});
    ASSERT_TRUE(path.ok());
    EXPECT_EQ(path->status, 404);
    auto const action =
        toolkit.post("/xds/registry", kSoapType, {{envelope("urn:no:such", "<a/>"), nullptr}});
    ASSERT_TRUE(action.ok());
    EXPECT_EQ(action->status, 400);
    EXPECT_NE(action->body.find("ActionNotSupported"), std::string::npos) << action->body;
}

TEST_F(Door, NewMemberIsAdmittedAfterAReload) {
    NodeClient stranger(node, "stranger");
    std::string const patient = fresh_patient();
    ASSERT_EQ(toolkit.feed("A01", patient), "AA");
    EXPECT_FALSE(stranger.find(patient).success());
    std::string text = read_file(node.folder() / "agreement.yaml");
    std::size_t const at = text.find("  # The same partner for senders of older metadata");
    ASSERT_NE(at, std::string::npos);
    text.insert(
        at,
        "  - code: newcomer\n    name: newcomer\n    institution_oid: 2.999.1.1.77\n"
        "    certificates:\n      - file: " +
            (node.pki() / "stranger.crt").string() +
            "\n    assigning_authorities: [2.999.1.1.77.1]\n    default_role: medical-institution\n"
            "    transactions: [query, retrieve]\n    strictness: strict\n"
            "    reply_addresses: []\n\n");
    std::ofstream(node.folder() / "agreement.yaml") << text;
    node.agree();
    std::size_t const from = node.log().size();
    node.signal(SIGHUP);
    ASSERT_TRUE(node.wait_log("event=reloaded", from));
    auto const found = stranger.find(patient);
    EXPECT_TRUE(found.success()) << found.text();
}

TEST_F(Door, BrokenAgreementKeepsTheOldOneInForce) {
    node.expect_error("event=reload.module module=policy");
    std::string const patient = fresh_patient();
    ASSERT_EQ(toolkit.feed("A01", patient), "AA");
    std::ofstream(node.folder() / "agreement.yaml") << "region: {name: broken}\nmembers: 7\n";
    std::size_t const from = node.log().size();
    node.signal(SIGHUP);
    ASSERT_TRUE(node.wait_log("event=reloaded", from));
    EXPECT_NE(node.log().find("event=reload.module", from), std::string::npos);
    EXPECT_TRUE(toolkit.submit(letter_for(patient)).success());
    EXPECT_FALSE(NodeClient(node, "stranger").find(patient).success());
}

// An operator who names the next version of the agreement in the settings must not believe that it
// waits for its day.
TEST_F(Door, SettingsThatAReloadDoesNotReadAreNamed) {
    node.expect_error("event=reload.settings");
    auto const reloaded = [this](std::string const& more) {
        std::ofstream(node.folder() / "musubi.yaml", std::ios::app) << more;
        std::size_t const from = node.log().size();
        node.signal(SIGHUP);
        EXPECT_TRUE(node.wait_log("event=reloaded", from));
        return node.log().substr(from);
    };
    EXPECT_EQ(reloaded("").find("needs_restart"), std::string::npos) << "nothing was changed";
    EXPECT_NE(reloaded("ct:\n  warn: 99ms\n  refuse: 3s\n")
                  .find("event=reload.needs_restart settings=\"ct.warn, ct.refuse\""),
              std::string::npos)
        << node.log();
    auto const broken = reloaded("colour: red\n");
    EXPECT_NE(broken.find("event=reload.settings"), std::string::npos);
    EXPECT_NE(broken.find("colour"), std::string::npos);
}

TEST_F(Door, NewRevocationListCountsAfterAReload) {
    std::string const patient = fresh_patient();
    ASSERT_EQ(toolkit.feed("A01", patient), "AA");
    EXPECT_TRUE(NodeClient(node, "clinic-kita").find(patient).success());
    auto const web = knock("clinic-kita", node.https()), mllp = knock("clinic-kita", node.mllp());
    auto const made =
        run_command({"/bin/sh", "-c",
                     "cd '" + node.pki().string() +
                         "' && openssl ca -config ca.db/openssl.cnf -revoke clinic-kita.crt && "
                         "openssl ca -config ca.db/openssl.cnf -gencrl -out ca.crl"});
    ASSERT_EQ(made.status, 0) << made.output;
    std::size_t const from = node.log().size();
    node.signal(SIGHUP);
    ASSERT_TRUE(node.wait_log("event=reloaded", from));
    expect_alert("clinic-kita");
    // On connections that were open before it counts from the next message on.
    web->send("GET /xds/registry?wsdl HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    EXPECT_NE(web->receive_all().find("HTTP/1.1 403 "), std::string::npos);
    std::size_t const refused = node.log().size();
    mllp->send("\x0bMSH|^~\\&|A|B|C|D|20261121||ADT^A01^ADT_A01|1|P|2.3.1\r\x1c\r");
    EXPECT_TRUE(node.wait_log("was withdrawn since", refused));
    EXPECT_TRUE(NodeClient(node, "toolkit").find(patient).success());
}

TEST_F(Door, OwnCertificateIsExchangedByAReload) {
    auto const shown = [&] {
        return run_command({"/bin/sh", "-c",
                            "openssl s_client -connect 127.0.0.1:" + std::to_string(node.https()) +
                                " </dev/null 2>/dev/null | openssl x509 -noout -subject"})
            .output;
    };
    EXPECT_NE(shown().find("node-a"), std::string::npos) << shown();
    for (char const* kind : {".crt", ".key"}) {
        std::filesystem::copy_file(node.pki() / (std::string("node-b") + kind),
                                   node.pki() / (std::string("node-a") + kind),
                                   std::filesystem::copy_options::overwrite_existing);
    }
    std::size_t const from = node.log().size();
    node.signal(SIGHUP);
    ASSERT_TRUE(node.wait_log("event=reloaded", from));
    EXPECT_NE(shown().find("node-b"), std::string::npos) << shown();
}

/// Stops in the middle until it is let go.
class Halting final : public ReceivedContent {
public:
    explicit Halting(std::shared_ptr<ReceivedContent> inner) : inner_(std::move(inner)) {}
    std::uint64_t size() const override { return inner_->size(); }
    std::string const& sha1_hex() const override { return inner_->sha1_hex(); }
    Status read(ByteSink const& sink) const override {
        std::uint64_t given = 0;
        return inner_->read([&](ByteView piece) -> Status {
            TRY(sink(piece));
            given += piece.size();
            if (given >= size() / 2) {
                std::unique_lock lock(mutex_);
                halted_ = true;
                changed_.notify_all();
                changed_.wait(lock, [&] { return released_; });
            }
            return {};
        });
    }
    void wait_halted() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return halted_; });
    }
    void release() {
        std::lock_guard const lock(mutex_);
        released_ = true;
        changed_.notify_all();
    }

private:
    std::shared_ptr<ReceivedContent> const inner_;
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    mutable bool halted_ = false;
    bool released_ = false;
};

TEST_F(Door, TerminationLetsARunningUploadFinish) {
    std::string const patient = fresh_patient();
    ASSERT_EQ(toolkit.feed("A01", patient), "AA");
    auto const halting = std::make_shared<Halting>(generated_document(4U << 20, 3));
    NewDocument scan;
    scan.content = halting;
    Papers const papers = papers_for(patient, {scan});
    auto upload = std::async(std::launch::async, [&] { return toolkit.submit(papers); });
    halting->wait_halted();
    std::size_t const from = node.log().size();
    node.signal(SIGTERM);
    EXPECT_TRUE(node.wait_log("event=draining", from));
    EXPECT_NE(node.operator_page("/health/ready").find("draining"), std::string::npos);
    halting->release();
    Heard const heard = upload.get();
    EXPECT_TRUE(heard.success()) << heard.text();
    EXPECT_TRUE(node.wait_death());
    EXPECT_NE(node.log().find("event=stopped clean=yes", from), std::string::npos);
    node.start();
    EXPECT_EQ(check_attempt(toolkit, {papers, Attempt::Fate::kAcknowledged}), Visible::kEverything);
}

TEST_F(Door, StartAndStopAreRecorded) {
    EXPECT_EQ(node.stop(), 0);
    std::vector<std::string> seen;
    for (auto const& record : node.audit()) {
        if (record.event.event_id.code != "110100") continue;
        seen.push_back(record.event.event_types.at(0).code);
    }
    EXPECT_EQ(seen, (std::vector<std::string>{"110121", "110120"}));
}

TEST(MllpDoor, ItsLimitsAreSettings) {
    TestNode node({.settings = {"listen.mllp_in_flight=3", "listen.mllp_connections=17",
                                "listen.mllp_idle=1s", "listen.mllp_message=65536"}});
    std::string const limits = node.operator_page("/metrics");
    for (char const* const one : {"\"in_flight\"} 3", "\"workers\"} 7", "\"connections\"} 17",
                                  "\"message_bytes\"} 65536"}) {
        EXPECT_NE(limits.find(std::string("musubi_net_limit{listener=\"mllp\",limit=") + one),
                  std::string::npos)
            << one;
    }
    std::string const message = adt_message("A01", fresh_patient(), "", "") + "NTE|1||";
    auto const answer = [&](std::size_t padding) {
        return NodeClient(node, "toolkit").exchange_hl7(message + std::string(padding, 'x') + "\r");
    };
    EXPECT_NE(answer(66'000).find("MSA|AR"), std::string::npos);
    EXPECT_NE(answer(50'000).find("MSA|AA"), std::string::npos);
    TlsPeerOptions options;
    options.crt = node.pki() / "toolkit.crt";
    options.key = node.pki() / "toolkit.key";
    options.ca = node.pki() / "ca.crt";
    TlsPeer silent(node.mllp(), options);
    silent.send("\x0b" + adt_message("A04", fresh_patient(), "", "") + "\x1c\r");
    EXPECT_NE(silent.receive_all().find("MSA|AA"), std::string::npos);
    EXPECT_NE(node.operator_page("/metrics")
                  .find("musubi_net_timeout_total{listener=\"mllp\",phase=\"idle\"} 1"),
              std::string::npos)
        << "closed by the node";
}

}  // namespace
}  // namespace musubi::test
