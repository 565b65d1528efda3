// What officers sign: envelopes of emergency accounts and declarations of a disaster, from draft to
// review, on a real database.

#include "platform/vault/cms.h"
#include "policy/canonical.h"
#include "policy/disaster.h"
#include "policy/readiness.h"
#include "policy/sealed_accounts.h"
#include "support/fake_ports.h"
#include "support/migrations.h"
#include "support/signing_identity.h"
#include "support/test_database.h"
#include "unit/policy/policy_world.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace musubi::policy::test {
namespace {

std::vector<pg::MigrationFile> migrations() {
    auto const node = musubi::test::migrations_of("node");
    std::vector<pg::MigrationFile> out(node.begin(), node.end());
    auto const policy = musubi::test::migrations_of("policy");
    out.insert(out.end(), policy.begin(), policy.end());
    return out;
}

class Officers : public ::testing::Test {
protected:
    Officers()
        : database_(migrations()), pool_([&] {
              pg::PoolConfig config;
              config.conninfo = database_.serving();
              config.size = 2;
              return config;
          }()) {
        region_.a.id = "urn:oid:2.999.1.9";
        region_.a.hash = "sha256:one";
        region_.role("doctor", {domain::Action::kQuery});
        region_.role("tester", {domain::Action::kQuery}, true);
        for (auto const* member : {"hospital", "clinic"}) region_.member(member, "doctor");
        region_.member("partner", "tester");
        EmergencyTerms& terms = region_.a.emergency;
        for (auto const* code : {"a", "b", "c"}) {
            Officer officer;
            officer.code = code;
            officer.fingerprints = {fingerprint_of(code)};
            terms.officers.push_back(std::move(officer));
        }
        SealedAccountTerms account;
        account.code = "E1";
        account.clause = "K10";
        account.member = "hospital";
        account.role = "doctor";
        account.keepers = {"a"};
        account.reasons = {"SYSTEM-DOWN"};
        account.minutes = 60;
        terms.accounts = {account};
        DisasterTerms& disaster = terms.disaster;
        disaster.clause = "K11";
        disaster.kinds = {"flood"};
        disaster.officers = {"a", "b", "c"};
        disaster.quorum = 2;
        disaster.roles = {"doctor"};
        disaster.modes = {kGatewaysOff};
        disaster.hours = 48;
        disaster.review_days = 14;
    }
    static std::string fingerprint_of(std::string const& name) {
        auto const file = musubi::test::signing_identity(name).certificate;
        return vault::read_certificate(file)->fingerprint_sha256;
    }
    EmergencyDeps deps() { return {pool_, audit_, system_ids(), "node"}; }
    void sign(Statement& statement, std::set<std::string> const& officers) {
        for (auto const& code : officers) {
            auto const who = musubi::test::signing_identity(code);
            statement.signatures[code] =
                *vault::sign_detached(as_bytes(statement.canonical), who.certificate, who.key);
        }
    }
    Statement signed_words(std::string const& words, StatementKind kind,
                           std::set<std::string> const& officers) {
        auto out = *read_statement(words, kind, region_.a);
        sign(out, officers);
        return out;
    }
    /// Into an envelope; the code that lies in it.
    std::string seal(std::string const& certificate, std::string const& number) {
        auto const draft = drafted(certificate, number);
        auto const words = signed_words(draft.words, StatementKind::kSeal, {"a"});
        auto const done = seal_account(deps(), region_.a, words, "operator", now_);
        EXPECT_TRUE(done.ok()) << done.error().detail;
        return draft.code;
    }
    DraftedSeal drafted(std::string const& certificate, std::string const& number) {
        auto const file = musubi::test::signing_identity(certificate).certificate;
        auto draft =
            draft_seal(region_.a, {"E1", file, number, "safe", now_ + std::chrono::hours(24 * 100)},
                       system_ids(), now_);
        if (!draft) throw std::runtime_error(draft.error().detail);
        return *draft;
    }
    Status open(std::string const& code, std::string const& reason = "SYSTEM-DOWN") {
        auto const done =
            open_account(deps(), region_.a, {"E1", code, "dr-aoba", reason, "operator"}, now_);
        if (!done) return done.error();
        return {};
    }
    AccountState state(std::string const& certificate = "") {
        if (certificate.empty()) return (*sealed_accounts(pool_, region_.a, now_)).at(0).state;
        return account_of_certificate(pool_, region_.a, fingerprint_of(certificate), now_)->state;
    }
    std::string declaration(int hours = 24, std::set<std::string> const& members = {}) {
        auto const words =
            draft_disaster(region_.a, {"flood", "the river", hours, members, {}, {kGatewaysOff}},
                           system_ids(), now_);
        if (!words) throw std::runtime_error(words.error().detail);
        return *words;
    }
    Result<Disaster> declare(std::string const& words, std::set<std::string> const& officers) {
        return declare_disaster(deps(), region_.a,
                                signed_words(words, StatementKind::kDisaster, officers), "operator",
                                now_);
    }
    std::string matters() { return *open_matters(pool_, region_.a, now_); }

