#include "codec/hl7v2/patient_feed.h"

#include "codec/hl7v2/ack.h"
#include "codec/hl7v2/parse.h"
#include "domain/reason.h"
#include "support/source_tree.h"

#include <gtest/gtest.h>

namespace musubi::hl7v2 {
namespace {

std::string msh(std::string_view type, std::string_view version = "2.3.1",
                std::string_view mode = "P") {
    return "MSH|^~\\&|HIS|HOSP1|MUSUBI|REGION|20250401090000||" + std::string(type) + "|M0001|" +
           std::string(mode) + "|" + std::string(version) + "\r";
}
constexpr char kPid[] = "PID|||12345^^^HOSP1&2.999.1.1&ISO^PI\r";

using domain::FeedEvent;
using domain::PatientFeed;
using domain::Script;

Result<PatientFeed> feed_of(std::string_view text) {
    auto const message = parse(as_bytes(text));
    if (!message) return message.error();
    return read_patient_feed(*message);
}
/// Each issue as "reason at location".
std::vector<std::string> problems(std::string_view text) {
    auto const feed = feed_of(text);
    if (feed) return {"accepted"};
    std::vector<std::string> list;
    for (Issue const& issue : feed.error().issues) {
        Condition const condition = condition_of(feed.error().code, issue.reason);
        list.push_back(std::to_string(static_cast<int>(condition)) + " " + issue.location);
    }
    return list;
}
using List = std::vector<std::string>;

TEST(PatientFeed, ReadsTheVisitOfAnAdmissionAndOfAnUpdate) {
    auto const told = [](std::string const& trigger, std::string const& pv1) {
        return feed_of("MSH|^~\\&|H|F|M|R|2025||ADT^" + trigger +
                       "|M1|P|2.3.1\rPID|||1^^^K||A^B\r" + pv1 + "\r");
    };
    auto const feed = told("A01", "PV1||I|W3^389&x|R||9|123^SATO&van~124|\"\"|||||||||||V1");
    ASSERT_TRUE(feed);
    EXPECT_TRUE(feed->visit.begins);
    EXPECT_EQ(feed->visit.deleted, (std::vector<int>{8}));
    EXPECT_EQ(feed->visit.values, (domain::Visit{{2, 1, 1, 1, "I"},
                                                 {3, 1, 1, 1, "W3"},
                                                 {3, 1, 2, 1, "389"},
                                                 {3, 1, 2, 2, "x"},
                                                 {7, 1, 1, 1, "123"},
                                                 {7, 1, 2, 1, "SATO"},
                                                 {7, 1, 2, 2, "van"},
                                                 {7, 2, 1, 1, "124"},
                                                 {19, 1, 1, 1, "V1"}}))
        << "fields that nobody searches by are not kept";
    EXPECT_FALSE(told("A08", "PV1||O")->visit.begins);
    EXPECT_TRUE(told("A01", "PV1||N")->visit.empty());
    EXPECT_TRUE(told("A01", "ZZZ|1")->visit.empty());
    auto const long_one = told("A01", "PV1||I|" + std::string(201, 'x'));
    ASSERT_TRUE(long_one) << "no feed is refused for its visit";
    EXPECT_EQ(long_one->visit.values.size(), 1U);
}

TEST(PatientFeed, ReadsAJapaneseAdmission) {
    std::string const text =
        "MSH|^~\\&|HIS|HOSP1^2.999.1^ISO|MUSUBI|REGION|20250401090000||ADT^A01^ADT_A01|M0001|P|2.3."
        "1||||||UNICODE UTF-8\r"
        "EVN||20250401090000\r"
        "PID|||12345^^^HOSP1&2.999.1.1&ISO^PI~777^^^&2.999.2&ISO||患者^太郎^^^^^L^I~カンジャ^"
        "タロウ^^^^^L^P||19600102|M|||"
        "^^^^422-8033^JPN^H^静岡県静岡市登呂1-3-5||^PRN^PH^^^^^^^^^054-000-0000\r"
        "PV1||O\r";
    auto const feed = feed_of(text);
    ASSERT_TRUE(feed);
    EXPECT_EQ(feed->event, FeedEvent::kAdd);
    EXPECT_EQ(feed->trigger, "A01");
    EXPECT_EQ(feed->control_id, "M0001");
    EXPECT_EQ(feed->application, "HIS");
    EXPECT_EQ(feed->facility, "HOSP1");
    ASSERT_EQ(feed->identifiers.size(), 2U);
    EXPECT_EQ(feed->identifiers[0].id, "12345");
    EXPECT_EQ(feed->identifiers[0].authority.namespace_id, "HOSP1");
    EXPECT_EQ(feed->identifiers[0].authority.universal_id, "2.999.1.1");
    EXPECT_EQ(feed->identifiers[0].authority.universal_id_type, "ISO");
    EXPECT_EQ(feed->identifiers[0].authority.location, "PID^1^3^1^4");
    EXPECT_EQ(feed->identifiers[0].type_code, "PI");
    EXPECT_EQ(feed->identifiers[1].location, "PID^1^3^2");
    EXPECT_TRUE(feed->prior_identifiers.empty());
    ASSERT_EQ(feed->demographics.names->size(), 2U);
    EXPECT_EQ(feed->demographics.names->at(0).family, "患者");
    EXPECT_EQ(feed->demographics.names->at(0).script, Script::kIdeographic);
    EXPECT_EQ(feed->demographics.names->at(1).given, "タロウ");
    EXPECT_EQ(feed->demographics.names->at(1).script, Script::kPhonetic);
    EXPECT_EQ(feed->demographics.birth_time, "19600102");
    EXPECT_EQ(feed->demographics.sex, "M");
    EXPECT_EQ(feed->demographics.addresses->at(0).whole, "静岡県静岡市登呂1-3-5");
    EXPECT_EQ(feed->demographics.addresses->at(0).postal_code, "422-8033");
    EXPECT_EQ(feed->demographics.home_phones->at(0).number, "054-000-0000");
    EXPECT_FALSE(feed->demographics.business_phones);
}

TEST(PatientFeed, BlanksAroundAnIdArePaddingAndAloneNone) {
    auto const padded = feed_of(msh("ADT^A01") + "PID|||12345 ^^^HOSP1~  ^^^HOSP1||A^B\r");
    ASSERT_TRUE(padded);
    ASSERT_EQ(padded->identifiers.size(), 1U);
    EXPECT_EQ(padded->identifiers[0].id, "12345");
    EXPECT_EQ(problems(msh("ADT^A01") + "PID|||   ^^^HOSP1||A^B\r"), List{"101 PID^1^3"});
}

TEST(PatientFeed, TellsAbsentFromDeleted) {
    auto const feed = feed_of(msh("ADT^A08") + "PID|||1||\"\"||\"\"|||||||\"\"\r");
    ASSERT_TRUE(feed);
    EXPECT_EQ(feed->event, FeedEvent::kUpdate);
    ASSERT_TRUE(feed->demographics.names);
    EXPECT_TRUE(feed->demographics.names->empty());
    EXPECT_EQ(feed->demographics.birth_time, "");
    EXPECT_FALSE(feed->demographics.sex);
    EXPECT_FALSE(feed->demographics.addresses);
}

TEST(PatientFeed, TakesEveryTriggerAndVersion) {
    for (std::string const version : {"2.3", "2.3.1", "2.4"}) {
        for (std::string const trigger : {"A01", "A04", "A05", "A08"}) {
            EXPECT_EQ(problems(msh("ADT^" + trigger, version) + kPid), List{"accepted"})
                << trigger << version;
            EXPECT_EQ(problems(msh("ADT^" + trigger + "^ADT_A01", version) + kPid),
                      List{"accepted"});
        }
        EXPECT_EQ(problems(msh("ADT^A40", version) + kPid + "MRG|9\r"), List{"accepted"});
    }
    EXPECT_EQ(problems(msh("ADT^A40^ADT_A39", "2.5") + kPid + "MRG|9\r"), List{"accepted"});
    EXPECT_EQ(problems(msh("ADT^A40^ADT_A39", "2.5.1") + kPid + "MRG|9\r"), List{"accepted"});
    EXPECT_EQ(problems(msh("ADT^A01^ADT_A01", "2.5", "D") + kPid), List{"accepted"});
}

TEST(PatientFeed, RejectsWhatTheHeaderMayNotAsk) {
    EXPECT_EQ(problems(msh("ORU^R01") + kPid), List{"200 MSH^1^9^1^1"});
    EXPECT_EQ(problems(msh("ADT^A02") + kPid), List{"201 MSH^1^9^1^2"});
    EXPECT_EQ(problems(msh("ADT") + kPid), List{"201 MSH^1^9^1^2"});
    EXPECT_EQ(problems(msh("ADT^A01^ADT_A39") + kPid), List{"200 MSH^1^9^1^3"});
    EXPECT_EQ(problems(msh("ADT^A01", "2.3.1", "X") + kPid), List{"202 MSH^1^11"});
    EXPECT_EQ(problems(msh("ADT^A01", "2.2") + kPid), List{"203 MSH^1^12"});
    EXPECT_EQ(problems(msh("ADT^A01", "2.5") + kPid),
              List{"203 MSH^1^12"});  // 2.5 must name its structure
    EXPECT_EQ(problems(msh("ADT^A02", "2.9", "") + kPid),
              (List{"201 MSH^1^9^1^2", "202 MSH^1^11", "203 MSH^1^12"}));
    EXPECT_EQ(feed_of(msh("ADT^A02")).error().code, Code::kUnsupported);
}

TEST(PatientFeed, ReportsEveryProblemOfTheContent) {
    EXPECT_EQ(problems(msh("ADT^A01")), List{"100 PID^1"});
    EXPECT_EQ(problems(msh("ADT^A01") + "PID|1||\r"), List{"101 PID^1^3"});
    EXPECT_EQ(problems(msh("ADT^A01") + "PID|1||^^^HOSP1~\"\"\r"), List{"101 PID^1^3"});
    EXPECT_EQ(problems(msh("ADT^A40") + kPid), List{"100 MRG^1"});
    EXPECT_EQ(problems(msh("ADT^A40") + "PID|1\rMRG|\r"), (List{"101 PID^1^3", "101 MRG^1^1"}));
    EXPECT_EQ(problems("MSH|^~\\&|HIS|H|M|R|2025||ADT^A40||P|2.3\r"),
              (List{"101 MSH^1^10", "100 PID^1", "100 MRG^1"}));
    // One pair per message (ITI TF-2 3.8.4.2)
    EXPECT_EQ(problems(msh("ADT^A40") + kPid + "MRG|1\r" + kPid + "MRG|2\r"),
              (List{"100 PID^2", "100 MRG^2"}));
    EXPECT_EQ(feed_of(msh("ADT^A01")).error().code, Code::kInvalidContent);
}

// ITI TF-2 3.30: events, their structures and version.
TEST(PatientFeed, TakesTheEventsOfIdentityManagement) {
    struct Row {
        std::string type;
        FeedEvent event;
        std::string rest;
    } const rows[] = {
        {"A28^ADT_A05", FeedEvent::kAdd, ""},
        {"A31^ADT_A05", FeedEvent::kUpdate, ""},
        {"A40^ADT_A39", FeedEvent::kMerge, "MRG|9\r"},
        {"A47^ADT_A30", FeedEvent::kChangeId, "MRG|9^^^&2.999.1.1&ISO\r"},
        {"A24^ADT_A24", FeedEvent::kLink, "PV1||N\rPID|||77^^^HOSP2\r"},
        {"A37^ADT_A37", FeedEvent::kUnlink, "PID|||77^^^HOSP2\r"},
    };
    for (Row const& row : rows) {
        std::string const message = msh("ADT^" + row.type, "2.5") + kPid + row.rest;
        auto const feed = feed_of(message);
        ASSERT_TRUE(feed) << row.type;
        EXPECT_EQ(feed->event, row.event) << row.type;
        ASSERT_EQ(feed->identifiers.size(), 1U) << row.type;
        bool const pair = row.event == FeedEvent::kLink || row.event == FeedEvent::kUnlink;
        ASSERT_EQ(feed->other_identifiers.size(), pair ? 1U : 0U) << row.type;
        if (pair) {
            EXPECT_EQ(feed->other_identifiers[0].location, "PID^2^3^1");
        }
        bool const prior = row.rest.starts_with("MRG");
        EXPECT_EQ(feed->prior_identifiers.size(), prior ? 1U : 0U) << row.type;

        std::string const bare = "ADT^" + row.type.substr(0, 3);
        EXPECT_EQ(problems(msh(bare, "2.5") + kPid + row.rest), List{"203 MSH^1^12"}) << bare;
        EXPECT_EQ(problems(msh(bare + "^ADT_A01", "2.5") + kPid + row.rest),
                  List{"200 MSH^1^9^1^3"})
            << bare;
        if (row.event != FeedEvent::kMerge) {
            EXPECT_EQ(problems(msh("ADT^" + row.type, "2.3.1") + kPid + row.rest),
                      List{"203 MSH^1^12"})
                << bare;
        }
    }
}

TEST(PatientFeed, NeedsBothSidesOfALink) {
    EXPECT_EQ(problems(msh("ADT^A24^ADT_A24", "2.5") + kPid), List{"100 PID^2"});
    EXPECT_EQ(problems(msh("ADT^A37^ADT_A37", "2.5")), (List{"100 PID^1", "100 PID^2"}));
    EXPECT_EQ(problems(msh("ADT^A24^ADT_A24", "2.5") + kPid + "PID|||\r"), List{"101 PID^2^3"});
    EXPECT_EQ(problems(msh("ADT^A24^ADT_A24", "2.5") + kPid + kPid + kPid), List{"100 PID^3"});
    EXPECT_EQ(problems(msh("ADT^A47^ADT_A30", "2.5") + kPid), List{"100 MRG^1"});
}

TEST(PatientFeed, LeavesDemographicsAloneWhenRecordsAreLinked) {
    auto const feed = feed_of(msh("ADT^A24^ADT_A24", "2.5") +
                              "PID|||1||YAMADA^TARO||19600102|M\rPID|||2||SATO^HANAKO\r");
    ASSERT_TRUE(feed);
    EXPECT_FALSE(feed->demographics.names);
    EXPECT_FALSE(feed->demographics.birth_time);
}

TEST(PatientFeed, PutsNothingOfThePatientIntoErrors) {
    auto const feed = feed_of(msh("ADT^A40") + "PID|||SECRET-77||YAMADA^TARO\r");
    ASSERT_FALSE(feed);
    std::string all = feed.error().detail;
    for (Issue const& issue : feed.error().issues) all += issue.context + issue.location;
    EXPECT_EQ(all.find("SECRET"), std::string::npos);
    EXPECT_EQ(all.find("YAMADA"), std::string::npos);
}

class SampleFeed : public ::testing::Test {
protected:
    void SetUp() override {
        auto const shared = test::shared_dir();
        if (!shared) GTEST_SKIP() << "no shared samples beside the checkout";
        folder_ = *shared / "samples" / "iti-8";
    }
    std::string ack_code_for(std::string const& name) const {
        std::string const raw = test::read_file(folder_ / name);
        auto const feed = feed_of(raw);
        AckSeal const seal{"M", "R", "1", "2025", "", "2.5", AckMode::kOriginal};
        Bytes const ack =
            write_ack(peek_header(as_bytes(raw)), seal, feed ? nullptr : &feed.error());
        auto const parsed = parse(ack);
        return parsed ? parsed->get("MSA", {1}) : "unreadable";
    }
    std::filesystem::path folder_;
};

TEST_F(SampleFeed, AnswersAsTheSampleTableSays) {
    for (char const* const name :
         {"ipf-a40-merge.hl7", "ipf-a01-happy.hl7", "ipf-a01-pid3-without-domain.hl7",
          "ipf-pixsource-A01.hl7", "ipf-pixsource-A40.hl7", "nist-a01-template.hl7",
          "xdsfhir-a01-template.hl7", "dcm4che-a40-merge.hl7", "../iti-30/ipf-a28.hl7",
          "../iti-10/ipf-adt-a31-1.hl7"}) {
        EXPECT_EQ(ack_code_for(name), "AA") << name;
    }
    EXPECT_EQ(ack_code_for("ipf-a40-latin1-bytes.hl7"), "AE");
    EXPECT_EQ(ack_code_for("ipf-a01-no-pid.hl7"), "AE");
    EXPECT_EQ(ack_code_for("ipf-pixsource-A10-unsupported.hl7"), "AR");
    EXPECT_EQ(ack_code_for("ipf-inacceptable-2-trigger-event.hl7"), "AR");
    EXPECT_EQ(ack_code_for("ipf-inacceptable-3-version.hl7"), "AR");
}

TEST_F(SampleFeed, ReadsTheIdentifiersOfARealMerge) {
    auto const feed = feed_of(test::read_file(folder_ / "ipf-a40-merge.hl7"));
    ASSERT_TRUE(feed);
    EXPECT_EQ(feed->event, FeedEvent::kMerge);
    ASSERT_EQ(feed->identifiers.size(), 3U);
    EXPECT_EQ(feed->identifiers[0].id, "305014");
    EXPECT_EQ(feed->identifiers[0].authority.universal_id, "2.16.840.1.113883.3.37.4.1.1.2.1.1");
    ASSERT_EQ(feed->prior_identifiers.size(), 2U);
    EXPECT_EQ(feed->prior_identifiers[0].id, "305010");
    EXPECT_EQ(feed->prior_identifiers[0].authority.universal_id, "");
}

TEST_F(SampleFeed, ParsesTheMessagesOfOtherTransactions) {
    for (auto const& folder : {"iti-21", "iti-30", "iti-9", "iti-10", "iti-64"}) {
        for (auto const& entry :
             std::filesystem::directory_iterator(folder_.parent_path() / folder)) {
            auto const message = parse(as_bytes(test::read_file(entry.path())));
            ASSERT_TRUE(message) << entry.path().filename();
            EXPECT_FALSE(message->get("MSH", {9, 1, 2}).empty());
        }
    }
    auto const query = parse(as_bytes(
        test::read_file(folder_.parent_path() / "iti-21" / "ipf-query-non-ascii-utf8.hl7")));
    EXPECT_EQ(query->get("QPD", {3, 1, 2}), "ÄÖÜè");
}

}  // namespace
}  // namespace musubi::hl7v2
