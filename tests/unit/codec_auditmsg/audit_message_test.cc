#include "codec/auditmsg/audit_message.h"

#include "codec/auditmsg/date_time.h"
#include "support/audit_schema.h"

#include <gtest/gtest.h>

namespace musubi::auditmsg {
namespace {

WallTime const kTime = *parse_date_time("2026-11-21T02:25:00.123456Z");

domain::AuditEvent retrieve() {
    domain::AuditEvent event;
    event.event_id = domain::dcm("110106", "Export");
    event.action = 'R';
    event.time = kTime;
    event.event_types = {domain::ihe_transaction("ITI-43", "Retrieve Document Set")};
    event.purposes_of_use = {{"TREAT", "ActReason", "treatment"}};
    domain::AuditParticipant source, destination, human;
    source.user_id = "https://localhost:8443/xds/repository";
    source.alternative_user_id = "4711";
    source.roles = {domain::dcm("110153", "Source Role ID")};
    source.network_address = "node-a";
    destination.user_id = "CN=hospital-kita,O=北総合病院";
    destination.is_requestor = true;
    destination.roles = {domain::dcm("110152", "Destination Role ID")};
    destination.network_address = "2001:db8::1";
    human.user_id = "alias<user@issuer>";
    human.is_requestor = true;
    human.roles = {{"medical", "role", "病院・診療所"}};
    event.participants = {source, destination, human};
    event.source_id = "node-a";
    event.enterprise_site_id = "kita";
    event.objects = {domain::audit_patient("R1^^^&2.999.1.1.1&ISO"),
                     domain::audit_document("1.2.3", "2.999.1.1.2", "urn:oid:2.999.1.1")};
    return event;
}

TEST(AuditMessage, IsWrittenInTheOrderOfTheSchema) {  // PS3.15 A.5.1, ITI TF-2 3.43.5.1
    EXPECT_EQ(
        write(retrieve()),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
        "<AuditMessage><EventIdentification EventActionCode=\"R\""
        " EventDateTime=\"2026-11-21T02:25:00.123456Z\" EventOutcomeIndicator=\"0\">"
        "<EventID csd-code=\"110106\" codeSystemName=\"DCM\" originalText=\"Export\"/>"
        "<EventTypeCode csd-code=\"ITI-43\" codeSystemName=\"IHE Transactions\""
        " originalText=\"Retrieve Document Set\"/>"
        "<PurposeOfUse csd-code=\"TREAT\" codeSystemName=\"ActReason\" originalText=\"treatment\"/>"
        "</EventIdentification>"
        "<ActiveParticipant UserID=\"https://localhost:8443/xds/repository\" "
        "AlternativeUserID=\"4711\""
        " UserIsRequestor=\"false\" NetworkAccessPointID=\"node-a\" "
        "NetworkAccessPointTypeCode=\"1\">"
        "<RoleIDCode csd-code=\"110153\" codeSystemName=\"DCM\" originalText=\"Source Role ID\"/>"
        "</ActiveParticipant>"
        "<ActiveParticipant UserID=\"CN=hospital-kita,O=北総合病院\" UserIsRequestor=\"true\""
        " NetworkAccessPointID=\"2001:db8::1\" NetworkAccessPointTypeCode=\"2\">"
        "<RoleIDCode csd-code=\"110152\" codeSystemName=\"DCM\" originalText=\"Destination Role "
        "ID\"/>"
        "</ActiveParticipant>"
        "<ActiveParticipant UserID=\"alias&lt;user@issuer&gt;\" UserIsRequestor=\"true\">"
        "<RoleIDCode csd-code=\"medical\" codeSystemName=\"role\" originalText=\"病院・診療所\"/>"
        "</ActiveParticipant>"
        "<AuditSourceIdentification AuditEnterpriseSiteID=\"kita\" AuditSourceID=\"node-a\">"
        "<AuditSourceTypeCode csd-code=\"4\" codeSystemName=\"DCM\" originalText=\"Application "
        "Server\"/>"
        "</AuditSourceIdentification>"
        "<ParticipantObjectIdentification ParticipantObjectID=\"R1^^^&amp;2.999.1.1.1&amp;ISO\""
        " ParticipantObjectTypeCode=\"1\" ParticipantObjectTypeCodeRole=\"1\">"
        "<ParticipantObjectIDTypeCode csd-code=\"2\" codeSystemName=\"RFC-3881\""
        " originalText=\"Patient Number\"/></ParticipantObjectIdentification>"
        "<ParticipantObjectIdentification ParticipantObjectID=\"1.2.3\" "
        "ParticipantObjectTypeCode=\"2\""
        " ParticipantObjectTypeCodeRole=\"3\">"
        "<ParticipantObjectIDTypeCode csd-code=\"9\" codeSystemName=\"RFC-3881\""
        " originalText=\"Report Number\"/>"
        "<ParticipantObjectDetail type=\"Repository Unique ID\" value=\"Mi45OTkuMS4xLjI=\"/>"
        "<ParticipantObjectDetail type=\"ihe:homeCommunityID\" value=\"dXJuOm9pZDoyLjk5OS4xLjE=\"/>"
        "</ParticipantObjectIdentification></AuditMessage>");
}

TEST(AuditMessage, FillsWhatIsMandatoryAndUnknown) {  // ITI-20 national extension
    domain::AuditEvent event;
    event.event_id = domain::dcm("110112", "Query");
    domain::AuditParticipant side;
    side.roles = {domain::dcm("110153", "Source Role ID")};
    event.participants = {side};
    auto const text = write(event);
    EXPECT_NE(
        text.find("UserID=\"UNKNOWN\" UserIsRequestor=\"false\" NetworkAccessPointID=\"UNKNOWN\""
                  " NetworkAccessPointTypeCode=\"1\""),
        std::string::npos)
        << text;
    EXPECT_NE(text.find("AuditSourceID=\"UNKNOWN\""), std::string::npos);
    EXPECT_NE(write({}).find("<ActiveParticipant UserID=\"UNKNOWN\""), std::string::npos);
}

TEST(AuditMessage, NeverHasNameAndQueryInOneObject) {
    auto event = retrieve();
    event.objects[0].name = "name";
    event.objects[0].query = "<query/>";
    auto const text = write(event);
    EXPECT_NE(text.find("<ParticipantObjectQuery>PHF1ZXJ5Lz4=</ParticipantObjectQuery>"),
              std::string::npos);
    EXPECT_EQ(text.find("ParticipantObjectName"), std::string::npos);
}

TEST(AuditMessage, ReadsBackWhatWasWritten) {
    auto event = retrieve();
    event.outcome = domain::AuditOutcome::kSeriousFailure;
    event.outcome_description = "storage unavailable";
    event.objects[1].life_cycle = 15;
    event.objects[1].query = "q<&>\n\"質問\"";
    auto const text = write(event);
    auto const again = read(as_bytes(text));
    ASSERT_TRUE(again.ok()) << again.error().detail;
    EXPECT_EQ(write(*again), text);
    EXPECT_EQ(again->objects[1].query, event.objects[1].query);
    EXPECT_EQ(again->participants[2].user_id, "alias<user@issuer>");
    EXPECT_EQ(again->time, kTime);
    EXPECT_EQ(again->outcome, domain::AuditOutcome::kSeriousFailure);
}

TEST(AuditMessage, ReadsUpToTheLimitThatIsNamed) {
    auto event = retrieve();
    event.objects[1].query = std::string(2U << 20, 'q');
    event.objects[1].details.push_back({"long", std::string(2U << 20, 'd')});
    auto const text = write(event);
    EXPECT_EQ(read(as_bytes(text)).error().code, Code::kTooLarge);
    auto const again = read(as_bytes(text), text.size());
    ASSERT_TRUE(again.ok()) << again.error().detail;
    EXPECT_EQ(again->objects[1].query, event.objects[1].query);
    EXPECT_EQ(again->objects[1].details.back().value, event.objects[1].details.back().value);
}

TEST(AuditMessage, ReadsByteOrderMarkAndTheOlderCodeAttribute) {
    std::string const text =
        "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<AuditMessage>\n"
        "<EventIdentification EventActionCode=\"C\" EventDateTime=\"2009-10-22T12:23:45.530+01:00\""
        " EventOutcomeIndicator=\"0\"><EventID codeSystemName=\"DCM\" displayName=\"Patient "
        "Record\" code=\"110110\"/>"
        "</EventIdentification><ActiveParticipant UserID=\"A|B\" UserIsRequestor=\"1\"/>"
        "<AuditSourceIdentification AuditSourceID=\"S\"/>"
        "<ParticipantObjectIdentification ParticipantObjectID=\"x\" "
        "ParticipantObjectTypeCode=\"2\">"
        "<ParticipantObjectDetail type=\"t\" value=\"not "
        "base64!\"/></ParticipantObjectIdentification></AuditMessage>";
    auto const event = read(as_bytes(text));
    ASSERT_TRUE(event.ok()) << event.error().detail;
    EXPECT_EQ(event->event_id.code, "110110");
    EXPECT_EQ(event->event_id.text, "Patient Record");
    EXPECT_EQ(to_rfc3339(event->time), "2009-10-22T11:23:45.530000Z");
    EXPECT_TRUE(event->participants[0].is_requestor);
    EXPECT_EQ(event->objects[0].details[0].value, "not base64!");
}

TEST(AuditMessage, RefusesWhatIsNoAuditMessage) {
    EXPECT_EQ(read(as_bytes("hello")).error().code, Code::kInvalidMessage);
    EXPECT_EQ(read(as_bytes("<Other/>")).error().code, Code::kInvalidMessage);
    EXPECT_EQ(read(as_bytes("<AuditMessage/>")).error().code, Code::kInvalidContent);
    EXPECT_EQ(read(as_bytes("<!DOCTYPE a []><AuditMessage/>")).error().code, Code::kInvalidMessage);
    auto text = write(retrieve());
    text.replace(text.find("2026-11-21T"), 11, "2026-13-21T");
    EXPECT_EQ(read(as_bytes(text)).error().code, Code::kInvalidContent);
}

TEST(DateTime, KnowsZonesAndFractions) {
    struct Case {
        char const* text;
        char const* utc;
    };
    for (auto const& [text, utc] :
         {Case{"2026-11-21T02:25:00Z", "2026-11-21T02:25:00.000000Z"},
          Case{"2026-11-21T02:25:00", "2026-11-21T02:25:00.000000Z"},
          Case{"2026-01-01T00:30:00.5+09:00", "2025-12-31T15:30:00.500000Z"},
          Case{"2026-11-21T02:25:00.1234567-06:00", "2026-11-21T08:25:00.123456Z"}}) {
        auto const time = parse_date_time(text);
        ASSERT_TRUE(time.ok()) << text;
        EXPECT_EQ(to_rfc3339(*time), utc);
    }
    for (char const* bad :
         {"", "2026-11-21", "2026-11-21T02:25", "2026-02-29T00:00:00Z", "2026-11-21T25:00:00Z",
          "2026-11-21T02:25:00.Z", "2026-11-21T02:25:00+9:00", "2026-11-21T02:25:00Zx",
          "-026-11-21T02:25:00Z", "2026-11-21T02:25:00+15:00"}) {
        EXPECT_FALSE(parse_date_time(bad).ok()) << bad;
    }
}

class PublishedSchema : public ::testing::Test {
protected:
    void SetUp() override {
        schema_ = test::AuditSchema::published();
        if (!schema_) GTEST_SKIP() << test::AuditSchema::kAbsent;
    }
    ::testing::AssertionResult valid(std::string text) { return schema_->valid(std::move(text)); }

