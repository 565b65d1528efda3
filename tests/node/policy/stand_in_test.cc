// The node that writes is gone, and its database server with it. Another node serves from a hot
// standby, changes nothing, and what it recorded comes into the trail afterwards (node.read_only;
// `musubi audit reconcile`).

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "node/policy/region.h"
#include "node/policy/standby_cluster.h"
#include "platform/base/text.h"
#include "support/pix_messages.h"
#include "support/source_tree.h"

namespace musubi::test {
namespace {

namespace fs = std::filesystem;

constexpr char kSecret[] = "what only consent opens";

Claim emergency() {
    Claim claim;
    claim.purposes = {"ETREAT", "UNCONSCIOUS"};
    return claim;
}

/// A region with one patient who agreed and one who said nothing, its primary and the standby.
class StandIn : public ::testing::Test {
protected:
    StandIn() {
        node_->start();
        for (auto const* papers : {&open_, &closed_}) {
            EXPECT_EQ(hospital_.feed("A01", papers->patient()), "AA");
            auto const sent = hospital_.submit(*papers);
            EXPECT_TRUE(sent.success()) << sent.text();
        }
        auto const granted = node_->command({"consent", "grant", "--patient", open_.patient()});
        EXPECT_EQ(granted.status, 0) << granted.output;
    }
    static std::unique_ptr<TestNode> region(TestCluster& cluster) {
        return consent_node({}, &cluster);
    }
    /// Everything the primary has is at the standby; then the primary dies.
    void lose_the_primary() {
        standby_.emplace(cluster_);
        ASSERT_TRUE(standby_->caught_up_with(*node_));
        other_ = consent_node();  // its agreement and database are thrown away
        make_stand_in(*other_, *node_, *standby_);
        node_->expect_error("event=");
        node_->kill();
        cluster_.stop(TestCluster::Stop::kImmediate);
        other_->start();
    }
    void bring_the_primary_back() {
        EXPECT_EQ(other_->stop(), 0);
        cluster_.start();
        node_->start();
    }
    std::string journal() const { return other_->folder() / "journal/stand-in"; }
    CommandOutcome reconcile(std::string const& folder) const {
        return node_->command({"audit", "reconcile", folder});
    }
    /// Busy, in the words of each protocol, and nothing is left of it.
    void expect_changes_refused(NodeClient& hospital) const {
        auto const blobs_before =
            std::distance(fs::recursive_directory_iterator(other_->folder() / "blobs"), {});
        auto const sent = hospital.submit(letter_for(open_.patient()));
        EXPECT_TRUE(sent.has_code("XDSRepositoryBusy")) << sent.text();
        Papers registered = letter_for(open_.patient());
        complete_for_registry(registered);
        EXPECT_TRUE(hospital.register_papers(registered).has_code("XDSRegistryBusy"));
        EXPECT_EQ(hospital.feed("A01", fresh_patient(kHospitalAuthority)), "AR");
        EXPECT_EQ(ack_of(hospital.exchange_hl7(adt25("A28", fresh_patient(kHospitalAuthority)))),
                  "AR");
        auto const v3 = hospital.post(
            "/pix/manager", kSoapType,
            {{envelope("urn:hl7-org:v3:PRPA_IN201301UV02",
                       v3_feed("PRPA_IN201301UV02", fresh_patient(kHospitalAuthority))),
              nullptr}});
        ASSERT_TRUE(v3.ok());
        EXPECT_EQ(v3->body.find("<typeCode code=\"CA\""), std::string::npos) << v3->body;
        EXPECT_EQ(std::distance(fs::recursive_directory_iterator(other_->folder() / "blobs"), {}),
                  blobs_before);
        EXPECT_NE(other_->command({"consent", "grant", "--patient", closed_.patient()}).status, 0);
        EXPECT_NE(other_->command({"migrate"}).status, 0);
    }
    /// A copy of the journal in which something is not as it was written.
    template <class Damage>
    void expect_refused(char const* what, Damage&& damage) const {
        std::string const folder = copied("damaged");
        std::vector<fs::path> files;
        for (auto const& one : fs::directory_iterator(folder))
            if (one.path().extension() == ".journal") files.push_back(one.path());
        std::sort(files.begin(), files.end());
        ASSERT_FALSE(files.empty());
        damage(files);
        auto const done = reconcile(folder);
        EXPECT_NE(done.status, 0) << what << ": " << done.output;
    }
    static std::vector<std::string> ids(Papers const& papers) {
        return {papers.documents[0].unique_id};
    }
    std::string copied(std::string const& name) const {
        fs::path const to = other_->folder() / name;
        fs::remove_all(to);
        fs::copy(journal(), to);
        return to;
    }
    std::size_t from_stand_in(std::string const& patient, std::string const& transaction) const {
        atna::SearchQuery query;
        query.patient = patient;
        query.transaction = transaction;
        std::size_t count = 0;
        for (auto const& one : node_->audit(query))
            count += one.event.trace.starts_with("stand-in:");
        return count;
    }