    musubi::test::TestDatabase database_;
    pg::Pool pool_;
    musubi::test::FakeAudit audit_;
    Region region_;
    WallTime now_ = system_clock().now();
};

TEST_F(Officers, AnAccountIsSealedOpenedWithItsCodeAndBurnedByItsUse) {
    EXPECT_EQ(state(), AccountState::kMissing);
    EXPECT_EQ(matters(), "emergency account E1 is not prepared");
    auto const code = seal("e1", "S-1");
    EXPECT_EQ(state("e1"), AccountState::kSealed);
    EXPECT_EQ(matters(), "");
    audit_.take();

    EXPECT_EQ(open("0000-0000").error().code, Code::kDenied);
    auto const refused = audit_.take();
    ASSERT_EQ(refused.size(), 1U);
    EXPECT_EQ(refused[0].outcome, domain::AuditOutcome::kSeriousFailure);
    EXPECT_EQ(open(code, "CURIOSITY").error().code, Code::kInvalidContent);
    EXPECT_EQ(state("e1"), AccountState::kSealed);

    ASSERT_TRUE(open(code).ok());
    EXPECT_EQ(state("e1"), AccountState::kOpen);
    EXPECT_EQ(matters(), "emergency account E1 is open");
    auto const events = audit_.take();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].event_types.at(0).code, "110127");
    EXPECT_EQ(events[0].rule, "K10");
    auto const told = *notices(pool_, "", 0);
    ASSERT_EQ(told.size(), 2U) << "all members but the test partner";
    EXPECT_EQ(told[0].kind, NoticeKind::kSeal);
    EXPECT_EQ(told[0].person, "dr-aoba");
    EXPECT_EQ(open(code).error().code, Code::kConflict) << "a seal is broken once";

    now_ += std::chrono::minutes(60);
    EXPECT_EQ(state("e1"), AccountState::kUsed);
    EXPECT_EQ(matters(), "emergency account E1 was used and is not replaced");
    EXPECT_EQ(open(code).error().code, Code::kConflict);
}

TEST_F(Officers, AUsedAccountIsReplacedByAnotherCertificateOnly) {
    auto const code = seal("e1", "S-1");
    ASSERT_TRUE(open(code).ok());
    auto const early = signed_words(drafted("e2", "S-2").words, StatementKind::kSeal, {"a"});
    EXPECT_EQ(seal_account(deps(), region_.a, early, "operator", now_).error().code,
              Code::kConflict)
        << "not while it is open";
    now_ += std::chrono::minutes(1);
    ASSERT_TRUE(close_account(deps(), region_.a, "E1", "operator", now_).ok());
    EXPECT_EQ(state("e1"), AccountState::kUsed);
    auto const again = signed_words(drafted("e1", "S-2").words, StatementKind::kSeal, {"a"});
    EXPECT_EQ(seal_account(deps(), region_.a, again, "operator", now_).error().code,
              Code::kConflict)
        << "what was used never serves again";
    auto const next = seal("e2", "S-2");
    EXPECT_EQ(state("e2"), AccountState::kSealed);
    EXPECT_EQ(state("e1"), AccountState::kUsed);
    EXPECT_EQ(matters(), "");
    EXPECT_EQ(open(code).error().code, Code::kDenied) << "the code of the old envelope";
    EXPECT_TRUE(open(next).ok());
}

TEST_F(Officers, ASealNeedsItsKeeperAndRowsWithoutOneAreWorthNothing) {
    auto const words = drafted("e1", "S-1").words;
    auto statement = signed_words(words, StatementKind::kSeal, {"b"});
    EXPECT_EQ(seal_account(deps(), region_.a, statement, "operator", now_).error().code,
              Code::kDenied)
        << "an officer, but no keeper";
    statement.signatures["a"] = statement.signatures["b"];
    EXPECT_EQ(seal_account(deps(), region_.a, statement, "operator", now_).error().code,
              Code::kDenied)
        << "another's signature";
    // Whoever can write into tables alone.
    ASSERT_TRUE(pool_
                    .run([&](pg::Tx& tx) {
                        return store::append_statement(
                            tx, statement,
                            {"E1", fingerprint_of("e1"), now_ + std::chrono::hours(1), "x"}, now_);
                    })
                    .ok());
    EXPECT_EQ(state(), AccountState::kMissing);
    EXPECT_EQ(state("e1"), AccountState::kUsed) << "refused";
}

TEST_F(Officers, AnOpeningWithoutTheCodeOfTheEnvelopeIsWorthNothing) {
    seal("e1", "S-1");
    ASSERT_TRUE(
        pool_
            .run([&](pg::Tx& tx) -> Status {
                constexpr pg::Statement kForge{
                    "test.forge",
                    "INSERT INTO policy.account_opening SELECT statement_uuid, 'guess', 'mallory', "
                    "'x', 'x', $1, $1 + interval '1 hour' FROM policy.statement"};
                TRY(tx.exec(kForge, pg::Params().timestamptz(now_)));
                return {};
            })
            .ok());
    EXPECT_EQ(state("e1"), AccountState::kUsed);
}

