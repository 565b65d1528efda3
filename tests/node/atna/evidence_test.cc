// Evidence through a whole node: roots signed and stamped while it runs, published, exported,
// verified against a copy; a proof that another machine could check; signed reports.

#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "support/child_process.h"
#include "support/node_client.h"
#include "support/node_fixture.h"
#include "support/source_tree.h"

namespace musubi::test {
namespace {

namespace fs = std::filesystem;

class Evidence : public ::testing::Test {
protected:
    Evidence() {
        fs::remove_all(folder_);
        fs::create_directories(folder_);
        ChildSetup setup;
        setup.log = folder_ / "port";
        authority_ =
            spawn_child({"/usr/bin/python3", source_dir() / "tests/support/time_stamp_authority.py",
                         folder_ / "tsa"},
                        setup);
        if (!eventually(
                [&] { return read_file(folder_ / "port").find('\n') != std::string::npos; }))
            throw std::runtime_error("no time stamping authority");
        auto const port = std::to_string(std::stoi(read_file(folder_ / "port")));
        node_ = std::make_unique<TestNode>(
            TestNode::Options{.settings = {"atna.tsa_urls=[\"http://127.0.0.1:" + port + "\"]",
                                           "atna.tsa_authorities=" + authorities(),
                                           "atna.root_interval=1s", "atna.stamp_alarm_after=1s"}});
    }
    ~Evidence() override {
        ::kill(authority_, SIGTERM);
        node_.reset();
        fs::remove_all(folder_);
    }
    std::string authorities() const { return (folder_ / "tsa/tsa-ca.crt").string(); }
    std::string certificate() const { return (node_->pki() / "node-a-evidence.crt").string(); }
    std::string command(std::vector<std::string> words, int status = 0) const {
        auto const done = node_->command(std::move(words));
        EXPECT_EQ(done.status, status) << done.output;
        return done.output;
    }
    bool covered(std::string const& seq) const {
        return eventually([&] {
            return node_->sql(
                       "SELECT count(*) FROM atna.root JOIN atna.root_stamp USING (number) "
                       "WHERE last_seq >= " +
                       seq)[0][0] != "0";
        });
    }

    fs::path const folder_ = source_dir() / "var/test/evidence" / std::to_string(::getpid());
    pid_t authority_ = -1;
    std::unique_ptr<TestNode> node_;
};

TEST_F(Evidence, IsKeptElsewhereProvedAndReported) {
    NodeClient hospital(*node_, "hospital-kita"), clinic(*node_, "clinic-kita");
    auto const patient = patient_of_hospital(*node_, hospital);
    auto const letter = letter_for(patient, "what the hospital wrote");
    ASSERT_TRUE(hospital.submit(letter).success());
    auto const id = letter.documents[0].unique_id;
    EXPECT_FALSE(clinic.retrieve({id}).success()) << "no consent: refused";
    command({"consent", "grant", "--patient", patient});
    ASSERT_TRUE(clinic.retrieve({id}).success());
    atna::SearchQuery query;
    query.document = id;
    auto const records = node_->audit(query);
    ASSERT_EQ(records.size(), 2U);
    auto const seq = std::to_string(records.front().seq);
    ASSERT_TRUE(covered(seq)) << node_->log();

    // What a member fetches, and what it can do with it.
    auto const kept = (folder_ / "kept").string();
    EXPECT_NE(command({"audit", "roots", "export", kept}).find("roots"), std::string::npos);
    auto const verified = command({"audit", "verify", "--roots", kept, "--certificate",
                                   certificate(), "--tsa-authorities", authorities()});
    EXPECT_NE(verified.find("all as they were written"), std::string::npos) << verified;
    EXPECT_EQ(verified.find(" 0 roots"), std::string::npos) << verified;
    auto const proof = (folder_ / "proof.json").string();
    command({"audit", "prove", seq, "--out", proof});
    auto const checked = command({"audit", "check-proof", proof, "--roots", kept, "--certificate",
                                  certificate(), "--tsa-authorities", authorities()});
    EXPECT_NE(checked.find(id), std::string::npos) << checked;
    EXPECT_NE(checked.find("by CN=tsa,O=Test"), std::string::npos) << checked;

    // The hospital's report: one look, one refusal, and its signature.
    auto const month =
        node_->sql("SELECT to_char(now() AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM')")[0][0];
    auto const report = (folder_ / "report.html").string();
    command({"audit", "report", "--member", "hospital-kita", "--period", month, "--format", "html",
             "--out", report});
    auto const html = read_file(report);
    EXPECT_NE(html.find(id), std::string::npos);
    EXPECT_NE(html.find("拒否された、または失敗したもの"), std::string::npos);
    auto const openssl =
        run_command({"/usr/bin/openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in",
                     report + ".p7s", "-content", report, "-CAfile",
                     (node_->pki() / "ca.crt").string(), "-purpose", "any", "-out", "/dev/null"});
    EXPECT_EQ(openssl.status, 0) << openssl.output;
    auto const json = command(
        {"audit", "report", "--member", "hospital-kita", "--period", month, "--format", "json"});
    EXPECT_NE(json.find("\"seen\":1,\"emergency\":0,\"refused\":1"), std::string::npos) << json;
    auto const others = command(
        {"audit", "report", "--member", "clinic-kita", "--period", month, "--format", "json"});
    EXPECT_NE(others.find("\"lines\":[]"), std::string::npos) << "nothing of others: " << others;
    auto const own =
        command({"audit", "report", "--patient", patient, "--lang", "en", "--format", "csv"});
    EXPECT_NE(own.find(id), std::string::npos) << own;

    auto const found = [&](std::string const& since) {
        return command({"audit", "search", "--document", id, "--since", since});
    };
    for (char const* since : {"90m", "24h", "7d", "2026-01-01", "2026-01-01T09:00:00+09:00"})
        EXPECT_NE(found(since).find(id), std::string::npos) << since;
    for (char const* since : {"0m", "2999-12-31"}) EXPECT_EQ(found(since), "") << since;
    for (char const* since : {"yesterday", "7", "-1d", "2026-02-31"})
        command({"audit", "search", "--since", since}, 2);
    command({"audit", "search", "--since", "1h", "--from", "2026-01-01"}, 2);

    // Somebody with all rights in the database, and the anchor taken away as well.
    node_->stop();
    node_->sql("DELETE FROM atna.record WHERE seq >= " + seq);
    fs::remove(node_->folder() / "journal/chain.anchor");
    auto const cut = command({"audit", "verify", "--roots", kept}, 1);
    EXPECT_NE(cut.find("cut off"), std::string::npos) << cut;
}

TEST_F(Evidence, AnAuthorityThatIsAwayDegradesTheNodeAndStopsNothing) {
    ASSERT_TRUE(covered("1"));
    ::kill(authority_, SIGTERM);
    EXPECT_TRUE(eventually([&] {
        NodeClient(*node_, "toolkit").feed("A01", fresh_patient());
        return node_->operator_page("/health/ready").find("time stamp") != std::string::npos;
    }));
    EXPECT_EQ(NodeClient(*node_, "toolkit").feed("A01", fresh_patient()), "AA");
    EXPECT_EQ(node_->verify_audit(), "");
}

}  // namespace
}  // namespace musubi::test
