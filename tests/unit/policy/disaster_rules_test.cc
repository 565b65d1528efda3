// What a declared disaster and a broken seal open, and what they do not: pure decisions.

#include "policy/disaster.h"
#include "unit/policy/policy_world.h"

#include <gtest/gtest.h>

namespace musubi::policy::test {
namespace {

using domain::Action;
using domain::Confidentiality;

class InADisaster : public ::testing::Test {
protected:
    InADisaster() {
        region_.role("doctor", {Action::kQuery, Action::kIdentify, Action::kPublish});
        region_.role("pharmacist", {Action::kQuery});
        region_.role("tester", {Action::kQuery}, true);
        for (auto const* member : {"hospital", "clinic"}) region_.member(member, "doctor");
        region_.member("pharmacy", "pharmacist");
        region_.rule("K3", "doctor").highest = Confidentiality::kN;
        IdentityRule identity;
        identity.id = "K4";
        identity.role = "doctor";
        region_.a.identity_rules.push_back(identity);
        DisasterTerms& terms = region_.a.emergency.disaster;
        terms.clause = "K9";
        terms.roles = {"doctor"};
        terms.purposes = {"TREAT"};
        terms.highest = Confidentiality::kN;
        terms.opens_identifiers = true;
        disaster_.kind = "flood";
        disaster_.begins = kNow - std::chrono::minutes(1);
        disaster_.ends = kNow + std::chrono::minutes(1);
    }
    core::Decision ask(std::string const& member, Action action = Action::kQuery,
                       std::string const& purpose = "") {
        subject_ = region_.subject(member);
        subject_.purpose_of_use = purpose;
        query_.patients = {kPatient};
        Question const question{subject_, action, query_, now_, &disaster_};
        asks_consent_ = needs(region_.a, question).consent;
        return decide(region_.a, question, facts_);
    }
    bool sees(core::Decision const& decision, char letter = 'N') {
        return decision.permitted &&
               decision.scopes.at(0).second.allows(label("hospital", "t^^s", letter));
    }

    Region region_;
    Disaster disaster_;
    Facts facts_;
    WallTime now_ = kNow;
    domain::Subject subject_;
    core::PolicyQuery query_;
    bool asks_consent_ = false;
};

TEST_F(InADisaster, RolesOfTheAgreementSeeUpToItsMaximumWithoutConsent) {
    auto const decision = ask("clinic");
    EXPECT_TRUE(sees(decision));
    EXPECT_FALSE(sees(decision, 'R')) << "above the maximum";
    EXPECT_TRUE(asks_consent_) << "an absolute no must be known";
    EXPECT_EQ(decision.rule_id, "role-doctor,own,K9");
    EXPECT_FALSE(decision.emergency) << "nobody has broken the glass";
    ASSERT_EQ(decision.details.size(), 1U);
    EXPECT_EQ(decision.details[0].second.type, "disaster");
    EXPECT_FALSE(sees(ask("pharmacy"))) << "another role";
    EXPECT_FALSE(sees(ask("clinic", Action::kQuery, "HRESCH"))) << "another purpose";
    EXPECT_TRUE(sees(ask("clinic", Action::kQuery, "TREAT")));
}

TEST_F(InADisaster, IdentifiersAreOpenWhereTheAgreementSaysSo) {
    EXPECT_TRUE(
        ask("clinic", Action::kIdentify).scopes.at(0).second.identities.allows("2.999.5.0"));
    region_.a.emergency.disaster.opens_identifiers = false;
    EXPECT_FALSE(
        ask("clinic", Action::kIdentify).scopes.at(0).second.identities.allows("2.999.5.0"));
}

TEST_F(InADisaster, AnAbsoluteNoStandsAndAnOrdinaryOneGivesWay) {
    facts_.consent = {word(false, {}, 1)};
    EXPECT_TRUE(sees(ask("clinic")));
    facts_.consent[0].absolute = true;
    EXPECT_FALSE(sees(ask("clinic")));
}

TEST_F(InADisaster, ADeclarationMayBeForSomeOnlyAndEndsAtItsTime) {
    disaster_.members = {"hospital"};
    EXPECT_FALSE(sees(ask("clinic")));
    disaster_.members.clear();
    disaster_.roles = {"nurse"};
    EXPECT_FALSE(sees(ask("clinic")));
    disaster_.roles.clear();
    now_ = disaster_.ends;
    EXPECT_FALSE(sees(ask("clinic"))) << "over";
    now_ = disaster_.begins - std::chrono::seconds(1);
    EXPECT_FALSE(sees(ask("clinic"))) << "not yet";
}

TEST_F(InADisaster, NothingIsOpenedThatTheAgreementDoesNotProvideFor) {
    region_.a.emergency.disaster.members = {"hospital"};
    EXPECT_FALSE(sees(ask("clinic"))) << "a declaration never widens the agreement";
    region_.a.emergency.disaster.members.clear();
    region_.a.emergency.disaster.clause.clear();
    EXPECT_FALSE(sees(ask("clinic")));
}

TEST_F(InADisaster, PublishingStaysAsItWas) {
    subject_ = region_.subject("clinic");
    query_.patients = {kPatient};
    query_.publishes = {label("clinic")};
    query_.refers = true;
    facts_.authorities[kPatient] = {"2.999.5.1"};
    auto const decision =
        decide(region_.a, Question{subject_, Action::kPublish, query_, kNow, &disaster_}, facts_);
    ASSERT_TRUE(decision.permitted);
    EXPECT_FALSE(decision.scopes.at(0).second.allows(label("hospital")))
        << "what may be referred to is what a query shows, emergencies apart";
}

TEST_F(InADisaster, AnEmergencyAccountActsByItsOwnClauseInTheNameOfItsHolder) {
    SealedAccountTerms account;
    account.code = "E1";
    account.clause = "K10";
    account.member = "clinic";
    account.role = "doctor";
    account.highest = Confidentiality::kR;
    account.minutes = 60;
    region_.a.emergency.accounts = {account};
    auto member = region_.a.member("clinic")->member;
    member.emergency_account = std::make_shared<domain::EmergencyAccount const>(
        domain::EmergencyAccount{"E1", "dr-aoba", "SYSTEM-DOWN"});
    subject_ = domain::subject_of(member, "CN=e1", "10.0.0.1");
    EXPECT_EQ(subject_.user_id, "dr-aoba");
    EXPECT_EQ(subject_.purpose_of_use, "BTG");
    query_.patients = {kPatient};
    auto const decision =
        decide(region_.a, Question{subject_, Action::kQuery, query_, kNow}, facts_);
    EXPECT_TRUE(decision.emergency);
    EXPECT_TRUE(sees(decision, 'R'));
    EXPECT_FALSE(sees(decision, 'V'));
    EXPECT_EQ(decision.rule_id, "role-doctor,own,K10");
    region_.a.emergency.accounts.clear();
    auto const gone = decide(region_.a, Question{subject_, Action::kQuery, query_, kNow}, facts_);
    EXPECT_FALSE(gone.emergency) << "the next agreement names it no more";
    EXPECT_FALSE(sees(gone));
}

}  // namespace
}  // namespace musubi::policy::test
