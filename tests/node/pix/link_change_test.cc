// A link change (ITI TF-2 3.64) through the real program: the documents of a local id follow it,
// and nothing is half done.

#include <gtest/gtest.h>

#include "support/node_client.h"
#include "support/pix_messages.h"

namespace musubi::test {
namespace {

constexpr char kLocal[] = "2.16.840.1.113883.3.72.5.9.1";

class LinkChange : public ::testing::Test {
protected:
    static std::string change(std::string const& to, std::string const& local,
                              std::string const& from) {
        return msh25("ADT^A43^ADT_A43") + "EVN||20260101120000\rPID|1||" + to + "~" + local +
               "|| \rMRG|" + from + "\r";
    }
    std::size_t documents(std::string const& patient) {
        return toolkit.find(patient).objects.entries.size();
    }
    /// A letter of this patient, published under the local id.
    void publish(std::string const& patient, std::string const& local) {
        Papers papers = letter_for(patient);
        for (auto& entry : papers.submission.entries) entry.source_patient_id = local;
        Heard const heard = toolkit.submit(papers);
        ASSERT_TRUE(heard.success()) << heard.text();
    }

    TestNode node;
    NodeClient toolkit{node, "toolkit"};
};

TEST_F(LinkChange, DocumentsOfTheLocalIdFollowItAndOthersStay) {
    std::string const from = fresh_patient(), to = fresh_patient(), local = fresh_patient(kLocal),
                      other = fresh_patient(kLocal);
    for (std::string const& patient : {from, to}) ASSERT_EQ(toolkit.feed("A01", patient), "AA");
    publish(from, local);
    publish(from, other);
    ASSERT_EQ(documents(from), 2U);
    EXPECT_EQ(ack_of(toolkit.exchange_hl7(change(to, local, from))), "AA");
    EXPECT_EQ(documents(to), 1U);
    EXPECT_EQ(documents(from), 1U);
    EXPECT_EQ(ack_of(toolkit.exchange_hl7(change(to, local, from))), "AE") << "it is there";
    EXPECT_EQ(ack_of(toolkit.exchange_hl7(change(from, local, to))), "AA") << "and back";
    EXPECT_EQ(documents(from), 2U);
}

TEST_F(LinkChange, ARefusedOneNamesItsPlaceAndMovesNothing) {
    std::string const from = fresh_patient(), local = fresh_patient(kLocal);
    ASSERT_EQ(toolkit.feed("A01", from), "AA");
    publish(from, local);
    std::string const answer =
        toolkit.exchange_hl7(change(fresh_patient(), local, fresh_patient()));
    EXPECT_EQ(ack_of(answer), "AE");
    EXPECT_NE(answer.find("ERR||MRG^1^1^1|204^"), std::string::npos) << answer;
    EXPECT_EQ(documents(from), 1U);
    NodeClient clinic(node, "clinic-kita");
    EXPECT_EQ(ack_of(clinic.exchange_hl7(change(fresh_patient(), local, from))), "AE");
    EXPECT_EQ(documents(from), 1U);
}

TEST_F(LinkChange, AMergeIsRecordedAsTheTransactionThatItCameBy) {
    auto const records = [&](char const* transaction) {
        atna::SearchQuery query;
        query.transaction = transaction;
        return node.audit(query).size();
    };
    std::string const a = fresh_patient(), b = fresh_patient(), c = fresh_patient();
    for (std::string const& patient : {a, b, c}) ASSERT_EQ(toolkit.feed("A01", patient), "AA");
    std::size_t const feeds = records("ITI-8");
    EXPECT_EQ(ack_of(toolkit.exchange_hl7(adt25("A40", a, b))), "AA");
    EXPECT_EQ(records("ITI-8"), feeds);
    EXPECT_EQ(records("ITI-30"), 2U);
    EXPECT_EQ(toolkit.feed("A40", a, c), "AA");
    EXPECT_EQ(records("ITI-8"), feeds + 2);
    EXPECT_EQ(records("ITI-30"), 2U);
}

}  // namespace
}  // namespace musubi::test
