// Consent in every grain through the database: what is written is what decides, old rows still
// count, and documents bring and take consent.

#include "platform/pg/admin.h"
#include "policy/bppc.h"
#include "policy/consent_file.h"
#include "policy/consent_store.h"
#include "policy/merge_watcher.h"
#include "policy/patient_consent.h"
#include "support/fake_ports.h"
#include "support/migrations.h"
#include "support/test_database.h"
#include "unit/policy/policy_world.h"

#include <gtest/gtest.h>

#include <sstream>

namespace musubi::policy::test {
namespace {

class At final : public Clock {
public:
    WallTime now() const override { return time; }
    std::chrono::steady_clock::time_point monotonic() const override {
        return std::chrono::steady_clock::now();
    }
    WallTime time = kNow;
};

class Granular : public ::testing::Test {
protected:
    Granular()
        : database_(musubi::test::migrations_of("policy")), pool_([&] {
              pg::PoolConfig config;
              config.conninfo = database_.serving();
              config.size = 2;
              return config;
          }()) {}

    ConsentDeps deps() { return {pool_, audit_, clock_, system_ids(), &terms_}; }
    ConsentChange change(ConsentScope scope = {}) {
        ConsentChange out;
        out.patient = kPatient;
        out.scope = std::move(scope);
        out.basis = "written";
        out.recorded_by = "office-1";
        out.organisation = "hospital";
        out.audit_source_id = "node";
        return out;
    }
    domain::ConsentRules rules(Asker const& asker = {}) {
        auto entries =
            pool_.read([&](pg::ReadTx& tx) { return store::state(tx, {kPatient}, clock_.now()); });
        if (!entries) throw std::runtime_error(entries.error().detail);
        return consent_of(kPatient, *entries, asker, terms_, clock_.now());
    }
    bool opens(domain::Label const& document = label("hospital"), std::string const& id = "") {
        return rules().opens(document, id);
    }
    /// As the owner of the tables would find rows of an older program.
    void insert_old(int scope, std::string const& value, bool granted) {
        pg::Statement const statement{
            "test.old_row",
            "INSERT INTO policy.consent (consent_uuid, patient, scope, value, granted, basis, "
            "recorded_by, organisation, recorded_at) VALUES (gen_random_uuid(), $1, $2, $3, $4, "
            "'written', 'x', 'x', now())"};
        auto const done = pool_.run([&](pg::Tx& tx) -> Status {
            tx.queue(statement, pg::Params()
                                    .text(kPatient)
                                    .int2(static_cast<std::int16_t>(scope))
                                    .text(value)
                                    .boolean(granted));
            return {};
        });
        ASSERT_TRUE(done.ok()) << done.error().detail;
    }

    musubi::test::TestDatabase database_;
    pg::Pool pool_;
    musubi::test::FakeAudit audit_;
    At clock_;
    ConsentTerms terms_;
};

TEST_F(Granular, EveryConditionIsWrittenAndReadBack) {
    ConsentScope full;
    full.owner = "hospital";
    full.reader = "clinic";
    full.person = "dr-a";
    full.purpose = "TREAT";
    full.department = "d^^s";
    full.code = "t^^s";
    full.document = "2.999.1";
    auto one = change(full);
    one.absolute = true;
    one.from = kNow - std::chrono::hours(1);
    one.until = kNow + std::chrono::hours(1);
    one.given_by = "patient";
    one.evidence = "shelf 7";
    one.about = ConsentAbout::kPublish;
    ASSERT_TRUE(withdraw(deps(), one).ok());
    auto const history = *show(pool_, kPatient);
    ASSERT_EQ(history.size(), 1U);
    EXPECT_EQ(history[0].scope, full);
    EXPECT_EQ(history[0].about, ConsentAbout::kPublish);
    EXPECT_TRUE(history[0].absolute);
    EXPECT_FALSE(history[0].granted);
    EXPECT_EQ(history[0].from, one.from);
    EXPECT_EQ(history[0].until, one.until);
    EXPECT_EQ(history[0].evidence, "shelf 7");
    auto const events = audit_.take();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].event_types.at(0).code, "110135");
}

