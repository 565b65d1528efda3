// The cross-reference manager through the real program: feeds and queries of both generations over
// MLLP and SOAP (ITI TF-2 3.8, 3.9, 3.30, 3.44, 3.45).

#include <gtest/gtest.h>

#include "support/node_client.h"
#include "support/pix_partner.h"

namespace musubi::test {
namespace {

constexpr char kFirst[] = "2.16.840.1.113883.3.72.5.9.1";
constexpr char kSecond[] = "2.16.840.1.113883.3.72.5.9.2";
constexpr char kClinic[] = "1.2.392.100495.20.3.51.11312345678";
constexpr char kRegional[] = "2.999.1.1.1";

class Pix : public ::testing::Test {
protected:
    std::string send(NodeClient& client, std::string const& message) {
        return ack_of(client.exchange_hl7(message));
    }
    static std::string ids(NodeClient& client, std::string const& cx,
                           std::string const& domains = "") {
        return pix_ids(client, cx, domains);
    }
    static std::string post(NodeClient const& client, std::string const& interaction,
                            std::string const& payload, std::string const& path = "/pix/manager") {
        return post_v3(client, interaction, payload, path);
    }
    static bool has(std::string const& text, std::string const& part) {
        return text.find(part) != std::string::npos;
    }
    static std::string number(std::string const& cx) { return pix_id(cx).id; }

