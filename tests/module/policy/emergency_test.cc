// Broken glass through the database: written down, recorded and announced before anything is shown.

#include "policy/emergency.h"
#include "platform/pg/outbox.h"
#include "policy/notice_message.h"
#include "support/fake_ports.h"
#include "support/migrations.h"
#include "support/test_database.h"
#include "unit/policy/policy_world.h"

#include <gtest/gtest.h>

namespace musubi::policy::test {
namespace {

class BrokenAudit final : public core::AuditPort {
public:
    Status record(std::vector<domain::AuditEvent>) override { return broken(); }
    Status record_in(pg::Tx&, std::vector<domain::AuditEvent>) override { return broken(); }

private:
    static Status broken() { return Error(Code::kStorageUnavailable, "out of order"); }
};

std::vector<pg::MigrationFile> migrations() {
    auto out = std::vector<pg::MigrationFile>();
    for (auto const* module : {"node", "policy"}) {
        auto const files = musubi::test::migrations_of(module);
        out.insert(out.end(), files.begin(), files.end());
    }
    return out;
}

class Emergency : public ::testing::Test {
protected:
    Emergency()
        : database_(migrations()), pool_([&] {
              pg::PoolConfig config;
              config.conninfo = database_.serving();
              config.size = 2;
              return config;
          }()) {
        region_.a.region.ends = kNow + std::chrono::hours(24 * 30);
        region_.role("doctor", {domain::Action::kQuery});
        region_.role("rescue", {domain::Action::kQuery});
        for (auto const* member : {"hospital", "clinic", "office"})
            region_.member(member, "doctor");
        region_.member("rescue", "rescue");
        EmergencyTerms& terms = region_.a.emergency;
        terms.clause = "K9";
        terms.roles = {"rescue"};
        terms.purposes = {"BTG"};
        terms.reasons = {"UNCONSCIOUS", "OTHER"};
        terms.highest = domain::Confidentiality::kR;
        terms.minutes = 30;
        terms.review_days = 5;
        terms.tells_sources = true;
        terms.tells = {"office"};
        terms.addresses = {{"office", "https://localhost/notices"}};
        facts_.authorities[kPatient] = {"2.999.5.0"};
    }
    domain::Subject rescuer(std::string const& user = "user-1",
                            std::string const& reason = "UNCONSCIOUS") {
        auto out = region_.subject("rescue");
        out.user_id = user;
        out.purpose_of_use = "BTG";
        auto assertion = std::make_shared<domain::UserAssertion>();
        domain::ClaimCode code;
        code.code = reason;
        assertion->purposes = {code};
        out.assertion = std::move(assertion);
        return out;
    }
    Status looks(domain::Subject const& who, WallTime now, core::AuditPort& audit) {
        core::PolicyQuery query;
        query.patients = {kPatient};
        Question const question{who, domain::Action::kQuery, query, now};
        auto const decision = decide(region_.a, question, facts_);
        EXPECT_TRUE(decision.emergency);
        EmergencyDeps const deps{pool_, audit, system_ids(), "node"};
        return announce_use(deps, region_.a, question, facts_, decision);
    }
    Status looks(WallTime now = kNow, std::string const& user = "user-1") {
        return looks(rescuer(user), now, audit_);
    }
    std::vector<EmergencyAccess> accesses(Reviewed which = Reviewed::kAny) {
        auto found = emergency_accesses(pool_, which);
        if (!found) throw std::runtime_error(found.error().detail);
        return *std::move(found);
    }

    musubi::test::TestDatabase database_;
    pg::Pool pool_;
    musubi::test::FakeAudit audit_;
    Region region_;
    Facts facts_;
};

TEST_F(Emergency, IsWrittenRecordedAndAnnouncedToSourcesAndOfficers) {
    auto const done = looks();
    ASSERT_TRUE(done.ok()) << done.error().detail;
    auto const all = accesses();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].person, "user-1");
    EXPECT_EQ(all[0].reason, "UNCONSCIOUS");
    EXPECT_EQ(all[0].ends_at, kNow + std::chrono::minutes(30));
    EXPECT_EQ(all[0].review_by, kNow + std::chrono::hours(24 * 5));
    auto const events = audit_.take();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].event_types.at(0).code, "110127");
    EXPECT_EQ(events[0].rule, "K9");
    std::set<std::string> told;
    auto const all_notices = *notices(pool_, "", 0);
    for (auto const& notice : all_notices) told.insert(notice.recipient);
    EXPECT_EQ(told, (std::set<std::string>{"hospital", "office"}))
        << "who holds a record, and whom the agreement names; not the clinic";
    EXPECT_EQ(pg::Outbox(pool_).backlog(kNoticeTopic)->waiting, 1)
        << "posted to whom the agreement gives an address";
}

