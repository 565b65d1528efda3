// Consent by document through a whole node (BPPC, ITI TF-3 5.1): a form counts from the next
// request on, its successor takes its words away, and one that the region cannot read is refused.

#include <gtest/gtest.h>

#include <algorithm>

#include "node/policy/region.h"
#include "support/policy_sets.h"

namespace musubi::test {
namespace {

constexpr char kPolicies[] = "2.999.1.200";
constexpr char kAgrees[] = "2.999.1.200.1";
constexpr char kDisagrees[] = "2.999.1.200.2";
constexpr char kThisHospitalOnly[] = "2.999.1.200.3";

class ConsentForm : public ::testing::Test {
protected:
    explicit ConsentForm(Edits const& edits = {}) : node_(consent_node(edits)) {
        node_->start();
        EXPECT_EQ(hospital_.feed("A01", patient_), "AA");
        EXPECT_TRUE(hospital_.submit(letter_).success());
    }
    Papers form(std::string const& policy) const {
        Papers papers = letter_for(patient_, "a signed sheet");
        auto& entry = papers.submission.entries[0];
        entry.format_codes = {{"urn:ihe:iti:bppc:2007", "1.3.6.1.4.1.19376.1.2.3", "BPPC"}};
        entry.event_codes = {{policy, kPolicies, "policy"}};
        return papers;
    }
    /// The form sent by the hospital; its entryUUID.
    std::string acknowledge(Papers const& papers) const {
        auto const sent = hospital_.submit(papers);
        EXPECT_TRUE(sent.success()) << sent.text();
        auto const found = hospital_.find(patient_);
        auto const* entry = found.entry(papers.documents[0].unique_id);
        EXPECT_NE(entry, nullptr);
        return entry ? entry->id : "";
    }
    std::string acknowledge(std::string const& policy) const { return acknowledge(form(policy)); }
    std::string replace(std::string const& old, std::string const& policy) const {
        Papers papers = form(policy);
        relate(papers, domain::AssociationType::kReplace, old);
        return acknowledge(papers);
    }
    bool clinic_sees() const {
        auto const found = clinic_.find(patient_);
        EXPECT_TRUE(found.success()) << found.text();
        bool const seen = found.entry(letter_.documents[0].unique_id) != nullptr;
        auto const fetched = clinic_.retrieve({letter_.documents[0].unique_id});
        EXPECT_EQ(fetched.documents.size(), seen ? 1U : 0U) << "found is not what can be read";
        return seen;
    }
    int words() const { return std::stoi(node_->sql("select count(*) from policy.consent")[0][0]); }

    std::string const patient_ = fresh_patient();
    Papers const letter_ = letter_for(patient_);
    std::unique_ptr<TestNode> node_;
    NodeClient hospital_{*node_, "hospital-kita"};
    NodeClient clinic_{*node_, "clinic-kita"};
};

TEST_F(ConsentForm, OpensUntilItIsReplacedByOneThatRevokes) {
    EXPECT_FALSE(clinic_sees());
    std::string const yes = acknowledge(kAgrees);
    EXPECT_TRUE(clinic_sees());
    std::string const no = replace(yes, kDisagrees);
    EXPECT_FALSE(clinic_sees());
    std::string const partly = replace(no, kThisHospitalOnly);
    EXPECT_TRUE(clinic_sees());
    replace(partly, kDisagrees);
    EXPECT_FALSE(clinic_sees());
    EXPECT_EQ(words(), 4);
    EXPECT_EQ(records_of(*node_, patient_, "110135").size(), 4U) << "one for each word";
    EXPECT_TRUE(hospital_.find(patient_).entry(letter_.documents[0].unique_id))
        << "own documents need no form";
}

TEST_F(ConsentForm, IsOverruledByALaterWordAtTheDesk) {
    acknowledge(kAgrees);
    EXPECT_TRUE(clinic_sees());
    auto const done = node_->command({"consent", "withdraw", "--patient", patient_});
    EXPECT_EQ(done.status, 0) << done.output;
    EXPECT_FALSE(clinic_sees());
    // What names nobody would keep nobody from anything, and a death is told by its own verb.
    for (auto const& [option, value] : {std::pair{"--member", "hospital-kta"},
                                        {"--reader", "klinik"},
                                        {"--purpose", "TRAET"},
                                        {"--about", "death"}}) {
        auto const refused =
            node_->command({"consent", "withdraw", "--patient", patient_, option, value});
        EXPECT_NE(refused.status, 0) << option << " " << refused.output;
    }
    EXPECT_EQ(words(), 2);
    auto const shown = node_->command({"consent", "history", "--patient", patient_});
    EXPECT_NE(shown.output.find("granted"), std::string::npos) << shown.output;
    EXPECT_NE(shown.output.find("withdrawn"), std::string::npos) << shown.output;
}

TEST_F(ConsentForm, CountsForItsTimeOnly) {
    Papers past = form(kAgrees);
    past.submission.entries[0].service_start_time = "20200101";
    past.submission.entries[0].service_stop_time = "20201231";
    acknowledge(past);
    EXPECT_FALSE(clinic_sees());
    Papers future = form(kAgrees);
    future.submission.entries[0].service_start_time = "20990101";
    acknowledge(future);
    EXPECT_FALSE(clinic_sees());
    Papers lasting = form(kAgrees);
    lasting.submission.entries[0].service_start_time = "20200101";
    lasting.submission.entries[0].service_stop_time = "20990101";
    acknowledge(lasting);
    EXPECT_TRUE(clinic_sees());
}

TEST_F(ConsentForm, InALanguageThatIsNotReadIsRefusedInsteadOfKeptUnread) {
    Papers papers = form(kAgrees);
    papers.submission.entries[0].format_codes[0].code = "urn:ihe:iti:appc:2016:consent";
    auto const sent = hospital_.submit(papers);
    EXPECT_TRUE(sent.has_code("XDSRegistryMetadataError")) << sent.text();
    EXPECT_EQ(hospital_.find(patient_).entry(papers.documents[0].unique_id), nullptr);
    EXPECT_FALSE(clinic_sees());
    EXPECT_EQ(words(), 0);
}

/// A region that takes policy sets too.
class AdvancedConsentForm : public ConsentForm {
protected:
    AdvancedConsentForm()
        : ConsentForm({{"    basis: written\n", "    basis: written\n    advanced: accept\n"}}) {}

