// Questions about patients through the real doors: MLLP over TLS and SOAP, with the sample region's
// agreement, consent and audit trail.
#include <gtest/gtest.h>

#include "codec/hl7v3/actions.h"
#include "platform/base/text.h"
#include "support/node_client.h"
#include "unit/pdq/v2_fixture.h"
#include "unit/pdq/v3_fixture.h"

namespace musubi::test {
namespace {

class PatientDoors : public ::testing::Test {
protected:
    /// A patient of this member with a family name of the test's own; the local number.
    std::string feed(NodeClient& member, char const* authority, std::string const& family,
                     std::string const& given = "TARO") {
        std::string const cx = fresh_patient(authority);
        std::string message = adt_message("A01", cx, "", family + "^" + given);
        std::size_t const pid = message.find("PID|");
        std::size_t const end = message.find('\r', pid);
        // PID-7 and PID-8 behind the name, which is the last field that was written.
        message.insert(end, "||19600102|M");
        std::string const answer = member.exchange_hl7(message);
        EXPECT_NE(answer.find("MSA|AA"), std::string::npos) << answer;
        return cx.substr(0, cx.find('^'));
    }
    static std::string question(std::string const& family, std::string const& rest = "RCP|I\r",
                                std::string const& control = "M1") {
        return "MSH|^~\\&|APP|KITA|MUSUBI|REGION|20260101120000||QBP^Q22^QBP_Q21|" + control +
               "|P|2.5\rQPD|IHE PDQ Query|T1|@PID.5.1.1^" + family + "~@PID.7^19600102\r" + rest;
    }
    static std::string find_v3(NodeClient const& member, std::string const& path,
                               std::string_view action, std::string const& family) {
        std::string const name =
            v3_parameter("livingSubjectName", "<value><family>" + family + "</family></value>");
        auto const answer =
            member.post(path, kSoapType,
                        {{envelope(std::string(action), v3_find(v3_birth() + name)), nullptr}});
        return answer ? answer->body : "nothing";
    }
    static std::string unique_family() {
        std::string name = "Y";
        for (char const c : fresh_oid().substr(4)) name += c == '.' ? 'A' : char(c - '0' + 'B');
        return name;
    }

    TestNode node;
    NodeClient toolkit{node, "toolkit"};
    NodeClient hospital{node, "hospital-kita"};
    NodeClient clinic{node, "clinic-kita"};
};

TEST_F(PatientDoors, APatientIsFoundThroughEveryDoorAndEachQuestionIsRecorded) {
    std::string const family = unique_family();
    std::string const id = feed(hospital, kHospitalAuthority, family);
    std::string const v2 = hospital.exchange_hl7(question(family));
    EXPECT_EQ(pdq::outcome(v2), "AA/OK") << v2;
    EXPECT_NE(v2.find(id), std::string::npos);
    std::string const v3 = find_v3(hospital, "/pdq/supplier", hl7v3::kFindActions.request, family);
    EXPECT_TRUE(holds(v3, "queryResponseCode code=\"OK\"")) << v3;
    EXPECT_TRUE(holds(v3, "extension=\"" + id + "\""));
    std::string const xcpd =
        find_v3(toolkit, "/xcpd/responding", hl7v3::kDiscoveryActions.request, family);
    EXPECT_TRUE(holds(xcpd, "queryResponseCode code=\"OK\"")) << xcpd;
    EXPECT_TRUE(holds(xcpd, "NotHealthDataLocator"));
    for (char const* transaction : {"ITI-21", "ITI-47", "ITI-55"}) {
        atna::SearchQuery query;
        query.transaction = transaction;
        EXPECT_EQ(node.audit(query).size(), 1U) << transaction;
    }
    EXPECT_EQ(node.verify_audit(), "");
    EXPECT_EQ(node.log().find(family), std::string::npos) << "names are nobody's business";
}

TEST_F(PatientDoors, AnotherHospitalsPatientIsNobodyUntilConsentAndAgainAfterIt) {
    std::string const family = unique_family();
    feed(hospital, kHospitalAuthority, family);
    EXPECT_EQ(pdq::outcome(clinic.exchange_hl7(question(family))), "AA/NF");
    EXPECT_TRUE(holds(find_v3(clinic, "/pdq/supplier", hl7v3::kFindActions.request, family),
                      "queryResponseCode code=\"NF\""));
    std::string const own = hospital.exchange_hl7(question(family));
    std::string const regional = pdq::told(own).at(0);
    std::string const cx =
        regional.substr(0, regional.find('^')) + "^^^&" + std::string(kRegionalAuthority) + "&ISO";
    ASSERT_EQ(node.command({"consent", "grant", "--patient", cx}).status, 0);
    EXPECT_EQ(pdq::outcome(clinic.exchange_hl7(question(family))), "AA/OK");
    ASSERT_EQ(node.command({"consent", "withdraw", "--patient", cx}).status, 0);
    EXPECT_EQ(pdq::outcome(clinic.exchange_hl7(question(family))), "AA/NF");
}

TEST_F(PatientDoors, PagesAreContinuedAndCancelledOverTheSameDoor) {
    std::string const family = unique_family();
    for (char const* given : {"TARO", "JIRO", "SABURO"})
        feed(hospital, kHospitalAuthority, family, given);
    std::string const first = hospital.exchange_hl7(question(family, "RCP|I|2^RD\r"));
    EXPECT_EQ(pdq::told(first).size(), 2U) << first;
    std::string const next = "RCP|I|2^RD\rDSC|" + pdq::pointer(first) + "|I\r";
    std::string const second = hospital.exchange_hl7(question(family, next, "M2"));
    EXPECT_EQ(pdq::told(second).size(), 1U) << second;
    EXPECT_EQ(pdq::pointer(second), "");
    EXPECT_EQ(pdq::outcome(clinic.exchange_hl7(question(family, next, "M3"))), "AE/AE");
    std::string const cancelled = hospital.exchange_hl7(
        "MSH|^~\\&|APP|KITA|MUSUBI|REGION|20260101120000||QCN^J01^QCN_J01|M4|P|2.5\r"
        "QID|T1|IHE PDQ Query\r");
    EXPECT_EQ(pdq::outcome(cancelled), "AA/") << cancelled;
    EXPECT_EQ(pdq::outcome(hospital.exchange_hl7(question(family, next, "M5"))), "AE/AE");
}

TEST_F(PatientDoors, DiscoveryIsForNeighboursOnly) {
    std::string const answer =
        find_v3(hospital, "/xcpd/responding", hl7v3::kDiscoveryActions.request, "ANYBODY");
    EXPECT_TRUE(holds(answer, "Fault")) << answer;
    EXPECT_FALSE(holds(answer, "PRPA_IN201306UV02"));
}

}  // namespace
}  // namespace musubi::test