    TestNode node;
    NodeClient toolkit{node, "toolkit"};
    std::string const a = fresh_patient(kFirst), b = fresh_patient(kSecond);
    std::string const only_second = "^^^&" + std::string(kSecond) + "&ISO";
};

TEST_F(Pix, IdsFedTogetherAreFoundByBothQueries) {
    ASSERT_EQ(send(toolkit, adt25("A28", a + "~" + b)), "AA");
    EXPECT_EQ(ids(toolkit, a, only_second), "OK " + number(b));
    EXPECT_EQ(ids(toolkit, b, "^^^&" + std::string(kFirst) + "&ISO"), "OK " + number(a));
    std::string const answer = post(toolkit, "PRPA_IN201309UV02", v3_pix_query(a, {kSecond}));
    EXPECT_TRUE(has(answer, "extension=\"" + number(b) + "\"")) << answer;
    EXPECT_TRUE(has(answer, "<queryResponseCode code=\"OK\"/>"));
    EXPECT_EQ(ids(toolkit, fresh_patient(kFirst)), "AE");
}

TEST_F(Pix, FeedsOfBothGenerationsMeetInOneIndex) {
    for (char const* path : {"/pix/manager", "/xds/registry"}) {
        std::string const cx = fresh_patient(kFirst), other = fresh_patient(kFirst);
        EXPECT_TRUE(has(post(toolkit, "PRPA_IN201301UV02", v3_feed("PRPA_IN201301UV02", cx), path),
                        "<typeCode code=\"CA\"/>"));
        ASSERT_EQ(toolkit.feed("A01", other), "AA");
        EXPECT_TRUE(ids(toolkit, cx).starts_with("OK"));
        EXPECT_TRUE(has(post(toolkit, "PRPA_IN201302UV02", v3_feed("PRPA_IN201302UV02", cx), path),
                        "<typeCode code=\"CA\"/>"));
        std::string const merge = v3_feed("PRPA_IN201304UV02", other, cx);
        EXPECT_TRUE(
            has(post(toolkit, "PRPA_IN201304UV02", merge, path), "<typeCode code=\"CA\"/>"));
        EXPECT_EQ(ids(toolkit, cx), "AE") << "merged away";
        EXPECT_TRUE(ids(toolkit, other).starts_with("OK"));
    }
}

TEST_F(Pix, WhatAV3FeedMayNotDoIsToldInItsAcknowledgement) {
    std::string const foreign =
        post(toolkit, "PRPA_IN201301UV02", v3_feed("PRPA_IN201301UV02", fresh_patient("1.2.3.4")));
    EXPECT_TRUE(has(foreign, "<typeCode code=\"CE\"/>")) << foreign;
    EXPECT_TRUE(has(foreign, "code=\"204\""));
    EXPECT_TRUE(has(foreign, "subject1/patient/id<")) << foreign;
    std::string const merge =
        post(toolkit, "PRPA_IN201304UV02", v3_feed("PRPA_IN201304UV02", a, fresh_patient(kFirst)));
    EXPECT_TRUE(has(merge, "code=\"204\"")) << merge;
    EXPECT_TRUE(has(merge, "priorRegisteredRole/id<")) << merge;
    std::string broken = v3_feed("PRPA_IN201301UV02", a);
    broken.replace(broken.find("<processingCode code=\"P\"/>"), 26, "<surprise/>");
    std::string const schema = post(toolkit, "PRPA_IN201301UV02", broken);
    EXPECT_TRUE(has(schema, "SYN113")) << schema;
    EXPECT_TRUE(has(schema, "<targetMessage><id root=\"")) << schema;
    EXPECT_EQ(ids(toolkit, a), "AE") << "nothing was taken";
}

TEST_F(Pix, IdsAreChangedLinkedAndUnlinkedBySources) {
    std::string const old_id = fresh_patient(kFirst), now = fresh_patient(kFirst);
    ASSERT_EQ(send(toolkit, adt25("A28", old_id)), "AA");
    EXPECT_EQ(send(toolkit, adt25("A47", now, old_id)), "AA");
    EXPECT_EQ(ids(toolkit, old_id), "AE");
    ASSERT_EQ(send(toolkit, adt25("A28", b)), "AA");
    EXPECT_EQ(ids(toolkit, now, only_second), "NF");
    EXPECT_EQ(send(toolkit, link25("A24", now, b)), "AA");
    EXPECT_EQ(ids(toolkit, now, only_second), "OK " + number(b));
    EXPECT_EQ(send(toolkit, link25("A37", now, b)), "AA");
    EXPECT_EQ(ids(toolkit, now, only_second), "NF");
}

TEST_F(Pix, MergeLeavesTwoRecordsAndARepeatedMessageOneOfEach) {
    std::string const old_id = fresh_patient(kFirst);
    ASSERT_EQ(toolkit.feed("A01", a), "AA");
    ASSERT_EQ(toolkit.feed("A01", old_id), "AA");
    std::string const merge = adt_message("A40", a, old_id, "");
    EXPECT_EQ(send(toolkit, merge), "AA");
    EXPECT_EQ(send(toolkit, merge), "AA") << "the same message again";
    atna::SearchQuery query;
    query.transaction = "ITI-8";
    std::string actions;
    for (auto const& record : node.audit(query)) actions += record.event.action;
    std::sort(actions.begin(), actions.end());
    EXPECT_EQ(actions, "CCDDUU");
    EXPECT_EQ(toolkit.feed("A40", a, old_id), "AE") << "another message: merged before";
}

// A region without consent: each hospital knows its own numbers and the regional one.
TEST_F(Pix, OtherHospitalsNumbersAreHiddenUntilThePatientAgrees) {
    NodeClient hospital(node, "hospital-kita"), clinic(node, "clinic-kita");
    std::string const mine = fresh_patient(kHospitalAuthority), theirs = fresh_patient(kClinic);
    std::string const rest =
        "||ZYXWV^QWERTY^^^^^L^A||19610217|M|||1-2-3^^CITY^PREF^060-0001^JPN^H||^PRN^PH^^^^^^^^^011-"
        "555-0100\rPV1||N\r";
    for (auto* one : {&hospital, &clinic}) {
        std::string const text = msh25("ADT^A28^ADT_A05") + "EVN||20260101120000\rPID|1||" +
                                 (one == &hospital ? mine : theirs) + rest;
        ASSERT_EQ(send(*one, text), "AA");
    }
    std::string const at_clinic = "^^^&" + std::string(kClinic) + "&ISO";
    EXPECT_EQ(ids(toolkit, mine, at_clinic), "OK " + number(theirs)) << "matching has linked them";
    EXPECT_EQ(ids(hospital, mine, at_clinic), "NF");
    std::string const regional = ids(hospital, mine);
    ASSERT_TRUE(regional.starts_with("OK ")) << regional;
    EXPECT_FALSE(has(regional, number(theirs)));
    EXPECT_EQ(ids(hospital, theirs), "AE") << "as if nobody had fed it";
    std::string const patient = regional.substr(3) + "^^^&" + kRegional + "&ISO";
    ASSERT_EQ(node.command({"consent", "grant", "--patient", patient}).status, 0);
    EXPECT_EQ(ids(hospital, mine, at_clinic), "OK " + number(theirs));
    EXPECT_TRUE(ids(hospital, theirs).starts_with("OK "));
    ASSERT_EQ(node.command({"consent", "withdraw", "--patient", patient}).status, 0);
    EXPECT_EQ(ids(hospital, mine, at_clinic), "NF");
}

TEST(PixWithoutDatabase, AFeedIsRejectedAndLeavesNoHalfPatient) {
    TestCluster cluster;
    TestNode::Options options;
    options.cluster = &cluster;
    TestNode node(options);
    node.expect_error("event=");
    NodeClient toolkit(node, "toolkit");
    std::string const a = fresh_patient(kFirst), b = fresh_patient(kSecond);
    cluster.stop(TestCluster::Stop::kImmediate);
    std::string const lost = ack_of(toolkit.exchange_hl7(adt25("A28", a + "~" + b)));
    EXPECT_TRUE(lost == "AR" || lost == "CR") << lost;
    EXPECT_EQ(ack_of(toolkit.exchange_hl7(pix_query(a))), "AR") << "not an unknown patient";
    cluster.start();
    EXPECT_TRUE(eventually([&] { return ack_of(toolkit.exchange_hl7(pix_query(a))) == "AE"; }));
    EXPECT_EQ(ack_of(toolkit.exchange_hl7(pix_query(b))), "AE");
    EXPECT_EQ(node.sql("select count(*) from mpi.identifier")[0][0], "0");
    EXPECT_EQ(ack_of(toolkit.exchange_hl7(adt25("A28", a + "~" + b))), "AA");
    EXPECT_EQ(ack_of(toolkit.exchange_hl7(pix_query(a))), "AA");
}

}  // namespace
}  // namespace musubi::test
