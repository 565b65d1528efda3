// Agreements as they come into force, follow each other and stay in the database.

#include "platform/pg/admin.h"
#include "platform/pg/pool.h"
#include "policy/canonical.h"
#include "policy/policy.h"
#include "support/migrations.h"
#include "support/signing_identity.h"
#include "support/test_database.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace musubi::policy {
namespace {

namespace fs = std::filesystem;

class Audit final : public core::AuditPort {
public:
    Status record(std::vector<domain::AuditEvent> more) override {
        for (auto& one : more) refused.push_back(std::move(one));
        return {};
    }
    Status record_in(pg::Tx&, std::vector<domain::AuditEvent> more) override {
        if (broken) return Error(Code::kStorageUnavailable, "audit is out of order");
        for (auto& one : more) activated.push_back(std::move(one));
        return {};
    }
    bool broken = false;
    std::vector<domain::AuditEvent> refused, activated;
};

class HeldClock final : public Clock {
public:
    WallTime now() const override { return time; }
    std::chrono::steady_clock::time_point monotonic() const override {
        return std::chrono::steady_clock::now();
    }
    WallTime time = system_clock().now();
};

struct Words {
    int version = 1;
    std::string previous = {};
    std::string title = "first";
    std::string from = "2020-04-01";
    std::string status = "active";
    std::string countries = "[JP]";
};

class AgreementChain : public ::testing::Test {
protected:
    AgreementChain() : database_(test::migrations_of("policy")), pool_(config(database_)) {
        fs::create_directories(folder_);
        std::ofstream(folder_ / "signers.yaml")
            << "signers:\n  - member: hospital\n    certificates: [{file: "
            << test::signing_identity("hospital").certificate << "}]\n";
    }
    ~AgreementChain() override { fs::remove_all(folder_); }

    static pg::PoolConfig config(test::TestDatabase const& database) {
        pg::PoolConfig out;
        out.conninfo = database.serving();
        out.size = 2;
        return out;
    }
    std::string file() const { return folder_ / "agreement.yaml"; }
    std::string text(Words const& words) const {
        return "schema_version: \"1.0\"\nagreement_id: urn:oid:2.999.1.9\nversion: " +
               std::to_string(words.version) +
               (words.previous.empty() ? "" : "\nprevious: " + words.previous) +
               "\ntitle: " + words.title + "\neffective_from: " + words.from +
               "\neffective_to: 2036-03-31\n"
               "region: {name: test, home_community_id: urn:oid:2.999.1.1}\n"
               "roles:\n  - {code: medical, clause: T2.1, may: [query]}\n"
               "members:\n"
               "  - code: hospital\n    name: H\n    institution_oid: 2.999.7.1\n"
               "    certificates: [{subject: CN=hospital}]\n    default_role: medical\n"
               "    transactions: [query]\n    signing_certificates: [{file: " +
               test::signing_identity("hospital").certificate +
               "}]\n"
               "  - code: clinic\n    name: C\n    institution_oid: 2.999.7.2\n    status: " +
               words.status +
               "\n    certificates: [{subject: CN=clinic}]\n    default_role: medical\n"
               "    transactions: [query]\n"
               "rules:\n  - {id: T3.1, role: medical, own: true, type_codes: any, "
               "confidentiality: any}\n"
               "consent: {model: opt-in}\nlocation: {countries: " +
               words.countries + "}\n";
    }
    void publish(Words const& words) {
        std::ofstream(file(), std::ios::trunc) << text(words);
        sign("hospital");
    }
    void sign(std::string const& with) {
        auto const who = test::signing_identity(with);
        ASSERT_TRUE(sign_agreement(file(), "hospital", who.certificate, who.key).ok());
    }
    Result<std::unique_ptr<AgreementPolicy>> open() {
        return AgreementPolicy::open({file(), folder_ / "signers.yaml", "JP"}, pool_, nullptr,
                                     clock_, {&audit_, "node", "region"});
    }
    std::unique_ptr<AgreementPolicy> begun() {
        auto policy = open();
        if (!policy) throw std::runtime_error(policy.error().detail);
        auto const done = (*policy)->begin();
        if (!done) throw std::runtime_error(done.error().detail);
        return std::move(*policy);
    }
    std::string refusal() {
        auto const policy = open();
        return policy ? "accepted" : policy.error().detail;
    }
    std::vector<std::vector<std::string>> rows() {
        return *pg::run_script(database_.superuser(),
                               "select a.version, a.hash, string_agg(s.member, ',') from "
                               "policy.agreement a join policy.agreement_signature s using "
                               "(version) group by 1, 2 order by 1");
    }
    std::string hash() { return agreement_hash(*canonical_of_file(file())); }

