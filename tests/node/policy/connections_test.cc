// What the agreement's connections say of calls, at every door of a running node.

#include <gtest/gtest.h>

#include <fstream>

#include "node/policy/region.h"
#include "support/child_process.h"
#include "support/pix_messages.h"
#include "support/source_tree.h"

namespace musubi::test {
namespace {

/// The terms of the clinic's and the toolkit's connections, beside the users of the sample region.
class ConnectionTerms : public ::testing::Test {
protected:
    ConnectionTerms()
        : node_(consent_node({
              {"    in: [feed, identify, publish, query, retrieve]\n    demarcation: D2",
               "    in: [feed, identify, publish, query, retrieve]\n    xua: required\n"
               "    demarcation: D2"},
              {"  - peer: toolkit-lenient\n    profile: jp-high-compat\n",
               "  - peer: toolkit-lenient\n    profile: jp-high-compat\n    rate: 2/hour\n"},
              {"  assertion: optional ",
               "  members: [{member: pharmacy-kita, assertion: required}]\n  assertion: optional "},
          })) {
        node_->start();
    }
    std::size_t failed_logins(std::string const& fault) const {
        std::size_t count = 0;
        for (auto const& record : node_->audit()) {
            if (record.event.event_id.code == "110114" &&
                record.message.find(fault) != std::string::npos)
                ++count;
        }
        return count;
    }
    std::unique_ptr<TestNode> node_;
};

TEST_F(ConnectionTerms, AUserWhoIsDemandedAndAbsentIsAFaultOnRecord) {
    std::string const patient = fresh_patient();
    NodeClient toolkit(*node_, "toolkit");
    ASSERT_EQ(toolkit.feed("A01", patient), "AA");
    NodeClient clinic(*node_, "clinic-kita");
    auto const refused =
        clinic.post("/xds/registry", kSoapType, {{envelope(kQueryAction, "<a/>"), nullptr}});
    ASSERT_TRUE(refused.ok()) << refused.error().detail;
    EXPECT_NE(refused->body.find("InvalidSecurity"), std::string::npos) << refused->body;
    EXPECT_EQ(failed_logins("InvalidSecurity"), 1U);
    // HL7 v2 has no place for a user: the same terms refuse it there.
    std::string const ack = clinic.exchange_hl7(adt_message("A01", fresh_patient(), "", ""));
    EXPECT_NE(ack.find("MSA|AR|"), std::string::npos) << ack;
    EXPECT_TRUE(UserClient(*node_, "clinic-kita", {}).find(patient).empty());  // an answer
}

TEST_F(ConnectionTerms, WhoMustBringAUserHasNoDoorThatDoesWithoutOne) {
    std::string const patient = fresh_patient();
    ASSERT_EQ(NodeClient(*node_, "toolkit").feed("A01", patient), "AA");
    NodeClient pharmacy(*node_, "pharmacy-kita");
    EXPECT_FALSE(pharmacy.find(patient).success());
    EXPECT_EQ(failed_logins("InvalidSecurity"), 1U);
    auto const ack = [&](std::string const& message) {
        std::string const said = segment_of(pharmacy.exchange_hl7(message), "MSA");
        return said.substr(0, 6);
    };
    EXPECT_EQ(ack(pix_query(patient, "")), "MSA|AR") << "HL7 v2 has no place for a user";
    // A feed asks nothing, and no system that sends them has a user.
    EXPECT_NE(ack(adt_message("A01", fresh_patient(), "", "")), "MSA|AR");
    auto const wado = [&](std::string const& member) {
        NodeClient const who(*node_, member);
        return run_command({"/usr/bin/curl", "-s", "-o", "/dev/null", "-w", "%{http_code}",
                            "--cert", who.crt(), "--key", who.key(), "--cacert", who.ca(),
                            "https://localhost:" + std::to_string(node_->https()) +
                                "/xds-i/source/studies/2.25.7"})
            .output;
    };
    EXPECT_EQ(wado("hospital-kita"), "404");
    EXPECT_EQ(wado("pharmacy-kita"), "401") << "nor have images over HTTP";
}

TEST_F(ConnectionTerms, WhoCallsMoreOftenThanAgreedIsToldBusyAndTheOthersAreServed) {
    NodeClient often(*node_, "toolkit-lenient");
    NodeClient other(*node_, "toolkit");
    std::string const patient = fresh_patient();
    ASSERT_EQ(other.feed("A01", patient), "AA");
    EXPECT_TRUE(often.find(patient).success());
    EXPECT_TRUE(often.find(patient).success());
    Found const third = often.find(patient);
    EXPECT_FALSE(third.success());
    EXPECT_EQ(third.http_status, 503) << third.text();
    std::string const ack = often.exchange_hl7(adt_message("A01", fresh_patient(), "", ""));
    EXPECT_EQ(ack.find("MSA|AA|"), std::string::npos) << ack;
    EXPECT_TRUE(other.find(patient).success());
    atna::SearchQuery query;
    query.transaction = "ITI-18";
    query.member = "toolkit-lenient";
    auto const records = node_->audit(query);
    ASSERT_EQ(records.size(), 3U);
    EXPECT_NE(records[0].event.outcome, domain::AuditOutcome::kSuccess);
    EXPECT_EQ(records[0].event.rule, "rate");
}

}  // namespace
}  // namespace musubi::test
