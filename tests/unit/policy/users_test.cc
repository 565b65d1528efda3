// Users in terms of the agreement: section `authentication`, and what becomes of an assertion.
#include "policy/users.h"

#include "platform/base/digest.h"
#include "policy/agreement.h"
#include "policy/agreement_users.h"
#include "support/assertions.h"
#include "support/source_tree.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace musubi::policy {
namespace {

namespace fs = std::filesystem;

std::string const kSection = R"(clause: K5
assertion: optional
audiences: [urn:oid:2.999.1.1]
providers:
  - issuer: https://idp.example/
    certificates: [{file: idp.crt}]
  - issuer: https://once.example/
    certificates: [{fingerprint: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA}]
    once: true
levels:
  - {context: password, level: 1}
  - {context: card, level: 2}
minimum_levels:
  - {level: 2, roles: [doctor], purposes: any}
roles:
  - {role: doctor, codes: [Medical Doctor^^1.2, plain^^]}
  - {role: clerk, codes: [Clerk^^1.2]}
purposes:
  - {purpose: TREAT, codes: [TREAT^^5.8, TREATMENT^^7.1]}
members:
  - {member: strict, assertion: required}
)";

class Users : public ::testing::Test {
protected:
    Users() {
        folder_ = fs::temp_directory_path() / ("musubi-users-" + std::to_string(::getpid()));
        fs::create_directories(folder_);
        static test::AssertionSigner const* const signer = new test::AssertionSigner();
        std::ofstream(folder_ / "idp.crt") << signer->certificate_pem();
        for (char const* code : {"doctor", "clerk", "guest"}) {
            Role role;
            role.code = code;
            agreement_.roles.push_back(role);
        }
        add_member("hospital", "2.999.7.1", {"guest", "doctor"});
        add_member("strict", "2.999.7.2", {"guest"});
        add_member("gateway", "2.999.7.3", {"guest", "doctor"});
        agreement_.members.back().speaks_for = {"hospital"};
    }
    ~Users() override { fs::remove_all(folder_); }

    void add_member(std::string code, std::string oid, std::set<std::string> roles) {
        AgreementMember one;
        one.member.code = std::move(code);
        one.member.institution_oid = std::move(oid);
        one.member.default_role = "guest";
        one.roles = std::move(roles);
        agreement_.members.push_back(std::move(one));
    }
    std::vector<std::string> problems(std::string const& text) {
        Problems found("f");
        load_users(YAML::Load(text), folder_, found, agreement_);
        std::vector<std::string> out;
        if (found.none()) return out;
        for (Issue const& issue : std::move(found).error().issues) out.push_back(issue.context);
        return out;
    }
    void load() { ASSERT_EQ(problems(kSection), std::vector<std::string>{}); }

    Result<domain::Subject> named(domain::UserAssertion user, std::string const& member) {
        domain::Subject subject;
        subject.member = agreement_.member(member)->member;
        return with_user(agreement_, std::move(subject),
                         std::make_shared<domain::UserAssertion const>(std::move(user)),
                         system_clock().now());
    }
    static domain::UserAssertion doctor() {
        domain::UserAssertion user;
        user.issuer = "https://idp.example/";
        user.name_id = "u-1";
        user.organisation_ids = {"urn:oid:2.999.7.1"};
        user.roles = {{"Medical Doctor", "1.2", "", ""}};
        user.purposes = {{"TREATMENT", "7.1", "", ""}};
        user.authn_classes = {"card"};
        return user;
    }

    fs::path folder_;
    Agreement agreement_;
};

TEST_F(Users, TheSectionSaysWhoseAssertionsCountForWhom) {
    load();
    auto const use = [&](char const* member) {
        return assertion_rules(agreement_.users.get(), agreement_.member(member)->member).use;
    };
    EXPECT_EQ(use("hospital"), domain::AssertionUse::kOptional);
    EXPECT_EQ(use("strict"), domain::AssertionUse::kRequired);
    auto const& trust = *agreement_.users->trust;
    ASSERT_EQ(trust.providers.size(), 2U);
    EXPECT_EQ(trust.providers[0].certificates.size(), 1U);
    EXPECT_FALSE(trust.providers[0].once);
    EXPECT_EQ(trust.providers[1].fingerprints, std::vector<std::string>{std::string(64, 'a')});
    EXPECT_EQ(trust.authn_classes, (std::vector<std::string>{"password", "card"}));
    EXPECT_EQ(trust.skew, std::chrono::seconds(60));
    EXPECT_TRUE(serves_once(*agreement_.users, "https://once.example/"));
    EXPECT_FALSE(serves_once(*agreement_.users, "https://idp.example/"));
    EXPECT_EQ(assertion_rules(nullptr, {}).use, domain::AssertionUse::kOff);
}