    /// Provided under the id of the policy set.
    Papers policy_set(std::string const& rules, std::string const& patient) const {
        Papers papers = form(kAgrees);
        auto& entry = papers.submission.entries[0];
        entry.format_codes[0].code = "urn:ihe:iti:appc:2016:consent";
        entry.mime_type = "text/xml";
        entry.unique_id = system_ids().uuid().to_urn();
        auto const id = domain::PatientId::parse(patient);
        papers.documents[0].unique_id = *entry.unique_id;
        papers.documents[0].content = text_document(
            appc_document(*entry.unique_id, appc_patient(id->authority, id->id), rules));
        return papers;
    }
    Heard send(std::string const& rules) const {
        return hospital_.submit(policy_set(rules, patient_));
    }
};

TEST_F(AdvancedConsentForm, OpensAndClosesAsItsRulesSayUntilItIsReplaced) {
    Papers const open = policy_set(appc_rule(true, {appc_organisation("2.999.1.1.22")}), patient_);
    std::string const yes = acknowledge(open);
    EXPECT_TRUE(clinic_sees());
    Papers closed = policy_set(appc_rule(false), patient_);
    relate(closed, domain::AssociationType::kReplace, yes);
    acknowledge(closed);
    EXPECT_FALSE(clinic_sees());
    EXPECT_EQ(records_of(*node_, patient_, "110135").size(), 4U) << "viewing and publishing, twice";
    EXPECT_TRUE(send(appc_rule(true)).success());
    EXPECT_TRUE(clinic_sees());
}

TEST_F(AdvancedConsentForm, ThatCannotBeToldInWordsIsRefusedWhole) {
    AppcMatch role = appc_organisation("2.999.1.1.22");
    role.attribute = "urn:oasis:names:tc:xacml:2.0:subject:role";
    auto const sent = send(appc_rule(true, {role}));
    EXPECT_TRUE(sent.has_code("XDSRegistryMetadataError")) << sent.text();
    EXPECT_NE(sent.text().find("subject:role"), std::string::npos) << sent.text();
    auto const conditional = send("<Rule RuleId=\"r\" Effect=\"Permit\"><Condition/></Rule>");
    EXPECT_TRUE(conditional.has_code("XDSRepositoryMetadataError")) << conditional.text();
    Papers of_other = policy_set(appc_rule(true), fresh_patient());
    EXPECT_TRUE(hospital_.submit(of_other).refused());
    Papers garbage = policy_set(appc_rule(true), patient_);
    garbage.documents[0].content = text_document("<PolicySet");
    EXPECT_TRUE(hospital_.submit(garbage).has_code("XDSRepositoryMetadataError"));
    EXPECT_EQ(words(), 0);
    EXPECT_FALSE(clinic_sees());
}

TEST_F(AdvancedConsentForm, RegisteredWithoutItsOctetsIsRefused) {
    Papers papers = policy_set(appc_rule(true), patient_);
    complete_for_registry(papers);
    papers.submission.entries[0].repository_unique_id = "2.999.7.2";
    auto const sent = hospital_.register_papers(papers);
    EXPECT_TRUE(sent.has_code("XDSRegistryMetadataError")) << sent.text();
    EXPECT_EQ(words(), 0);
}

TEST_F(ConsentForm, OfAPolicyThatTheAgreementDoesNotKnowIsRefusedWhole) {
    for (Papers papers : {form("MPQ-eventcode-1"), form(kAgrees)}) {
        auto& codes = papers.submission.entries[0].event_codes;
        if (codes[0].code == kAgrees) {
            codes.clear();  // no policy at all
        } else {
            codes[0].scheme = "1.3.6.1.4.1.21367.2017.3";  // a code of the region, no policy
        }
        auto const sent = hospital_.submit(papers);
        EXPECT_TRUE(sent.refused()) << sent.text();
        EXPECT_EQ(hospital_.find(patient_).entry(papers.documents[0].unique_id), nullptr);
    }
    EXPECT_EQ(words(), 0);
    EXPECT_FALSE(clinic_sees());
}

}  // namespace
}  // namespace musubi::test
