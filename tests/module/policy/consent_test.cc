#include "platform/pg/admin.h"
#include "platform/pg/pool.h"
#include "platform/pg/round_trips.h"
#include "policy/merge_watcher.h"
#include "policy/policy.h"
#include "policy/relations.h"
#include "support/migrations.h"
#include "support/signing_identity.h"
#include "support/test_database.h"

#include "domain/reason.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace musubi::policy {
namespace {

namespace fs = std::filesystem;

std::string const kPatient = "R1^^^&2.999.1.1.1&ISO";

ConsentScope owner(std::string code) {
    ConsentScope scope;
    scope.owner = std::move(code);
    return scope;
}
ConsentScope kind(std::string code) {
    ConsentScope scope;
    scope.code = std::move(code);
    return scope;
}

std::string agreement_text(std::string const& transactions, std::string const& previous = "") {
    return R"(schema_version: "1.0"
agreement_id: urn:oid:2.999.1.9
version: )" +
           (previous.empty() ? "1" : "2\nprevious: " + previous) +
           R"(
title: test
effective_from: 2020-04-01
effective_to: 2036-03-31
region:
  name: test
  home_community_id: urn:oid:2.999.1.1
roles:
  - {code: medical, clause: T2.1, may: [feed, publish, query, retrieve]}
  - {code: test, clause: T9.1, may: [query], exempt: true}
members:
  - code: hospital
    name: H
    institution_oid: 2.999.7.1
    certificates: [{subject: "CN=hospital"}]
    assigning_authorities: [2.999.7.1.1]
    default_role: medical
    signing_certificates: [{file: )" +
           test::signing_identity("hospital").certificate + R"(}]
    transactions: )" +
           transactions + R"(
  - code: clinic
    name: C
    institution_oid: 2.999.7.2
    certificates: [{subject: "CN=clinic"}]
    assigning_authorities: [2.999.7.2.1]
    default_role: medical
    transactions: [query]
  - code: toolkit
    name: T
    institution_oid: 2.999.7.3
    certificates: [{subject: "CN=toolkit"}]
    assigning_authorities: []
    default_role: test
    transactions: [query]
rules:
  - {id: T3.1, role: medical, own: true, type_codes: any, confidentiality: any}
  - {id: T3.2, role: medical, type_codes: any, confidentiality: any}
consent: {model: opt-in}
)";
}

class RecordingAudit final : public core::AuditPort {
public:
    Status record(std::vector<domain::AuditEvent>) override { return {}; }
    Status record_in(pg::Tx&, std::vector<domain::AuditEvent> more) override {
        if (broken) return Error(Code::kStorageUnavailable, "audit is out of order");
        events.insert(events.end(), more.begin(), more.end());
        return {};
    }
    bool broken = false;
    std::vector<domain::AuditEvent> events;
};

class FedBy final : public core::PatientIdentityPort {
public:
    Result<std::string> survivor_of(std::string const& cx) const override { return cx; }
    Result<std::vector<std::string>> authorities_of(std::string const& cx) const override {
        if (cx != kPatient) return Error(Code::kNotFound, "unknown");
        return std::vector<std::string>{"2.999.7.1.1"};
    }
};

class Consent : public ::testing::Test {
protected:
    Consent()
        : database_(test::migrations_of("policy")), pool_([&] {
              pg::PoolConfig config;
              config.conninfo = database_.serving();
              config.size = 2;
              return config;
          }()) {
        static std::atomic<int> number{0};
        file_ = fs::temp_directory_path() / ("musubi-policy-" + std::to_string(::getpid()) + "-" +
                                             std::to_string(number++) + ".yaml");
        std::ofstream(signers_file())
            << "signers:\n  - member: hospital\n    certificates: [{file: "
            << test::signing_identity("hospital").certificate << "}]\n";
        publish(agreement_text("[query, publish]"));
        policy_ = open(pool_);
        if (auto const begun = policy_->begin(); !begun)
            throw std::runtime_error(begun.error().detail);
        audit_.events.clear();
    }
    ~Consent() override {
        for (auto const& path : {file_.string(), signers_file(), signature_folder(file_.string())})
            fs::remove_all(path);
    }

