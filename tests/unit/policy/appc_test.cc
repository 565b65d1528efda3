#include "policy/appc.h"

#include "platform/xml/parse.h"
#include "policy/users.h"
#include "support/policy_sets.h"
#include "unit/policy/policy_world.h"

#include <gtest/gtest.h>

namespace musubi::policy {
namespace {

using namespace musubi::test;
using Words = std::vector<std::pair<ConsentChange, bool>>;

constexpr char kId[] = "urn:uuid:58bbfa76-4d65-4fa1-b0af-c862b52a20d4";
constexpr char kLoinc[] = "2.16.840.1.113883.6.1";
constexpr char kPurposes[] = "2.16.840.1.113883.5.8";
constexpr char kFind[] = "urn:ihe:iti:2007:RegistryStoredQuery";
constexpr char kFetch[] = "urn:ihe:iti:2007:RetrieveDocumentSet";

class AdvancedConsent : public ::testing::Test {
protected:
    AdvancedConsent() {
        region_.member("hospital", "doctors");
        region_.member("clinic", "doctors");
        region_.a.members[0].member.institution_oid = "2.999.1.1.11";
        region_.a.members[1].member.institution_oid = "2.999.1.1.22";
        auto users = std::make_shared<UserTerms>();
        users->purposes["TREAT^^" + std::string(kPurposes)] = "TREAT";
        region_.a.users = users;
        PolicyMeaning agrees{"2.999.1.200.1", "K4.1", {{}}, 1};
        PolicyMeaning but{"2.999.1.200.4", "K4.4", {{}, {}}, 1};
        but.words[1].granted = false;
        but.words[1].code = "T^^" + std::string(kLoinc);
        region_.a.consent.policies = {agrees, but};
        entry_.unique_id = kId;
    }
    Result<Words> words(std::string const& text) const {
        auto const document = xml::parse(as_bytes(text));
        EXPECT_TRUE(document) << text;
        auto const policies = xacml::read_policy_set(document->root());
        EXPECT_TRUE(policies) << text;
        std::string const patient = policy::test::kPatient;
        return words_of(*policies, region_.a, region_.subject("hospital"),
                        {patient, "entry:1", entry_});
    }
    Result<Words> of_rules(std::string const& rules,
                           std::string const& algorithm = "deny-overrides") const {
        return words(appc_document(kId, patient_, rules, algorithm));
    }
    /// "grant all", "withdraw code T^^...": sorted as they would be entered; without publishing.
    std::vector<std::string> told(Result<Words> const& words) const {
        if (!words) return {"refused: " + words.error().issues.at(0).context};
        std::vector<std::string> out;
        for (auto const& [change, granted] : *words) {
            if (change.about == ConsentAbout::kView)
                out.push_back((granted ? "grant " : "withdraw ") + to_string(change.scope));
        }
        return out;
    }
    std::vector<std::string> told_of(std::string const& rules,
                                     std::string const& algorithm = "deny-overrides") const {
        return told(of_rules(rules, algorithm));
    }
    std::string refusal(Result<Words> const& words) const {
        EXPECT_FALSE(words);
        if (words) return "";
        EXPECT_EQ(words.error().code, Code::kInvalidContent);
        return words.error().issues.at(0).context;
    }

