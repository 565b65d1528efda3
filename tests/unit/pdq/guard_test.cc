// What a member may ask in a minute and be shown in an hour.
#include "core/disclosure_guard.h"
#include "unit/pdq/v2_fixture.h"

namespace musubi::core {
namespace {

struct Watched {
    test::HandClock clock;
    std::vector<domain::AuditEvent> alarms;
    bool broken = false;
    DisclosureGuard guard{clock, [this](domain::AuditEvent event) -> Status {
                              if (broken) return Error(Code::kStorageUnavailable, "no record");
                              alarms.push_back(std::move(event));
                              return {};
                          }};
    domain::Subject subject;
    domain::DemographicsRules rules{"K3.12", {}, 25, 3, 2};

    Watched() {
        set_log_sink([](LogLevel, std::string const&) {});
        subject.member = test::toy_member();
        subject.certificate_subject = "CN=kita";
        subject.remote_address = "192.0.2.7";
    }
    ~Watched() { set_log_sink({}); }
    Status shown(std::vector<std::string> const& patients) {
        return guard.shown(subject, rules, patients);
    }
};

TEST(DisclosureGuard, TheMinuteSlides) {
    Watched w;
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(w.guard.asked(w.subject, w.rules).ok());
        w.clock.time += std::chrono::seconds(10);
    }
    auto const refused = w.guard.asked(w.subject, w.rules);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::kBusy);
    w.clock.time += std::chrono::seconds(30);  // a minute after the first
    EXPECT_TRUE(w.guard.asked(w.subject, w.rules).ok());
    EXPECT_FALSE(w.guard.asked(w.subject, w.rules).ok());
}

TEST(DisclosureGuard, MoreDifferentPatientsThanExpectedRaiseOneAlarmInAnHour) {
    Watched w;
    EXPECT_TRUE(w.shown({"a", "b", "a", "b"}).ok());
    EXPECT_TRUE(w.alarms.empty());
    EXPECT_TRUE(w.shown({"c"}).ok());
    ASSERT_EQ(w.alarms.size(), 1U);
    EXPECT_EQ(w.alarms[0].event_id.code, "110113");
    EXPECT_EQ(w.alarms[0].organisation, "hospital-kita");
    EXPECT_EQ(w.alarms[0].rule, "K3.12");
    EXPECT_TRUE(w.shown({"d", "e", "f"}).ok());
    EXPECT_EQ(w.alarms.size(), 1U);
    w.clock.time += std::chrono::minutes(61);
    EXPECT_TRUE(w.shown({"g", "h"}).ok());
    EXPECT_EQ(w.alarms.size(), 1U);
    EXPECT_TRUE(w.shown({"i"}).ok());
    EXPECT_EQ(w.alarms.size(), 2U);
}

TEST(DisclosureGuard, PatientsCountForAnHourSinceTheyWereLastShown) {
    Watched w;
    EXPECT_TRUE(w.shown({"a", "b"}).ok());
    w.clock.time += std::chrono::minutes(40);
    EXPECT_TRUE(w.shown({"a"}).ok());
    w.clock.time += std::chrono::minutes(30);  // b is forgotten, a is not
    EXPECT_TRUE(w.shown({"c"}).ok());
    EXPECT_TRUE(w.alarms.empty());
    EXPECT_TRUE(w.shown({"d"}).ok());
    EXPECT_EQ(w.alarms.size(), 1U);
}

TEST(DisclosureGuard, MembersAreCountedApart) {
    Watched w;
    EXPECT_TRUE(w.shown({"a", "b"}).ok());
    w.subject.member.code = "clinic";
    EXPECT_TRUE(w.shown({"c", "d"}).ok());
    EXPECT_TRUE(w.alarms.empty());
}

TEST(DisclosureGuard, AnAlarmThatCannotBeRecordedIsAFailureAndIsRaisedAgain) {
    Watched w;
    w.broken = true;
    EXPECT_FALSE(w.shown({"a", "b", "c"}).ok());
    w.broken = false;
    EXPECT_TRUE(w.shown({"a"}).ok());
    EXPECT_EQ(w.alarms.size(), 1U);
}

TEST(DisclosureGuard, TheAlarmStandsBesideTheRecordOfTheQuestion) {
    pdq::V2World w;
    w.agreement.rules.alarm_patients_per_hour = 2;
    w.populate(3);
    EXPECT_EQ(pdq::outcome(w.send(pdq::V2World::query())), "AA/OK");
    ASSERT_EQ(w.ledger.events.size(), 2U);
    EXPECT_EQ(w.ledger.events[0].event_id.code, "110113");
    EXPECT_EQ(w.ledger.events[1].transaction, "ITI-21");
    w.send(pdq::V2World::query());
    EXPECT_EQ(w.ledger.events.size(), 1U);
}

}  // namespace
}  // namespace musubi::core