    std::string signers_file() const { return file_.string() + ".signers"; }
    void publish(std::string const& text) {
        std::ofstream(file_, std::ios::trunc) << text;
        auto const who = test::signing_identity("hospital");
        auto const done = sign_agreement(file_.string(), "hospital", who.certificate, who.key);
        if (!done) throw std::runtime_error(done.error().detail);
    }
    std::unique_ptr<AgreementPolicy> open(pg::Pool& pool) {
        auto opened = AgreementPolicy::open({file_.string(), signers_file()}, pool, &fed_by_,
                                            system_clock(), {&audit_, "node", "region"});
        if (!opened) throw std::runtime_error(opened.error().detail);
        return std::move(*opened);
    }

    domain::Subject subject(std::string const& code) {
        core::PeerCertificate certificate;
        certificate.subject = "CN=" + code;
        domain::Subject out;
        out.member = *policy_->member_of(certificate);
        out.role = out.member.default_role;
        return out;
    }
    core::Decision decide(std::string const& member, domain::Action action = domain::Action::kQuery,
                          std::string const& patient = kPatient) {
        core::TransactionSpec spec;
        spec.id = "ITI-18";
        spec.action = action;
        core::PolicyQuery query;
        query.patients = {patient};
        auto decision = policy_->decide(subject(member), spec, query);
        if (!decision) throw std::runtime_error(decision.error().detail);
        return std::move(*decision);
    }
    bool sees(std::string const& member, std::string const& owner) {
        return decide(member).scopes.at(0).second.allows({owner, "c^^s", "t^^s", "", {"N^^conf"}});
    }
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
    ConsentDeps deps() { return {pool_, audit_, system_clock(), system_ids()}; }

    test::TestDatabase database_;
    pg::Pool pool_;
    FedBy fed_by_;
    RecordingAudit audit_;
    fs::path file_;
    std::unique_ptr<AgreementPolicy> policy_;
};

TEST_F(Consent, CountsForTheNextDecisionInBothDirections) {
    EXPECT_FALSE(sees("clinic", "hospital"));
    EXPECT_TRUE(sees("clinic", "clinic"));
    ASSERT_TRUE(grant(deps(), change()).ok());
    EXPECT_TRUE(sees("clinic", "hospital"));
    ASSERT_TRUE(withdraw(deps(), change()).ok());
    EXPECT_FALSE(sees("clinic", "hospital"));
    EXPECT_TRUE(sees("clinic", "clinic"));
}

TEST_F(Consent, OfOneMemberOrOneDocumentTypeOpensNothingElse) {
    ASSERT_TRUE(grant(deps(), change(owner("hospital"))).ok());
    EXPECT_TRUE(sees("clinic", "hospital"));
    EXPECT_FALSE(sees("clinic", "toolkit"));
    ASSERT_TRUE(grant(deps(), change()).ok());
    ASSERT_TRUE(withdraw(deps(), change(kind("t^^s"))).ok());
    EXPECT_FALSE(sees("clinic", "hospital")) << "the type is withheld";
}