TEST_F(Users, RoleAndPurposeAreTranslated) {
    load();
    auto const subject = named(doctor(), "hospital");
    ASSERT_TRUE(subject.ok()) << subject.error().detail;
    EXPECT_EQ(subject->role, "doctor");
    EXPECT_EQ(subject->purpose_of_use, "TREAT");
    EXPECT_EQ(subject->user_name, "<u-1@https://idp.example/>");
    EXPECT_NE(subject->assertion, nullptr);
    auto bare = doctor();
    bare.roles = {{"unknown", "9", "", ""}, {"plain", "", "", ""}};  // the first that is known
    bare.purposes.clear();
    auto const second = named(bare, "hospital");
    ASSERT_TRUE(second.ok());
    EXPECT_EQ(second->role, "doctor");
    EXPECT_EQ(second->purpose_of_use, "");
}

TEST_F(Users, WhomTheAgreementDoesNotKnowItGivesNothing) {
    load();
    auto user = doctor();
    user.roles = {{"Clerk", "1.2", "", ""}};  // a role of the agreement, but not of this member
    EXPECT_EQ(named(user, "hospital")->role, domain::kNoRole);
    user.roles.clear();
    EXPECT_EQ(named(user, "hospital")->role, domain::kNoRole);
    user = doctor();
    user.roles[0].system = "1.3";
    EXPECT_EQ(named(user, "hospital")->role, domain::kNoRole);
    user = doctor();
    user.purposes = {{"CURIOSITY", "7.1", "", ""}};
    EXPECT_EQ(named(user, "hospital")->role, domain::kNoRole);
}

TEST_F(Users, TheOrganisationIsTheSendersOrOneItSpeaksFor) {
    load();
    EXPECT_TRUE(named(doctor(), "gateway").ok());
    for (std::vector<std::string> const& ids : {std::vector<std::string>{},
                                                {"urn:oid:2.999.7.2"},
                                                {"urn:oid:2.999.7.1", "urn:oid:9.9"}}) {
        auto user = doctor();
        user.organisation_ids = ids;
        auto const refused = named(user, "hospital");
        ASSERT_FALSE(refused.ok());
        EXPECT_EQ(refused.error().code, Code::kUnauthenticated);
        EXPECT_EQ(refused.error().reason, domain::kReasonOtherOrganisation);
    }
    EXPECT_FALSE(named(doctor(), "strict").ok());
    auto plain = doctor();
    plain.organisation_ids = {"2.999.7.1"};
    EXPECT_TRUE(named(plain, "hospital").ok());
}

// AC-5: a gateway acts as the organisation in whose name it comes, with its rights and data.
TEST_F(Users, WhoSpeaksForAnotherActsAsThatOne) {
    load();
    auto const subject = named(doctor(), "gateway");
    ASSERT_TRUE(subject.ok()) << subject.error().detail;
    EXPECT_EQ(subject->member.code, "hospital");
    EXPECT_EQ(subject->via, "gateway");
    EXPECT_EQ(subject->role, "doctor");
    auto own = doctor();
    own.organisation_ids = {"urn:oid:2.999.7.3"};
    EXPECT_EQ(named(own, "gateway")->member.code, "gateway");
    EXPECT_EQ(named(own, "gateway")->via, "");
    // Not for two at once, and not for one that has left.
    auto both = doctor();
    both.organisation_ids = {"urn:oid:2.999.7.1", "urn:oid:2.999.7.3"};
    EXPECT_EQ(named(both, "gateway").error().reason, domain::kReasonOtherOrganisation);
    agreement_.members.front().status = MemberStatus::kLeft;
    EXPECT_EQ(named(doctor(), "gateway").error().reason, domain::kReasonOtherOrganisation);
}

TEST_F(Users, AnotherRegionVouchesForPeopleOfItsOwnMembersAndActsItself) {
    load();
    add_member("region", "2.999.8.1", {"guest", "doctor"});
    agreement_.members.back().kind = "community";
    auto user = doctor();
    user.organisation_ids = {"urn:oid:2.999.8.77"};
    auto const subject = named(user, "region");
    ASSERT_TRUE(subject.ok()) << subject.error().detail;
    EXPECT_EQ(subject->member.code, "region");
    EXPECT_EQ(subject->role, "doctor");
    EXPECT_FALSE(subject->user_name.empty());
    EXPECT_EQ(named(doctor(), "region").error().reason, domain::kReasonOtherOrganisation)
        << "nobody elsewhere speaks for a member of ours";
    EXPECT_EQ(named(user, "gateway").error().reason, domain::kReasonOtherOrganisation)
        << "a member that is no region names its own people";
    user.organisation_ids = {"urn:oid:2.999.8.77", "urn:oid:2.999.7.1"};
    EXPECT_FALSE(named(user, "region").ok());
}