TEST_F(Granular, RowsOfTheOlderFormStillCount) {
    insert_old(1, "hospital", true);
    EXPECT_TRUE(opens());
    EXPECT_FALSE(opens(label("clinic")));
    insert_old(2, "t^^s", false);
    EXPECT_FALSE(opens());
    EXPECT_TRUE(opens(label("hospital", "u^^s")));
    ConsentScope scope;
    scope.code = "t^^s";
    ASSERT_TRUE(grant(deps(), change(scope)).ok());
    EXPECT_TRUE(opens()) << "a new word about the same takes its place";
}

TEST_F(Granular, AWordForATimeEndsByItself) {
    ASSERT_TRUE(grant(deps(), change()).ok());
    auto pause = change();
    pause.until = kNow + std::chrono::hours(1);
    ASSERT_TRUE(withdraw(deps(), pause).ok());
    EXPECT_FALSE(opens());
    clock_.time = kNow + std::chrono::hours(1);
    EXPECT_TRUE(opens());
}

TEST_F(Granular, AfterADeathOnlyTheLawSpeaks) {
    ASSERT_TRUE(grant(deps(), change()).ok());
    auto death = change();
    death.about = ConsentAbout::kDeath;
    ASSERT_TRUE(grant(deps(), death).ok());
    EXPECT_EQ(grant(deps(), change()).error().code, Code::kConflict);
    EXPECT_EQ(withdraw(deps(), change()).error().code, Code::kConflict);
    auto law = change();
    law.basis = "law";
    EXPECT_TRUE(withdraw(deps(), law).ok());
    ASSERT_TRUE(withdraw(deps(), death).ok()) << "the notice was wrong";
    EXPECT_TRUE(grant(deps(), change()).ok());
}

TEST_F(Granular, TheAgreementSaysWhoSpeaksForAPatientAndOnWhatBasis) {
    terms_.bases = {"written"};
    terms_.proxies = {{"parent", true, 1}};
    auto oral = change();
    oral.basis = "oral";
    EXPECT_EQ(grant(deps(), oral).error().code, Code::kInvalidContent);
    auto parent = change();
    parent.given_by = "neighbour";
    EXPECT_EQ(grant(deps(), parent).error().code, Code::kInvalidContent);
    parent.given_by = "parent";
    EXPECT_EQ(grant(deps(), parent).error().code, Code::kInvalidContent) << "without an end";
    parent.until = kNow + std::chrono::hours(1);
    EXPECT_TRUE(grant(deps(), parent).ok());
}

TEST_F(Granular, AMergeKeepsEveryCondition) {
    ConsentScope scope;
    scope.document = "2.999.1";
    auto under_other = change(scope);
    under_other.patient = kOtherPatient;
    ASSERT_TRUE(withdraw(deps(), under_other).ok());
    ASSERT_TRUE(grant(deps(), change()).ok());
    EXPECT_TRUE(opens(label("hospital"), "2.999.1"));
    auto const merged = pool_.run(
        [&](pg::Tx& tx) { return MergeWatcher().patient_merged(tx, kOtherPatient, kPatient); });
    ASSERT_TRUE(merged.ok()) << merged.error().detail;
    EXPECT_FALSE(opens(label("hospital"), "2.999.1"));
    EXPECT_TRUE(opens(label("hospital"), "2.999.2"));
}

TEST_F(Granular, WordsOnAnEndedFormNoLongerCountAndThoseBeforeDoAgain) {
    ASSERT_TRUE(grant(deps(), change()).ok());
    auto form = change();
    form.evidence = "entry:7";
    ASSERT_TRUE(withdraw(deps(), form).ok());
    EXPECT_FALSE(opens());
    auto const ended = pool_.run([&](pg::Tx& tx) -> Status {
        store::end(tx, {"entry:7", "entry:8"}, clock_.now());
        return {};
    });
    ASSERT_TRUE(ended.ok()) << ended.error().detail;
    EXPECT_TRUE(opens());
}

TEST_F(Granular, DeclaredTreatmentsCountUntilTheirDay) {
    auto const declared = pool_.run([&](pg::Tx& tx) -> Status {
        store::Treatment treatment{kPatient, "clinic", "referral", "office",
                                   kNow + std::chrono::hours(1)};
        store::declare(tx, treatment, kNow);
        return {};
    });
    ASSERT_TRUE(declared.ok()) << declared.error().detail;
    auto const treats = [&](std::string const& member, WallTime now) {
        return pool_
            .read([&](pg::ReadTx& tx) {
                return store::declared(tx, {kPatient, kOtherPatient}, member, now);
            })
            ->size();
    };
    EXPECT_EQ(treats("clinic", kNow), 1U);
    EXPECT_EQ(treats("hospital", kNow), 0U);
    EXPECT_EQ(treats("clinic", kNow + std::chrono::hours(1)), 0U);
}