// For the review of the log (guideline control LG-4).
TEST_F(Consent, RelationsOfTreatmentAreRecordsDeclarationsAndBrokenGlass) {
    Relations const relations(*policy_, pool_, &fed_by_);
    std::string const other = "R7^^^&2.999.1.1.1&ISO";
    WallTime const now = system_clock().now(), from = now - std::chrono::hours(24);
    auto const strangers = [&](std::string const& member, WallTime begin, WallTime end) {
        auto const found = relations.untreated(member, {kPatient, other}, begin, end);
        return found ? *found : std::set<std::string>{found.error().detail};
    };
    using Set = std::set<std::string>;
    EXPECT_EQ(strangers("hospital", from, now), Set{other}) << "fed by the hospital";
    EXPECT_EQ(strangers("clinic", from, now), (Set{kPatient, other}));
    EXPECT_EQ(strangers("toolkit", from, now), Set{}) << "exempt from consent";
    EXPECT_EQ(strangers("nobody", from, now), Set{});
    auto const script = [&](std::string const& text) {
        auto const done = pg::run_script(database_.superuser(), text);
        ASSERT_TRUE(done.ok()) << done.error().detail;
    };
    script(
        "insert into policy.treatment (patient, member, until, basis, declared_by, declared_at) "
        "values ('" +
        kPatient + "', 'clinic', now() + interval '1 day', 'x', 'y', now() - interval '1 hour')");
    EXPECT_EQ(strangers("clinic", from, now), Set{other});
    EXPECT_EQ(strangers("clinic", from - std::chrono::hours(48), from), (Set{kPatient, other}))
        << "not before it was declared";
    script(
        "insert into policy.emergency_access (access_uuid, patient, member, person, role, "
        "purpose, reason, clause, opened_at, ends_at, review_by) values (gen_random_uuid(), '" +
        other + "', 'clinic', 'p', 'r', 'p', 'r', 'c', now() - interval '1 hour', now(), now())");
    EXPECT_EQ(strangers("clinic", from, now), Set{});
}

// A person known under two ids is one person: the newest word counts, whichever id it was recorded
// under.
TEST_F(Consent, FollowsAMergeOfPatientIds) {
    auto under = [&](std::string const& patient, ConsentScope scope = {}) {
        ConsentChange out = change(std::move(scope));
        out.patient = patient;
        return out;
    };
    std::string const old_id = "R0^^^&2.999.1.1.1&ISO";
    ASSERT_TRUE(grant(deps(), under(kPatient)).ok());
    ASSERT_TRUE(withdraw(deps(), under(old_id, kind("t^^s"))).ok());
    ASSERT_TRUE(sees("clinic", "hospital"));
    auto merge = [&](std::string const& from, std::string const& to) {
        return pool_.run([&](pg::Tx& tx) { return MergeWatcher().patient_merged(tx, from, to); });
    };
    ASSERT_TRUE(merge(old_id, kPatient).ok());
    EXPECT_FALSE(sees("clinic", "hospital")) << "what was withheld under the old id stays withheld";
    ASSERT_TRUE(grant(deps(), under(kPatient, kind("t^^s"))).ok());
    EXPECT_TRUE(sees("clinic", "hospital"));
}

TEST_F(Consent, OfAnOlderWordUnderTheMergedIdDoesNotUndoANewerOne) {
    std::string const old_id = "R0^^^&2.999.1.1.1&ISO";
    ConsentChange old_word = change();
    old_word.patient = old_id;
    ASSERT_TRUE(grant(deps(), old_word).ok());
    ASSERT_TRUE(withdraw(deps(), change()).ok());
    ASSERT_TRUE(
        pool_.run([&](pg::Tx& tx) { return MergeWatcher().patient_merged(tx, old_id, kPatient); })
            .ok());
    EXPECT_FALSE(sees("clinic", "hospital"));
}

TEST_F(Consent, StaysWithTheIdUnderWhichItWasGivenWhenThePersonsPart) {
    std::string const other = "R0^^^&2.999.1.1.1&ISO";
    auto const pass = [&](auto step) {
        auto const done = pool_.run([&](pg::Tx& tx) { return step(tx); });
        ASSERT_TRUE(done.ok()) << done.error().detail;
    };
    ConsentChange word = change();
    word.patient = other;
    ASSERT_TRUE(grant(deps(), word).ok());
    ASSERT_FALSE(sees("clinic", "hospital"));
    for (int round = 0; round < 3; ++round) {
        pass([&](pg::Tx& tx) { return MergeWatcher().patient_merged(tx, other, kPatient); });
        EXPECT_TRUE(sees("clinic", "hospital"));
        pass([&](pg::Tx& tx) { return MergeWatcher().patient_unmerged(tx, other, kPatient); });
        EXPECT_FALSE(sees("clinic", "hospital")) << "another person's word";
    }
    // What was said under the surviving id, before and meanwhile, stays.
    ASSERT_TRUE(grant(deps(), change()).ok());
    pass([&](pg::Tx& tx) { return MergeWatcher().patient_merged(tx, other, kPatient); });
    pass([&](pg::Tx& tx) { return MergeWatcher().patient_unmerged(tx, other, kPatient); });
    EXPECT_TRUE(sees("clinic", "hospital"));
}