TEST_F(Users, AConnectionMayHaveTermsOfItsOwn) {
    load();
    Connection retrieving;
    retrieving.peer = "hospital";
    retrieving.in = {"ITI-43"};
    retrieving.users = domain::AssertionUse::kRequired;
    agreement_.connections = {retrieving};
    auto const& hospital = agreement_.member("hospital")->member;
    EXPECT_EQ(assertion_rules(agreement_, hospital, "ITI-43").use, domain::AssertionUse::kRequired);
    EXPECT_EQ(assertion_rules(agreement_, hospital, "ITI-18").use, domain::AssertionUse::kOptional);
    agreement_.connections[0].users = domain::AssertionUse::kOff;
    EXPECT_EQ(assertion_rules(agreement_, hospital, "ITI-43").use, domain::AssertionUse::kOff);
}

TEST_F(Users, APasswordIsNotEnoughWhereTwoFactorsAreDue) {
    load();
    auto user = doctor();
    user.authn_classes = {"password"};
    auto const refused = named(user, "hospital");
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::kUnauthenticated);
    user.authn_classes = {"password", "card"};
    EXPECT_TRUE(named(user, "hospital").ok());
}

TEST_F(Users, MistakesAreAllTold) {
    auto const changed = [](std::string text, std::string const& what, std::string const& by) {
        auto const at = text.find(what);
        EXPECT_NE(at, std::string::npos) << what;
        return text.replace(at, what.size(), by);
    };
    std::vector<std::pair<std::string, std::string>> const mistakes = {
        {"assertion: optional", "assertion: perhaps"},
        {"audiences: [urn:oid:2.999.1.1]\n", ""},
        {"file: idp.crt", "file: absent.crt"},
        {"fingerprint: A", "fingerprint: X"},
        {"https://once.example/", "https://idp.example/"},
        {"level: 1}", "level: 9}"},
        {"roles: [doctor]", "roles: [nobody]"},
        {"{role: doctor,", "{role: nobody,"},
        {"Medical Doctor^^1.2", "Medical Doctor"},
        {"TREAT^^5.8", "TREAT"},
        {"member: strict", "member: nobody"},
        {"clause: K5", "claws: K5"},
    };
    for (auto const& [what, by] : mistakes)
        EXPECT_FALSE(problems(changed(kSection, what, by)).empty()) << by;
}

TEST_F(Users, VocabulariesOfProfessionsArePinnedByTheirHash) {
    auto const file = test::source_dir() / "profiles/japan/user-roles.yaml";
    fs::copy_file(file, folder_ / "roles.yaml");
    std::string const hash = to_hex(sha256(as_bytes(test::read_file(file))));
    auto const section = [&](std::string const& pinned, std::string const& kind) {
        return kSection + "vocabularies: [{file: roles.yaml, hash: \"sha256:" + pinned + "\"}]\n" +
               "patient: ignored\n" + "skew_seconds: 5\n" + "#" + kind;
    };
    std::string text = section(hash, "");
    text.replace(text.find("codes: [Medical Doctor^^1.2, plain^^]"), 37,
                 "kinds: [physician, nurse]");
    ASSERT_EQ(problems(text), std::vector<std::string>{});
    EXPECT_EQ(agreement_.users->roles.at("Midwife^^1.2.392.100495.1.6.1.1"),
              std::vector<std::string>{"doctor"});
    EXPECT_FALSE(agreement_.users->patient_binds);
    EXPECT_FALSE(problems(section(std::string(64, '0'), "")).empty());
    std::string unknown = text;
    unknown.replace(unknown.find("kinds: [physician"), 17, "kinds: [astronaut");
    EXPECT_FALSE(problems(unknown).empty());
}

TEST_F(Users, TheSampleOfTheRegionLoads) {
    auto const file = test::source_dir() / "profiles/regions/sample/users-kita.yaml";
    fs::create_directories(folder_ / "pki");
    fs::copy_file(folder_ / "idp.crt", folder_ / "pki/idp.crt");
    fs::create_directories(folder_ / "region");
    for (char const* code : {"medical-institution", "pharmacy", "conformance-test"}) {
        Role role;
        role.code = code;
        agreement_.roles.push_back(role);
    }
    Problems found("f");
    load_users(YAML::LoadFile(file.string())["authentication"], folder_ / "region", found,
               agreement_);
    EXPECT_TRUE(found.none());
    EXPECT_EQ(agreement_.users->by_default, domain::AssertionUse::kOptional);
}

}  // namespace
}  // namespace musubi::policy
