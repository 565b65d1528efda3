// Envelopes and disasters through a whole node and its commands (modules/policy/README.md,
// Emergency).

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "node/policy/region.h"
#include "platform/base/text.h"

namespace musubi::test {
namespace {

/// What the line goes on with becomes a comment.
constexpr char const* kOverdue = "revision: {every: P1Y, next: 2026-01-31}  # ";

std::string day_after(int days) {
    return to_rfc3339(system_clock().now() + std::chrono::hours(24 * days)).substr(0, 10);
}

class Officers : public ::testing::Test {
protected:
    Officers() : Officers(Edits{{"revision: {every: P1Y, next: ", kOverdue}}) {}
    explicit Officers(Edits more)
        : node_(consent_node([&] {
              more.push_back({"      member: hospital-kita\n      role: medical-institution",
                              "      member: clinic-kita\n      role: medical-institution"});
              return more;
          }())) {
        node_->start();
        EXPECT_EQ(hospital_.feed("A01", patient_), "AA");
        EXPECT_TRUE(hospital_.submit(letter_).success());
    }
    std::string file(std::string const& name) const { return node_->folder() / name; }
    std::string command(std::vector<std::string> words) const {
        auto const done = node_->command(words);
        EXPECT_EQ(done.status, 0) << words[0] << " " << words[1] << ": " << done.output;
        return done.output;
    }
    void sign(std::string const& what, std::string const& as, int officer) const {
        std::string const name = node_->pki() / ("officer-kita-" + std::to_string(officer));
        command({what.find("seal") == std::string::npos ? "disaster" : "emergency", "sign",
                 file(what), "--as", as, "--certificate", name + ".crt", "--key", name + ".key"});
    }
    void envelope(int number) const {
        std::string const name = "seal-" + std::to_string(number);
        command({"emergency", "prepare", "--account", "E1", "--certificate",
                 node_->pki() / ("emergency-kita-" + std::to_string(number) + ".crt"), "--seal",
                 name, "--place", "night desk", "--until", day_after(60), "--out", file(name),
                 "--code-file", file(name + ".code")});
        sign(name, "president", 1);
        command({"emergency", "replace", file(name)});
    }
    bool ready_says(std::string const& text) const {
        return node_->operator_page("/health/ready").find(text) != std::string::npos;
    }
    std::vector<std::string> only_letter() const { return {letter_.documents[0].unique_id}; }