    policy::test::Region region_;
    domain::DocumentEntry entry_;
    AppcMatch const patient_ = appc_patient("2.999.1.1.1", "R1");
    AppcMatch const clinic_ = appc_organisation("2.999.1.1.22");
    AppcMatch const kind_ = appc_entry("type-code", "T", kLoinc);
};

using Told = std::vector<std::string>;

TEST_F(AdvancedConsent, SaysWhatItsRulesSay) {
    EXPECT_EQ(told_of(appc_rule(true)), Told{"grant all"});
    EXPECT_EQ(told_of(appc_rule(false)), Told{"withdraw all"});
    EXPECT_EQ(told_of(appc_rule(true, {clinic_})), Told{"grant reader clinic"});
    EXPECT_EQ(told_of(appc_rule(true, {appc_purpose("TREAT", kPurposes)})),
              Told{"grant purpose TREAT"});
    EXPECT_EQ(told_of(appc_rule(true, {appc_entry("practice-setting-code", "01", "2.999.7")})),
              Told{"grant department 01^^2.999.7"});
    auto const view = of_rules(appc_rule(true));
    ASSERT_TRUE(view);
    EXPECT_EQ(view->size(), 2U) << "without an action it is about viewing and publishing";
    EXPECT_EQ(view->front().first.evidence, "entry:1");
    EXPECT_EQ(view->front().first.patient, policy::test::kPatient);
}

TEST_F(AdvancedConsent, WithholdsBeforeItGrantsSoThatNothingGrantedIsEnded) {
    EXPECT_EQ(told_of(appc_rule(true) + appc_rule(false, {kind_})),
              (Told{"withdraw code T^^" + std::string(kLoinc), "grant all"}));
}

TEST_F(AdvancedConsent, LeavesOutWhatNeverCountsUnderItsAlgorithm) {
    std::string const narrow = appc_rule(true, {kind_, clinic_}), wide = appc_rule(false, {kind_});
    std::string const kind = "code T^^" + std::string(kLoinc);
    EXPECT_EQ(told_of(narrow + wide), Told{"withdraw " + kind});
    EXPECT_EQ(told_of(narrow + wide, "first-applicable"),
              (Told{"withdraw " + kind, "grant reader clinic, " + kind}));
    EXPECT_EQ(told_of(wide + narrow, "first-applicable"), Told{"withdraw " + kind});
    EXPECT_EQ(told_of(narrow + wide, "permit-overrides"),
              (Told{"withdraw " + kind, "grant reader clinic, " + kind}));
    EXPECT_EQ(told_of(appc_rule(true) + appc_rule(false, {clinic_}), "permit-overrides"),
              Told{"grant all"});
    EXPECT_EQ(told_of(appc_rule(true, {clinic_}) + appc_rule(false), "first-applicable"),
              (Told{"withdraw all", "grant reader clinic"}))
        << "the usual form of a list of exceptions";
}

TEST_F(AdvancedConsent, IsRefusedWhereWordsWouldComeToAnotherEnd) {
    // Both speak of the clinic's kind T; words let who withholds win, the algorithm the other one.
    std::string const by_reader = appc_rule(true, {clinic_}), by_kind = appc_rule(false, {kind_});
    EXPECT_NE(refusal(of_rules(by_reader + by_kind, "permit-overrides")).find("overlap"),
              std::string::npos);
    EXPECT_NE(refusal(of_rules(by_reader + by_kind, "first-applicable")).find("overlap"),
              std::string::npos);
    EXPECT_TRUE(of_rules(by_reader + by_kind));
    EXPECT_TRUE(of_rules(by_kind + by_reader, "first-applicable"));
    // Withheld for a while, granted more exactly for ever.
    EXPECT_NE(refusal(of_rules(appc_rule(true, {clinic_}) +
                               appc_rule(false, {appc_day("less-than-or-equal", "2026-01-01")})))
                  .find("overlap"),
              std::string::npos);
    EXPECT_NE(refusal(of_rules(by_reader + by_kind, "only-one-applicable")).find("algorithm"),
              std::string::npos);
}

TEST_F(AdvancedConsent, HoldsForItsDaysInJapanAndForThoseOfItsEntry) {
    auto const said = of_rules(appc_rule(true, {appc_day("less-than-or-equal", "2026-04-01"),
                                                appc_day("greater-than-or-equal", "2026-04-30")}));
    ASSERT_TRUE(said);
    auto const& change = said->front().first;
    EXPECT_EQ(to_rfc3339(*change.from).substr(0, 19), "2026-03-31T15:00:00");
    EXPECT_EQ(to_rfc3339(*change.until).substr(0, 19), "2026-04-30T15:00:00");
    entry_.service_stop_time = "20260410";
    auto const shorter = of_rules(appc_rule(true, {appc_day("less-than-or-equal", "2026-04-01")}));
    ASSERT_TRUE(shorter);
    EXPECT_EQ(to_rfc3339(*shorter->front().first.until).substr(0, 10), "2026-04-11");
    EXPECT_NE(refusal(of_rules(appc_rule(true, {appc_day("less-than-or-equal", "2026-05-01")})))
                  .find("says nothing"),
              std::string::npos);
    EXPECT_NE(refusal(of_rules(appc_rule(true, {appc_day("equal", "2026-02-30")}))).find("no day"),
              std::string::npos);
}

TEST_F(AdvancedConsent, SpeaksOfViewingWhenItNamesFindingAndRetrieving) {
    auto const both = [&](std::vector<std::string> const& actions) {
        std::string list;
        for (auto const& one : actions) {
            std::string const target = appc_target({appc_action(one)});
            auto const begin = target.find("<Action>");
            list += target.substr(begin, target.find("</Actions>") - begin);
        }
        return "<Rule RuleId=\"r\" Effect=\"Permit\"><Target><Actions>" + list +
               "</Actions></Target></Rule>";
    };
    auto const view = of_rules(both({kFind, kFetch}));
    ASSERT_TRUE(view);
    ASSERT_EQ(view->size(), 1U);
    EXPECT_EQ(view->front().first.about, ConsentAbout::kView);
    auto const publish = of_rules(both({"urn:ihe:iti:2007:RegisterDocumentSet-b"}));
    ASSERT_TRUE(publish);
    ASSERT_EQ(publish->size(), 1U);
    EXPECT_EQ(publish->front().first.about, ConsentAbout::kPublish);
    EXPECT_NE(refusal(of_rules(both({kFind}))).find("belong together"), std::string::npos);
    EXPECT_FALSE(of_rules(both({"urn:ihe:iti:2010:UpdateDocumentSet"})));
}

TEST_F(AdvancedConsent, ReferencesMeanWhatTheAgreementSaysUnderTheTargetsAroundThem) {
    EXPECT_EQ(
        told(words(appc_set(kId, {patient_, clinic_}, appc_reference("urn:oid:2.999.1.200.1")))),
        Told{"grant reader clinic"});
    EXPECT_EQ(told(words(appc_set(kId, {patient_}, appc_reference("2.999.1.200.4")))),
              (Told{"withdraw code T^^" + std::string(kLoinc), "grant all"}));
    EXPECT_NE(refusal(words(appc_set(kId, {patient_}, appc_reference("urn:oid:2.999.9"))))
                  .find("no privacy policy of this region"),
              std::string::npos);
    EXPECT_FALSE(words(appc_set(
        kId, {patient_}, appc_reference("2.999.1.200.4") + appc_reference("2.999.1.200.1"))));
}

TEST_F(AdvancedConsent, WhatNoWordCanNameIsRefusedWithItsName) {
    AppcMatch role = appc_purpose("HCP", "2.999.8");
    role.attribute = "urn:oasis:names:tc:xacml:2.0:subject:role";
    EXPECT_NE(refusal(of_rules(appc_rule(true, {role}))).find("subject:role"), std::string::npos);
    AppcMatch author = appc_entry("x", "1", "2.999.8");
    author.attribute = "urn:ihe:iti:appc:2016:author-institution:id";
    EXPECT_NE(refusal(of_rules(appc_rule(true, {author}))).find("author-institution"),
              std::string::npos);
    EXPECT_FALSE(of_rules(appc_rule(true, {appc_entry("confidentiality-code", "R", "2.999.8")})));
    EXPECT_FALSE(of_rules(appc_rule(true, {appc_organisation("2.999.1.1.99")})));
    EXPECT_FALSE(of_rules(appc_rule(true, {appc_purpose("HMARKT", kPurposes)})));
    EXPECT_FALSE(of_rules(appc_rule(true, {kind_, appc_entry("class-code", "C", kLoinc)})));
    AppcMatch other = clinic_;
    other.function = "urn:oasis:names:tc:xacml:1.0:function:regexp-string-match";
    EXPECT_FALSE(of_rules(appc_rule(true, {other})));
}

TEST_F(AdvancedConsent, IsOfThePatientOfItsEntryAndOfItsOwnIdentifier) {
    EXPECT_FALSE(words(appc_document(kId, appc_patient("2.999.1.1.1", "R2"), appc_rule(true))));
    EXPECT_NE(refusal(words(appc_set(kId, {clinic_}, appc_reference("2.999.1.200.1"))))
                  .find("names the patient"),
              std::string::npos);
    EXPECT_NE(refusal(words(appc_document("urn:uuid:00000000-0000-4000-8000-000000000001", patient_,
                                          appc_rule(true))))
                  .find("uniqueId"),
              std::string::npos);
}

}  // namespace
}  // namespace musubi::policy