// ---- forms as documents ----

domain::DocumentEntry form(std::vector<std::string> const& policies) {
    domain::DocumentEntry out;
    out.format_codes = {{"urn:ihe:iti:bppc:2007", "1.3.6.1.4.1.19376.1.2.3", ""}};
    for (auto const& oid : policies) out.event_codes.push_back({oid, "2.999.200", ""});
    return out;
}

TEST(FormWords, ArePoliciesAndPeriodOfTheMetadataAlone) {
    Region r;
    r.member("hospital", "desk");
    PolicyMeaning all;
    all.oid = "2.999.200.1";
    all.words = {{}};
    r.a.consent.policies = {all};
    auto entry = form({"2.999.200.1"});
    entry.service_start_time = "20260101";
    entry.service_stop_time = "202612";
    std::string const patient = kPatient;
    auto const subject = r.subject("hospital");
    auto const words = words_of(r.a.consent, subject, {patient, "entry:1", entry});
    ASSERT_TRUE(words.ok()) << words.error().detail;
    ASSERT_EQ(words->size(), 1U);
    auto const& [change, granted] = words->front();
    EXPECT_TRUE(granted);
    EXPECT_EQ(change.evidence, "entry:1");
    EXPECT_EQ(to_rfc3339(*change.from).substr(0, 19), "2026-01-01T00:00:00");
    EXPECT_EQ(to_rfc3339(*change.until).substr(0, 19), "2027-01-01T00:00:00");
    auto const strange = form({"2.999.200.9"});
    EXPECT_EQ(words_of(r.a.consent, subject, {patient, "entry:1", strange}).error().code,
              Code::kInvalidContent);
    auto const empty = form({});
    EXPECT_EQ(words_of(r.a.consent, subject, {patient, "entry:1", empty}).error().code,
              Code::kInvalidContent);
    EXPECT_TRUE(is_acknowledgement(entry));
    entry.format_codes[0].scheme = "2.999";
    EXPECT_FALSE(is_acknowledgement(entry));
}

TEST(ConsentFile, IsReadInBothFormsAndTellsEveryFaultWithItsLine) {
    ConsentChange defaults;
    defaults.basis = "written";
    std::istringstream csv(
        "patient,says,code,until,absolute\n"
        "A^^^&2.9&ISO,grant,,,\n"
        "\"B^^^&2.9&ISO\",withdraw,t^^s,2026-03-31,yes\n");
    auto const words = read_consent_file(csv, "f.csv", defaults);
    ASSERT_TRUE(words.ok()) << words.error().detail;
    ASSERT_EQ(words->size(), 2U);
    EXPECT_TRUE((*words)[0].granted);
    EXPECT_EQ((*words)[1].change.scope.code, "t^^s");
    EXPECT_TRUE((*words)[1].change.absolute);
    EXPECT_EQ(to_rfc3339(*(*words)[1].change.until).substr(0, 19), "2026-03-31T15:00:00");
    std::istringstream json(R"({"patient": "A^^^&2.9&ISO", "says": "grant", "person": "dr-a"})");
    auto const one = read_consent_file(json, "f.json", defaults);
    ASSERT_TRUE(one.ok());
    EXPECT_EQ(one->at(0).change.scope.person, "dr-a");
    std::istringstream bad(
        "patient,says,until\n"
        "A,perhaps,\n"
        "B,grant\n"
        "C,grant,2026-02-30\n");
    auto const faults = read_consent_file(bad, "f.csv", defaults);
    ASSERT_FALSE(faults.ok());
    std::vector<std::string> told;
    for (auto const& issue : faults.error().issues) told.push_back(issue.context.substr(0, 8));
    EXPECT_EQ(told, (std::vector<std::string>{"f.csv:2:", "f.csv:3:", "f.csv:4:"}));
}

}  // namespace
}  // namespace musubi::policy::test