    fs::path const folder_ =
        fs::temp_directory_path() / ("musubi-chain-" + std::to_string(::getpid()));
    test::TestDatabase database_;
    pg::Pool pool_;
    HeldClock clock_;
    Audit audit_;
};

TEST_F(AgreementChain, FirstAgreementIsStoredAndRecordedOnceForEver) {
    publish({});
    begun();
    ASSERT_EQ(audit_.activated.size(), 1U);
    auto const& event = audit_.activated[0];
    EXPECT_EQ(event.event_types.at(0).code, "110129");
    EXPECT_EQ(event.objects.at(0).id, "urn:oid:2.999.1.9");
    EXPECT_EQ(rows(), (std::vector<std::vector<std::string>>{{"1", hash(), "hospital"}}));
    begun();
    EXPECT_EQ(audit_.activated.size(), 1U) << "the same again is nothing new";
    EXPECT_TRUE(audit_.refused.empty());
    // The serving role cannot take it back.
    auto const changed = pg::run_script(database_.serving(), "delete from policy.agreement");
    EXPECT_FALSE(changed.ok());
}

TEST_F(AgreementChain, WithoutItsAuditRecordNothingComesIntoForce) {
    publish({});
    audit_.broken = true;
    auto policy = open();
    ASSERT_TRUE(policy.ok()) << policy.error().detail;
    EXPECT_FALSE((*policy)->begin().ok());
    EXPECT_TRUE(rows().empty());
}

TEST_F(AgreementChain, UnsignedOrTamperedIsRefusedAndRecorded) {
    publish({});
    fs::remove_all(signature_folder(file()));
    EXPECT_NE(refusal().find("hospital: has not signed"), std::string::npos) << refusal();
    publish({});
    std::ofstream(file(), std::ios::trunc) << text({.title = "frist"});
    EXPECT_NE(refusal().find("does not fit the content"), std::string::npos) << refusal();
    std::ofstream(file(), std::ios::trunc) << text({});
    sign("stranger");
    EXPECT_NE(refusal().find("may not sign"), std::string::npos) << refusal();
    ASSERT_FALSE(audit_.refused.empty());
    EXPECT_EQ(audit_.refused.back().event_types.at(0).code, "110129");
    EXPECT_NE(audit_.refused.back().outcome, domain::AuditOutcome::kSuccess);
    EXPECT_TRUE(rows().empty());
}

TEST_F(AgreementChain, ReloadTakesTheNextVersionOnly) {
    publish({});
    auto const policy = begun();
    auto const first = hash();
    publish({.title = "changed"});
    EXPECT_FALSE(policy->reload().ok()) << "version 1 with other words";
    publish({.version = 3, .previous = first, .title = "third"});
    EXPECT_FALSE(policy->reload().ok());
    publish({.version = 2, .previous = "sha256:" + std::string(64, '0'), .title = "other"});
    EXPECT_FALSE(policy->reload().ok());
    EXPECT_EQ(policy->agreement()->title, "first");
    EXPECT_EQ(audit_.refused.size(), 3U);
    publish({.version = 2, .previous = first, .title = "second"});
    auto const reloaded = policy->reload();
    ASSERT_TRUE(reloaded.ok()) << reloaded.error().detail;
    EXPECT_EQ(policy->agreement()->title, "second");
    EXPECT_EQ(rows().size(), 2U);
    EXPECT_EQ(audit_.activated.size(), 2U);
    publish({});
    EXPECT_FALSE(policy->reload().ok()) << "what was in force once does not come back";
    EXPECT_NE(refusal().find("version 2 has been in force already"), std::string::npos);
}

TEST_F(AgreementChain, NextVersionComesIntoForceOnItsDay) {
    publish({});
    auto const policy = begun();
    publish({.version = 2, .previous = hash(), .title = "later", .from = "2030-04-01"});
    EXPECT_FALSE(policy->reload().ok());
    EXPECT_EQ(policy->agreement()->title, "first");
    clock_.time = policy->agreement()->region.begins + std::chrono::hours(24) * 4000;
    auto const reloaded = policy->reload();
    ASSERT_TRUE(reloaded.ok()) << reloaded.error().detail;
    EXPECT_EQ(policy->agreement()->title, "later");
}

// Whoever may write into the table has no key.
TEST_F(AgreementChain, RowPutIntoTheTableByHandStopsTheStart) {
    publish({});
    begun();
    auto const forged = text({.version = 2, .previous = hash(), .title = "forged"});
    std::ofstream(file(), std::ios::trunc) << forged;
    auto const canonical = *canonical_of_file(file());
    auto const put = pg::run_script(database_.superuser(),
                                    "insert into policy.agreement values (2, '" +
                                        policy::agreement_hash(canonical) +
                                        "', 'urn:oid:2.999.1.9', $$" + canonical + "$$, now())");
    ASSERT_TRUE(put.ok()) << put.error().detail;
    publish({});
    EXPECT_NE(refusal().find("stored agreement, version 2: hospital: has not signed"),
              std::string::npos)
        << refusal();
}

TEST_F(AgreementChain, NodeStandsWhereTheAgreementAllows) {
    publish({.countries = "[US]"});
    EXPECT_NE(refusal().find("location: this node stands in 'JP'"), std::string::npos);
}

TEST_F(AgreementChain, SuspendedAndFormerMembersAreStrangers) {
    core::PeerCertificate clinic;
    clinic.subject = "CN=clinic";
    publish({});
    auto const policy = begun();
    auto member = policy->member_of(clinic);
    ASSERT_TRUE(member.ok());
    EXPECT_TRUE(policy->may_call(*member, "ITI-18"));
    member->terms = nullptr;  // not of a request that has begun
    for (auto const* status : {"suspended", "left", "applied"}) {
        auto const version = static_cast<int>(policy->agreement()->version) + 1;
        publish({.version = version, .previous = policy->agreement()->hash, .status = status});
        auto const reloaded = policy->reload();
        ASSERT_TRUE(reloaded.ok()) << reloaded.error().detail;
        EXPECT_EQ(policy->member_of(clinic).error().code, Code::kDenied) << status;
        EXPECT_FALSE(policy->may_call(*member, "ITI-18")) << status;
    }
}

/// A connection may be open for longer than the certificate that opened it counts.
TEST_F(AgreementChain, AMemberWhoseCertificateHasEndedIsAStranger) {
    core::PeerCertificate clinic;
    clinic.subject = "CN=clinic";
    publish({});
    auto const policy = begun();
    clinic.not_after = "2999-12-31T23:59:59Z";
    EXPECT_TRUE(policy->member_of(clinic).ok());
    clinic.not_after = "1999-12-31T23:59:59Z";
    EXPECT_EQ(policy->member_of(clinic).error().code, Code::kDenied);
}

/// The next version in a file of its own, in force from 2030 on.
class NextVersion : public AgreementChain {
protected:
    NextVersion() {
        publish({});
        first_ = hash();
        fs::create_directories(folder_ / "next");
    }
    void announce(Words const& words, std::string const& signer = "hospital") {
        std::ofstream(next_file(), std::ios::trunc) << text(words);
        auto const who = test::signing_identity(signer);
        ASSERT_TRUE(sign_agreement(next_file(), "hospital", who.certificate, who.key).ok());
    }
    std::string next_file() const { return folder_ / "next" / "agreement.yaml"; }
    std::unique_ptr<AgreementPolicy> with_next() {
        auto policy = AgreementPolicy::open({file(), folder_ / "signers.yaml", "JP", next_file()},
                                            pool_, nullptr, clock_, {&audit_, "node", "region"});
        if (!policy) throw std::runtime_error(policy.error().detail);
        auto const done = (*policy)->begin();
        if (!done) throw std::runtime_error(done.error().detail);
        return std::move(*policy);
    }
    Words second() const {
        return {.version = 2,
                .previous = first_,
                .title = "second",
                .from = "2030-04-01",
                .status = "suspended"};
    }
    std::string first_;
};

TEST_F(NextVersion, WaitsForItsDayAndIsThenInForceWithoutARestart) {
    announce(second());
    auto const policy = with_next();
    EXPECT_EQ(policy->agreement()->version, 1);
    ASSERT_TRUE(policy->next_begins().has_value());
    EXPECT_TRUE(audit_.refused.empty());
    clock_.time = *policy->next_begins();
    ASSERT_TRUE(policy->reload().ok());
    EXPECT_EQ(policy->agreement()->version, 2);
    EXPECT_FALSE(policy->next_begins().has_value());
    EXPECT_EQ(rows().size(), 2U);
    EXPECT_EQ(audit_.activated.size(), 2U);
    // A restart finds it again, whatever the other file says.
    EXPECT_EQ(with_next()->agreement()->version, 2);
}

TEST_F(NextVersion, WhoseSignaturesAreMissingIsToldAtOnceAndHarmsNobody) {
    announce(second(), "stranger");
    auto const policy = with_next();
    EXPECT_EQ(policy->agreement()->version, 1);
    EXPECT_FALSE(policy->next_begins().has_value());
    ASSERT_EQ(audit_.refused.size(), 1U);
    clock_.time += std::chrono::hours(24 * 365 * 5);
    ASSERT_TRUE(policy->reload().ok());
    EXPECT_EQ(policy->agreement()->version, 1);
}

TEST_F(NextVersion, ARequestThatHasBegunFinishesUnderItsOwnVersion) {
    announce(second());
    auto const policy = with_next();
    core::PeerCertificate clinic;
    clinic.subject = "CN=clinic";
    domain::Subject begun;
    begun.member = *policy->member_of(clinic);
    clock_.time = *policy->next_begins();
    ASSERT_TRUE(policy->reload().ok());
    EXPECT_EQ(policy->member_of(clinic).error().code, Code::kDenied);  // suspended from now on
    EXPECT_TRUE(policy->admit(begun, "ITI-18"));
    core::TransactionSpec spec;
    spec.id = "ITI-18";
    auto const decision = policy->decide(begun, spec, {});
    ASSERT_TRUE(decision.ok()) << decision.error().detail;
    EXPECT_EQ(decision->agreement.substr(0, 3), "v1:");
}

/// What connections say about calls, from the file to the answer.
class Connections : public AgreementChain {
protected:
    std::unique_ptr<AgreementPolicy> with_terms(std::string const& terms,
                                                std::string const& sections = "") {
        std::string words = text({});
        auto const at = words.find("    transactions: [query]\n");
        words.erase(at, std::string("    transactions: [query]\n").size());
        words.insert(words.find("rules:\n"),
                     "connections:\n  - {peer: hospital, profile: jp-high, in: [feed, query], out: "
                     "[ITI-10]" +
                         terms + "}\n" + sections);
        std::ofstream(file(), std::ios::trunc) << words;
        sign("hospital");
        return begun();
    }
    static domain::Subject of(AgreementPolicy const& policy, std::string const& name) {
        core::PeerCertificate shown;
        shown.subject = "CN=" + name;
        domain::Subject out;
        out.member = *policy.member_of(shown);
        return out;
    }
};

TEST_F(Connections, ARateThatIsUsedUpIsBusyUntilItHasFilledAgain) {
    auto const policy = with_terms(", rate: 3/hour");
    auto const hospital = of(*policy, "hospital");
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(policy->admit(hospital, "ITI-18"));
    auto const more = policy->admit(hospital, "ITI-18");
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().code, Code::kBusy);
    EXPECT_EQ(more.error().reason, core::kReasonTooOften);
    for (int i = 0; i < 9; ++i)
        EXPECT_TRUE(policy->admit(of(*policy, "clinic"), "ITI-18")) << "another's connection";
    EXPECT_EQ(policy->admit(hospital, "ITI-43").error().code, Code::kDenied);
}