TEST_F(Officers, ADisasterNeedsItsQuorum) {
    auto const words = declaration();
    EXPECT_EQ(declare(words, {"a"}).error().code, Code::kDenied);
    auto twice = signed_words(words, StatementKind::kDisaster, {"a"});
    twice.signatures["b"] = twice.signatures["a"];
    EXPECT_EQ(declare_disaster(deps(), region_.a, twice, "operator", now_).error().code,
              Code::kDenied)
        << "one person under two names";
    DisasterWatch const watch(pool_, system_clock());
    EXPECT_FALSE(watch.now(region_.a));
    auto const refused = audit_.take();
    ASSERT_EQ(refused.size(), 2U) << "each attempt is on record";
    EXPECT_EQ(refused[0].outcome, domain::AuditOutcome::kSeriousFailure);

    auto const declared = declare(words, {"a", "c"});
    ASSERT_TRUE(declared.ok()) << declared.error().detail;
    EXPECT_EQ(declare(words, {"a", "c"}).error().code, Code::kConflict);
    EXPECT_EQ(notices(pool_, "clinic", 0)->at(0).kind, NoticeKind::kDisaster);
    auto const events = audit_.take();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].transaction, "disaster-declared");
    auto agreement = region_.a;
    agreement.hash = "sha256:two";  // looked up anew
    auto const found = watch.now(agreement);
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->modes.contains(kGatewaysOff));
    EXPECT_NE(matters().find("a disaster is declared until"), std::string::npos);
    agreement.hash = "sha256:three";
    agreement.emergency.officers.erase(agreement.emergency.officers.begin());
    EXPECT_FALSE(watch.now(agreement)) << "an officer of before does not count any more";
}

TEST_F(Officers, ADeclarationStaysWithinTheAgreement) {
    auto const refused = [&](DisasterDraft const& draft) {
        return !draft_disaster(region_.a, draft, system_ids(), now_).ok();
    };
    EXPECT_TRUE(refused({"war", "", 1, {}, {}, {}}));
    EXPECT_TRUE(refused({"flood", "", 49, {}, {}, {}}));
    EXPECT_TRUE(refused({"flood", "", 1, {"nobody"}, {}, {}}));
    EXPECT_TRUE(refused({"flood", "", 1, {}, {"tester"}, {}}));
    EXPECT_TRUE(refused({"flood", "", 1, {}, {}, {"read-only"}}));
    // The same, when somebody writes the words himself.
    auto words = declaration(48);
    auto const until = words.find("\"until\":\"20");
    words.replace(until, 13, "\"until\":\"2099");
    EXPECT_EQ(declare(words, {"a", "b"}).error().code, Code::kInvalidContent);
    auto const old = declaration();
    now_ += std::chrono::hours(25);
    EXPECT_EQ(declare(old, {"a", "b"}).error().code, Code::kInvalidContent);
}

TEST_F(Officers, ADisasterEndsBeforeItsTimeAndIsLookedBackOn) {
    auto const declared = declare(declaration(), {"a", "b"});
    ASSERT_TRUE(declared.ok());
    EXPECT_EQ(
        review_disaster(deps(), region_.a, declared->id, "fine", "officer", now_).error().code,
        Code::kConflict)
        << "not over";
    now_ += std::chrono::hours(1);
    auto const words =
        *draft_disaster_end(region_.a, declared->id, "the water is gone", system_ids());
    auto const bare = signed_words(words, StatementKind::kDisasterEnd, {});
    EXPECT_EQ(end_disaster(deps(), region_.a, bare, "operator", now_).error().code, Code::kDenied);
    auto const end = signed_words(words, StatementKind::kDisasterEnd, {"c"});
    ASSERT_TRUE(end_disaster(deps(), region_.a, end, "operator", now_).ok());
    auto const all = *disasters(pool_, region_.a, now_);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].ends, now_);
    EXPECT_FALSE(all[0].in_force(now_));
    EXPECT_EQ(notices(pool_, "clinic", 0)->back().kind, NoticeKind::kDisasterEnd);

    now_ += std::chrono::hours(24 * 14);
    EXPECT_NE(matters().find("a disaster that is over is not reviewed in time"), std::string::npos);
    ASSERT_TRUE(review_disaster(deps(), region_.a, declared->id, "fine", "officer", now_).ok());
    EXPECT_EQ(matters().find("a disaster"), std::string::npos);
    EXPECT_EQ(
        review_disaster(deps(), region_.a, declared->id, "fine", "officer", now_).error().code,
        Code::kConflict);
    EXPECT_EQ(disasters(pool_, region_.a, now_)->at(0).findings, "fine");
}

}  // namespace
}  // namespace musubi::policy::test