TEST_F(Consent, HistoryKeepsEveryWordAndCannotBeChangedByTheServingRole) {
    ASSERT_TRUE(grant(deps(), change()).ok());
    ASSERT_TRUE(withdraw(deps(), change()).ok());
    auto const history = show(pool_, kPatient);
    ASSERT_TRUE(history.ok()) << history.error().detail;
    ASSERT_EQ(history->size(), 2U);
    EXPECT_TRUE((*history)[0].granted);
    EXPECT_FALSE((*history)[1].granted);
    EXPECT_EQ((*history)[1].recorded_by, "office-1");
    EXPECT_LT((*history)[0].position, (*history)[1].position);
    EXPECT_EQ(standing(*history, system_clock().now()).size(), 1U);
    for (char const* statement : {"UPDATE policy.consent SET granted = true",
                                  "DELETE FROM policy.consent", "TRUNCATE policy.consent"}) {
        EXPECT_FALSE(pg::run_script(database_.serving(), statement).ok()) << statement;
    }
    EXPECT_TRUE(pg::run_script(database_.report(), "SELECT * FROM policy.consent_word").ok());
}

TEST_F(Consent, IsAuditedInTheSameTransactionOrNotGiven) {  // DCM 110113 / 110135
    ASSERT_TRUE(grant(deps(), change()).ok());
    ASSERT_EQ(audit_.events.size(), 1U);
    auto const& event = audit_.events[0];
    EXPECT_EQ(event.event_id.code, "110113");
    EXPECT_EQ(event.event_types.at(0).code, "110135");
    EXPECT_EQ(event.objects.at(0).id, kPatient);
    EXPECT_EQ(event.objects.at(1).role, 13);
    EXPECT_EQ(event.participants.at(0).user_id, "office-1");

    audit_.broken = true;
    EXPECT_EQ(withdraw(deps(), change()).error().code, Code::kStorageUnavailable);
    EXPECT_TRUE(sees("clinic", "hospital"));
    EXPECT_EQ(show(pool_, kPatient)->size(), 1U);
}

TEST_F(Consent, WithMistakesIsRefused) {
    auto const refused = [&](auto set) {
        auto one = change();
        set(one);
        return grant(deps(), one).error().code;
    };
    EXPECT_EQ(refused([](ConsentChange& c) { c.patient = "R1"; }), Code::kInvalidContent);
    EXPECT_EQ(refused([](ConsentChange& c) { c.basis = ""; }), Code::kInvalidContent);
    EXPECT_EQ(refused([](ConsentChange& c) { c.scope.code = "57833-6"; }), Code::kInvalidContent);
    EXPECT_EQ(refused([](ConsentChange& c) { c.scope.department = "^^x"; }), Code::kInvalidContent);
    EXPECT_EQ(refused([](ConsentChange& c) { c.scope.person = std::string(257, 'x'); }),
              Code::kInvalidContent);
    EXPECT_EQ(refused([](ConsentChange& c) { c.absolute = true; }), Code::kInvalidContent)
        << "only what is withheld is absolute";
    EXPECT_EQ(refused([](ConsentChange& c) { c.from = c.until = system_clock().now(); }),
              Code::kInvalidContent);
    EXPECT_EQ(refused([](ConsentChange& c) { c.recorded_by = std::string(257, 'x'); }),
              Code::kInvalidContent);
    EXPECT_TRUE(audit_.events.empty());
}

TEST_F(Consent, CostsOneRoundTripAndNoneForExemptRoles) {
    decide("clinic");
    auto const before = pg::round_trips();
    decide("clinic");
    EXPECT_EQ(pg::round_trips() - before, 1U);
    decide("toolkit");
    EXPECT_EQ(pg::round_trips() - before, 1U);
}