TEST_F(Emergency, LastsItsMinutesForThePersonAndIsThenANewOne) {
    ASSERT_TRUE(looks().ok());
    ASSERT_TRUE(looks(kNow + std::chrono::minutes(29)).ok());
    EXPECT_EQ(accesses().size(), 1U);
    ASSERT_TRUE(looks(kNow + std::chrono::minutes(30)).ok());
    EXPECT_EQ(accesses().size(), 2U);
    ASSERT_TRUE(looks(kNow, "user-2").ok());
    EXPECT_EQ(accesses().size(), 3U);
    ASSERT_TRUE(looks(rescuer("user-2", "OTHER"), kNow, audit_).ok());
    EXPECT_EQ(accesses().size(), 4U) << "for another reason";
    EXPECT_EQ(audit_.take().size(), 4U);
}

TEST_F(Emergency, WithoutARecordThereIsNeitherAccessNorNotice) {
    BrokenAudit broken;
    EXPECT_FALSE(looks(rescuer(), kNow, broken).ok());
    EXPECT_TRUE(accesses().empty());
    EXPECT_TRUE(notices(pool_, "", 0)->empty());
}

TEST_F(Emergency, IsReviewedOnceAndOverdueUntilThen) {
    ASSERT_TRUE(looks().ok());
    auto const id = accesses().at(0).id;
    auto const due = kNow + std::chrono::hours(24 * 5);
    EXPECT_EQ(*overdue_reviews(pool_, due), 0);
    EXPECT_EQ(*overdue_reviews(pool_, due + std::chrono::seconds(1)), 1);
    audit_.take();
    EmergencyDeps const deps{pool_, audit_, system_ids(), "node"};
    ASSERT_TRUE(review(deps, id, false, "officer", due).ok());
    EXPECT_EQ(audit_.take().size(), 1U);
    EXPECT_EQ(review(deps, id, true, "officer", due).error().code, Code::kConflict);
    EXPECT_EQ(review(deps, system_ids().uuid(), true, "officer", due).error().code,
              Code::kNotFound);
    EXPECT_EQ(*overdue_reviews(pool_, due + std::chrono::seconds(1)), 0);
    EXPECT_TRUE(accesses(Reviewed::kNo).empty());
    ASSERT_EQ(accesses().size(), 1U);
    EXPECT_EQ(accesses()[0].justified, std::optional(false));
}

TEST_F(Emergency, AUseUnderAnObligationIsToldOnceADay) {
    auto& rule = region_.rule("K3", "doctor");
    rule.needs_consent = false;
    rule.notify = true;
    auto const use = [&](WallTime now) {
        auto const who = region_.subject("clinic");
        core::PolicyQuery query;
        query.patients = {kPatient};
        Question const question{who, domain::Action::kQuery, query, now};
        EXPECT_TRUE(needs(region_.a, question).relation);
        auto const decision = decide(region_.a, question, facts_);
        EmergencyDeps const deps{pool_, audit_, system_ids(), "node"};
        auto const done = announce_use(deps, region_.a, question, facts_, decision);
        EXPECT_TRUE(done.ok()) << done.error().detail;
    };
    use(kNow);
    use(kNow + std::chrono::minutes(1));
    EXPECT_EQ(notices(pool_, "", 0)->size(), 1U);
    use(kNow + std::chrono::hours(24));
    auto const all = *notices(pool_, "hospital", 0);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].kind, NoticeKind::kUse);
    EXPECT_EQ(notices(pool_, "hospital", all[0].position)->size(), 1U);
    EXPECT_TRUE(notices(pool_, "office", 0)->empty());
}

TEST(NoticeMessage, TellsWhoLookedAtWhomAndWhyAndNothingElse) {
    Notice notice;
    notice.kind = NoticeKind::kEmergency;
    notice.recipient = "hospital";
    notice.patient = kPatient;
    notice.member = "rescue";
    notice.person = "user-1";
    notice.clause = "K9";
    notice.reason = "UNCONSCIOUS";
    notice.made_at = kNow;
    auto const text = notice_message(system_ids().uuid(), notice);
    for (auto const* part :
         {R"("kind":"emergency")", R"("member":"rescue")", R"("reason":"UNCONSCIOUS")",
          R"("recipient":"hospital")", R"("person":"user-1")"})
        EXPECT_NE(text.find(part), std::string::npos) << text;
}

}  // namespace
}  // namespace musubi::policy::test