    std::string const patient_ = fresh_patient();
    Papers const letter_ = letter_for(patient_, "what only consent opens");
    std::unique_ptr<TestNode> node_;
    NodeClient hospital_{*node_, "hospital-kita"};
    NodeClient clinic_{*node_, "clinic-kita"};
};

TEST_F(Officers, AnEnvelopeOpensOnceOnRecordAndMustBeReplaced) {
    NodeClient const holder(*node_, "emergency-kita-1");
    EXPECT_TRUE(holder.find(patient_).refused()) << "nobody has prepared it";
    EXPECT_TRUE(ready_says("emergency account E1 is not prepared"));
    EXPECT_TRUE(ready_says("'revision' was due on 2026-01-31"));
    envelope(1);
    EXPECT_TRUE(holder.find(patient_).refused()) << "sealed";
    EXPECT_TRUE(eventually([&] { return !ready_says("emergency account"); }));

    auto const opened =
        command({"emergency", "open", "--account", "E1", "--code-file", file("seal-1.code"),
                 "--person", "dr-aoba", "--reason", "SYSTEM-DOWN"});
    EXPECT_NE(opened.find("E1 is open for dr-aoba"), std::string::npos) << opened;
    EXPECT_EQ(holder.find(patient_).unique_ids(), only_letter()) << "without consent";
    EXPECT_EQ(holder.retrieve(only_letter()).documents.size(), 1U);
    EXPECT_TRUE(clinic_.find(patient_).unique_ids().empty())
        << "the house sees no more than before";
    EXPECT_FALSE(holder.submit(letter_for(patient_)).success()) << "it reads";

    // Everybody hears of it, and the patient's report shows it.
    EXPECT_NE(command({"emergency", "notices", "--member", "pharmacy-kita"}).find("seal-broken"),
              std::string::npos);
    EXPECT_NE(command({"emergency", "notices", "--member", "hospital-kita"}).find("emergency"),
              std::string::npos);
    ASSERT_EQ(records_of(*node_, patient_, "110127").size(), 1U);
    auto const report = command({"audit", "report", "--patient", patient_});
    EXPECT_NE(report.find(" emergency  BTG "), std::string::npos) << report;
    EXPECT_NE(report.find("dr-aoba"), std::string::npos) << report;
    EXPECT_NE(report.find("K4.10"), std::string::npos) << report;
    EXPECT_NE(command({"emergency", "review", "list"}).find("dr-aoba"), std::string::npos);

    command({"emergency", "close", "--account", "E1"});
    EXPECT_TRUE(holder.find(patient_).refused());
    EXPECT_TRUE(eventually([&] { return ready_says("emergency account E1 was used"); }));
    EXPECT_NE(node_
                  ->command({"emergency", "open", "--account", "E1", "--code-file",
                             file("seal-1.code"), "--person", "dr-aoba", "--reason", "SYSTEM-DOWN"})
                  .status,
              0);
    envelope(2);
    EXPECT_TRUE(holder.find(patient_).refused()) << "the old certificate stays burned";
    EXPECT_NE(command({"emergency", "accounts"}).find("E1  sealed"), std::string::npos);
    EXPECT_TRUE(eventually([&] { return !ready_says("emergency account"); }));
    EXPECT_EQ(node_->verify_audit(), "");
}

/// The account's member may call three times an hour.
class SlowLine : public Officers {
protected:
    SlowLine()
        : Officers({{"in: [feed, identify, publish, query, retrieve]\n    demarcation: D2",
                     "in: [feed, identify, publish, query, retrieve]\n    rate: 3/hour\n"
                     "    demarcation: D2"}}) {}
};

TEST_F(SlowLine, BindsAnEmergencyAccountByItself) {
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(clinic_.find(patient_).success());
    EXPECT_EQ(clinic_.find(patient_).http_status, 503);
    envelope(1);
    // What somebody has written into the file since counts for nothing: not before it is signed.
    std::ofstream(node_->folder() / "agreement.yaml") << "schema_version: nonsense\n";
    command({"emergency", "open", "--account", "E1", "--code-file", file("seal-1.code"), "--person",
             "dr-aoba", "--reason", "SYSTEM-DOWN"});
    NodeClient const holder(*node_, "emergency-kita-1");
    for (int i = 0; i < 3; ++i) EXPECT_EQ(holder.find(patient_).unique_ids(), only_letter());
    EXPECT_EQ(holder.find(patient_).http_status, 503) << "the agreed rate is the account's too";
}

TEST_F(Officers, ADisasterOpensWhatTheAgreementSaysUntilItEnds) {
    NodeClient const neighbour(*node_, "toolkit");
    auto const call_from_outside = [&] {
        auto const answer = neighbour.post(
            "/xcpd/responding", kSoapType,
            {{test::envelope(
                  "urn:hl7-org:v3:PRPA_IN201305UV02:CrossGatewayPatientDiscovery",
                  "<PRPA_IN201305UV02 xmlns=\"urn:hl7-org:v3\" ITSVersion=\"XML_1.0\"/>"),
              nullptr}});
        EXPECT_TRUE(answer.ok());
        atna::SearchQuery query;
        query.transaction = "ITI-55";
        query.limit = 1;
        auto const records = node_->audit(query);
        return records.empty() ? "" : records.front().event.rule;
    };
    EXPECT_TRUE(clinic_.find(patient_).unique_ids().empty());
    EXPECT_NE(call_from_outside(), "transactions");

    command({"disaster", "prepare", "--kind", "earthquake", "--text", "road closed", "--hours",
             "12", "--modes", "gateways-off", "--out", file("declaration")});
    sign("declaration", "president", 1);
    auto const alone = node_->command({"disaster", "declare", file("declaration")});
    EXPECT_NE(alone.status, 0) << alone.output;
    EXPECT_TRUE(clinic_.find(patient_).unique_ids().empty());
    sign("declaration", "coordinator", 3);
    std::string const id = command({"disaster", "declare", file("declaration")}).substr(0, 36);
    EXPECT_TRUE(eventually([&] { return clinic_.find(patient_).unique_ids() == only_letter(); }));
    auto const looks = records_of(*node_, patient_, "ITI-18");
    ASSERT_FALSE(looks.empty());
    EXPECT_NE(looks.front().event.rule.find("K4.11"), std::string::npos)
        << looks.front().event.rule;
    EXPECT_EQ(call_from_outside(), "transactions") << "gateways off";
    EXPECT_NE(command({"emergency", "notices", "--member", "pharmacy-kita"}).find("disaster"),
              std::string::npos);
    EXPECT_TRUE(eventually([&] { return ready_says("a disaster is declared until"); }));

    command({"disaster", "prepare-end", "--declaration", id, "--text", "road open", "--out",
             file("the-end")});
    sign("the-end", "security", 2);
    command({"disaster", "end", file("the-end")});
    EXPECT_TRUE(eventually([&] { return clinic_.find(patient_).unique_ids().empty(); }));
    EXPECT_NE(call_from_outside(), "transactions");
    command({"disaster", "review", "--declaration", id, "--findings", "used by the clinic only"});
    EXPECT_NE(command({"disaster", "list"}).find("used by the clinic only"), std::string::npos);
    EXPECT_EQ(node_->verify_audit(), "");
}

}  // namespace
}  // namespace musubi::test