TEST_F(Consent, WhenTheDatabaseIsGoneNothingIsPermitted) {
    pg::PoolConfig config;
    config.conninfo = database_.serving();
    config.size = 1;
    config.acquire_timeout = std::chrono::milliseconds(100);
    pg::Pool gone(config);
    auto const policy = open(gone);
    auto const held = gone.begin();  // nobody else gets a connection
    ASSERT_TRUE(held.ok());
    core::TransactionSpec spec;
    core::PolicyQuery query;
    query.patients = {kPatient};
    EXPECT_FALSE(policy->decide(subject("clinic"), spec, query).ok());
    EXPECT_TRUE(policy->decide(subject("toolkit"), spec, query).ok());
}

TEST_F(Consent, PublishingIsForPatientsWhomTheMemberHasFed) {
    EXPECT_TRUE(decide("hospital", domain::Action::kPublish).permitted);
    auto const denied = decide("clinic", domain::Action::kPublish);
    EXPECT_FALSE(denied.permitted);
    EXPECT_EQ(denied.rule_id, kRuleIdentity);
    core::TransactionSpec spec;
    spec.action = domain::Action::kPublish;
    core::PolicyQuery query;
    query.patients = {"R9^^^&2.999.1.1.1&ISO"};
    auto const unknown = policy_->decide(subject("hospital"), spec, query);
    ASSERT_FALSE(unknown.ok());
    EXPECT_EQ(unknown.error().reason, Reason::kUnknownPatientId);
}

// What the locate stage has learnt from the patient index is not asked for again.
TEST_F(Consent, WhoFedThePatientIsNotAskedWhereTheQuestionTellsIt) {
    core::TransactionSpec spec;
    spec.action = domain::Action::kPublish;
    core::PolicyQuery query;
    query.patients = {"R9^^^&2.999.1.1.1&ISO"};  // the index knows nobody of this id
    query.fed_by[query.patients[0]] = {"2.999.7.1.1"};
    auto const before = pg::round_trips();
    EXPECT_TRUE(policy_->decide(subject("hospital"), spec, query)->permitted);
    EXPECT_EQ(pg::round_trips(), before);
    query.fed_by[query.patients[0]] = {"2.999.7.1.2"};
    EXPECT_EQ(policy_->decide(subject("hospital"), spec, query)->rule_id, kRuleIdentity);
    query.fed_by[query.patients[0]].clear();
    EXPECT_EQ(policy_->decide(subject("hospital"), spec, query).error().reason,
              Reason::kUnknownPatientId);
    core::PolicyQuery same = query;
    same.fed_by.clear();
    EXPECT_TRUE(same == query) << "it is no part of the question";
}

TEST_F(Consent, ReloadTakesAGoodAgreementAndKeepsTheOldOneWhenTheNewIsBroken) {
    auto const hospital = subject("hospital").member;
    EXPECT_TRUE(policy_->may_call(hospital, "ITI-18"));
    EXPECT_FALSE(policy_->may_call(hospital, "ITI-43"));
    std::ofstream(file_, std::ios::trunc) << "region: broken\n";
    EXPECT_FALSE(policy_->reload().ok());
    EXPECT_TRUE(policy_->may_call(hospital, "ITI-18"));
    publish(agreement_text("[retrieve]", policy_->agreement()->hash));
    auto const reloaded = policy_->reload();
    ASSERT_TRUE(reloaded.ok()) << reloaded.error().detail;
    EXPECT_TRUE(policy_->may_call(hospital, "ITI-18")) << "of a request that began before";
    auto const now = subject("hospital").member;
    EXPECT_FALSE(policy_->may_call(now, "ITI-18"));
    EXPECT_TRUE(policy_->may_call(now, "ITI-43"));
    core::PeerCertificate stranger;
    stranger.subject = "CN=stranger";
    EXPECT_EQ(policy_->member_of(stranger).error().code, Code::kDenied);
}

}  // namespace
}  // namespace musubi::policy