    std::optional<test::AuditSchema> schema_;
};

TEST_F(PublishedSchema, AcceptsWhatIsWritten) {
    EXPECT_TRUE(valid(write(retrieve())));
    EXPECT_TRUE(valid(write({})));
    auto failed = retrieve();
    failed.outcome = domain::AuditOutcome::kMajorFailure;
    failed.outcome_description = "no answer";
    failed.objects[0].query = "query";
    failed.objects[1].life_cycle = 15;
    EXPECT_TRUE(valid(write(failed)));
    EXPECT_FALSE(valid("<AuditMessage/>"));
}

TEST_F(PublishedSchema, MessagesOfPeersAreReadAndWrittenValid) {
    for (char const* name :
         {"ipf-pdqv3", "ipf-pixfeed", "ipf-pixv3feed", "ipf-xcpd", "openatna-dicom",
          "openatna-create-patient-record", "openatna-Registry-ITI-42"}) {
        auto const event = read(as_bytes(test::read_file(
            *test::shared_dir() / ("samples/audit/" + std::string(name) + ".xml"))));
        ASSERT_TRUE(event.ok()) << name << " " << event.error().detail;
        EXPECT_FALSE(event->event_types.empty()) << name;
        EXPECT_TRUE(valid(write(*event))) << name;
    }
}

}  // namespace
}  // namespace musubi::auditmsg