    TestCluster cluster_;
    std::optional<StandbyCluster> standby_;
    std::unique_ptr<TestNode> node_ = region(cluster_);
    std::unique_ptr<TestNode> other_;
    Papers const open_ = letter_for(fresh_patient(), kSecret);
    Papers const closed_ = letter_for(fresh_patient(), kSecret);
    NodeClient hospital_{*node_, "hospital-kita"};
};

TEST_F(StandIn, ReadsUnderTheSameRulesChangesNothingAndIsReconciled) {
    lose_the_primary();
    NodeClient hospital(*other_, "hospital-kita"), clinic(*other_, "clinic-kita");

    // Served, as the agreement and the patients' words stand in the copy.
    EXPECT_EQ(clinic.find(open_.patient()).unique_ids(), ids(open_));
    EXPECT_EQ(clinic.retrieve(ids(open_)).documents.at(ids(open_)[0]), kSecret);
    EXPECT_TRUE(clinic.find(closed_.patient()).unique_ids().empty());
    EXPECT_TRUE(clinic.retrieve(ids(closed_)).documents.empty());
    EXPECT_EQ(ack_of(hospital.exchange_hl7(pix_query(open_.patient()))), "AA");

    expect_changes_refused(hospital);

    // Broken glass is on record before anything is shown; the gateways are closed.
    UserClient const doctor(*other_, "clinic-kita", emergency());
    EXPECT_EQ(doctor.find(closed_.patient()), ids(closed_));
    EXPECT_EQ(doctor.retrieve(ids(closed_)[0]), kSecret);

    std::string const ready = other_->operator_page("/health/ready");
    EXPECT_NE(ready.find("stands in"), std::string::npos) << ready;
    EXPECT_NE(other_->operator_page("/metrics").find("\nmusubi_read_only 1"), std::string::npos);

    // It dies and comes back; its journal goes on.
    other_->kill();
    other_->start();
    EXPECT_EQ(clinic.find(open_.patient()).unique_ids(), ids(open_));

    bring_the_primary_back();
    expect_refused("cut off", [](auto const& files) {
        fs::resize_file(files.back(), fs::file_size(files.back()) - 200);
    });
    expect_refused("taken away", [](auto const& files) { fs::remove(files.front()); });
    expect_refused("altered", [](auto const& files) {
        std::string octets = read_file(files.front());
        char& middle = octets[octets.size() / 2];
        middle = static_cast<char>(middle ^ 1);
        std::ofstream(files.front(), std::ios::binary) << octets;
    });
    EXPECT_NE(reconcile(other_->folder() / "blobs").status, 0) << "no journal at all";
    EXPECT_EQ(from_stand_in(open_.patient(), ""), 0U) << "nothing of it was added";
    auto const first = reconcile(journal());
    EXPECT_EQ(first.status, 0) << first.output;
    EXPECT_NE(first.output.find("1 emergency accesses"), std::string::npos) << first.output;
    EXPECT_EQ(from_stand_in(open_.patient(), "ITI-18"), 2U);
    EXPECT_EQ(from_stand_in(open_.patient(), "ITI-43"), 1U);
    EXPECT_EQ(from_stand_in(open_.patient(), "ITI-41"), 1U) << "refusals too";
    EXPECT_EQ(from_stand_in(closed_.patient(), "emergency"), 1U);
    auto const again = reconcile(journal());
    EXPECT_EQ(again.status, 0) << again.output;
    EXPECT_NE(again.output.find(", 0 of them new"), std::string::npos) << again.output;
    EXPECT_NE(again.output.find("0 emergency accesses"), std::string::npos) << again.output;
    EXPECT_EQ(from_stand_in(open_.patient(), "ITI-18"), 2U) << "each once";
    EXPECT_EQ(node_->verify_audit(), "");

    auto const review = node_->command({"emergency", "review", "list"});
    EXPECT_NE(review.output.find(kDoctor), std::string::npos) << review.output;
    auto const told = node_->command({"emergency", "notices", "--member", "hospital-kita"});
    EXPECT_NE(told.output.find("UNCONSCIOUS"), std::string::npos) << told.output;
    auto const report = node_->command({"audit", "report", "--patient", open_.patient()});
    EXPECT_NE(report.output.find("clinic-kita"), std::string::npos) << report.output;
    EXPECT_NE(report.output.find("K4.12"), std::string::npos) << report.output;
    EXPECT_EQ(node_->sql("select count(*) from atna.reconciliation")[0][0], "2");
}

// BC-1: the officers declare a disaster when the node that writes is gone.
TEST_F(StandIn, OpensWhatADeclarationInItsFolderOpensAndTellsOfItAfterwards) {
    auto const command = [&](TestNode& node, std::vector<std::string> words) {
        auto const done = node.command(words);
        EXPECT_EQ(done.status, 0) << words[0] << " " << words[1] << ": " << done.output;
        return done.output;
    };
    lose_the_primary();
    fs::path const draft = other_->folder() / "declaration", end = other_->folder() / "the-end";
    fs::path const shelf = other_->folder() / "declarations";
    fs::create_directories(shelf);
    auto const sign = [&](fs::path const& file, std::string const& as, int officer) {
        std::string const name = other_->pki() / ("officer-kita-" + std::to_string(officer));
        command(*other_, {"disaster", "sign", file, "--as", as, "--certificate", name + ".crt",
                          "--key", name + ".key"});
    };
    auto const put = [&](fs::path const& file) {
        std::string const beside = file.string() + ".signatures";
        fs::copy(beside, shelf / (file.filename().string() + ".signatures"),
                 fs::copy_options::recursive | fs::copy_options::overwrite_existing);
        fs::copy(file, shelf / file.filename(), fs::copy_options::overwrite_existing);
    };
    NodeClient const clinic(*other_, "clinic-kita");
    command(*other_, {"disaster", "prepare", "--kind", "earthquake", "--text", "road closed",
                      "--hours", "12", "--out", draft});
    sign(draft, "president", 1);
    put(draft);
    std::size_t const seen = other_->log().size();
    EXPECT_TRUE(clinic.find(closed_.patient()).unique_ids().empty()) << "one officer alone";
    EXPECT_TRUE(eventually([&] {
        clinic.find(closed_.patient());
        return other_->log().find("policy.disaster_does_not_count", seen) != std::string::npos;
    }));
    EXPECT_NE(other_->command({"disaster", "declare", draft}).status, 0) << "it cannot write";
    sign(draft, "coordinator", 3);
    put(draft);
    EXPECT_TRUE(
        eventually([&] { return clinic.find(closed_.patient()).unique_ids() == ids(closed_); }));
    std::string const words = read_file(draft);
    std::size_t const at = words.find("urn:uuid:");
    ASSERT_NE(at, std::string::npos) << words;
    std::string const id = words.substr(at + 9, 36);
    command(*other_,
            {"disaster", "prepare-end", "--declaration", id, "--text", "road open", "--out", end});
    sign(end, "security", 2);
    put(end);
    EXPECT_TRUE(eventually([&] { return clinic.find(closed_.patient()).unique_ids().empty(); }));

    bring_the_primary_back();
    EXPECT_EQ(reconcile(journal()).status, 0);
    atna::SearchQuery query;
    for (char const* word : {"disaster-declared", "disaster-ended"}) {
        query.transaction = word;
        EXPECT_EQ(node_->audit(query).size(), 1U) << word;
    }
    EXPECT_NE(node_->command({"disaster", "declare", draft, "--after-stand-in"}).output.find(id),
              std::string::npos);
    EXPECT_EQ(node_->verify_audit(), "");
}

TEST(StandInTerms, AreNeededInTheAgreement) {
    auto const node_ = consent_node();
    node_->start();
    std::string text = read_file(node_->folder() / "agreement.yaml");
    std::size_t const from = text.find("  stand_in:\n");
    ASSERT_NE(from, std::string::npos);
    text.erase(from, text.find("\n\n", from) - from);
    EXPECT_EQ(node_->stop(), 0);
    std::ofstream(node_->folder() / "agreement.yaml") << text;
    node_->start();  // as the next version
    std::string const config = node_->config_file();
    std::string settings = read_file(config);
    settings.insert(settings.find("node:\n") + 6, "  read_only: true\n");
    EXPECT_EQ(node_->stop(), 0);
    std::ofstream(config) << settings;
    EXPECT_FALSE(node_->try_start({}));
    EXPECT_NE(node_->log().find("emergency.stand_in"), std::string::npos);
    node_->expect_error("emergency.stand_in");
}

}  // namespace
}  // namespace musubi::test