struct Demand {
    char const *line, *row;
    bool question, feed;  ///< whether they are admitted without a user
};
class DemandedUsers : public Connections, public ::testing::WithParamInterface<Demand> {};

TEST_P(DemandedUsers, AreThoseOfTheLineElseOfTheMembersRowAndForFeedsOfTheLineAlone) {
    auto const policy =
        with_terms(GetParam().line, std::string("authentication:\n  clause: K5\n  assertion: ") +
                                        GetParam().row +
                                        "\n  audiences: [urn:oid:2.999.1]\n"
                                        "  providers:\n    - issuer: https://idp.example/\n"
                                        "      certificates: [{fingerprint: " +
                                        std::string(64, 'A') +
                                        "}]\n  levels: [{context: card, level: 2}]\n"
                                        "  roles: [{role: medical, codes: [d^^1.2]}]\n"
                                        "  purposes: [{purpose: TREAT, codes: [TREAT^^5.8]}]\n");
    auto asks = of(*policy, "hospital");
    EXPECT_EQ(policy->admit(asks, "ITI-18").ok(), GetParam().question);
    EXPECT_EQ(policy->admit(asks, "ITI-8").ok(), GetParam().feed);
    asks.user_id = "dr<dr@https://idp.example/>";
    EXPECT_TRUE(policy->admit(asks, "ITI-18").ok()) << "asked before, answered later";
}
INSTANTIATE_TEST_SUITE_P(Words, DemandedUsers,
                         ::testing::Values(Demand{"", "optional", true, true},
                                           Demand{"", "required", false, true},
                                           Demand{", xua: none", "required", true, true},
                                           Demand{", xua: required", "optional", false, false}));

TEST_F(Connections, WhereThisNodeMayCallIsSaidByOut) {
    auto const policy = with_terms("");
    EXPECT_TRUE(policy->may_send("hospital", "ITI-10"));
    EXPECT_FALSE(policy->may_send("hospital", "ITI-46"));
    EXPECT_TRUE(policy->may_send("clinic", "ITI-46")) << "nothing is said about it";
}

}  // namespace
}  // namespace musubi::policy
