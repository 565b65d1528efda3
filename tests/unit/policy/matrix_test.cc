// The access matrix: conditions, order of the rows, and what a row does beside opening.

#include "policy/matrix.h"
#include "unit/policy/policy_world.h"

#include <gtest/gtest.h>

#include <iostream>
#include <random>

namespace musubi::policy::test {
namespace {

using domain::Action;
using domain::Confidentiality;

Region region() {
    Region r;
    r.role("doctor", {Action::kQuery, Action::kRetrieve, Action::kPublish, Action::kIdentify});
    r.member("hospital", "doctor");
    r.member("clinic", "doctor");
    r.member("other", "doctor");
    return r;
}

bool sees(Region const& r, domain::Label const& document, Facts const& facts = {},
          Action action = Action::kQuery) {
    auto const decision = r.ask(r.subject("clinic"), action, facts);
    return decision.permitted && decision.scopes.at(0).second.allows(document);
}

TEST(Matrix, DenyBeatsPermitOfTheSameLevelAndMoreConditionsBeatBoth) {
    auto r = region();
    r.rule("1", "doctor").needs_consent = false;
    EXPECT_TRUE(sees(r, label("hospital")));
    r.rule("2", "doctor").deny = true;
    EXPECT_FALSE(sees(r, label("hospital"))) << "same level";
    auto& narrow = r.rule("3", "doctor");
    narrow.needs_consent = false;
    narrow.type_codes = {"t^^s"};
    EXPECT_TRUE(sees(r, label("hospital"))) << "one condition more";
    EXPECT_FALSE(sees(r, label("hospital", "u^^s")));
    auto& narrower = r.rule("4", "doctor");
    narrower.deny = true;
    narrower.type_codes = {"t^^s"};
    narrower.practice_settings = {"psychiatry^^s"};
    EXPECT_TRUE(sees(r, label("hospital")));
    EXPECT_FALSE(sees(r, label("hospital", "t^^s", 'N', "psychiatry^^s")));
}

TEST(Matrix, OwnDocumentsAreOpenWhateverRowsSayAboutOthers) {
    auto r = region();
    r.rule("1", "doctor").deny = true;
    EXPECT_TRUE(sees(r, label("clinic", "t^^s", 'V')));
    EXPECT_FALSE(sees(r, label("hospital")));
    auto& own = r.rule("2", "doctor");
    own.own = true;
    own.needs_consent = false;
    own.highest = Confidentiality::kR;
    EXPECT_TRUE(sees(r, label("clinic", "t^^s", 'R')));
    EXPECT_FALSE(sees(r, label("clinic", "t^^s", 'V'))) << "the agreement says which own ones";
}

TEST(Matrix, ConfidentialityIsOrderedAndWhatNobodyUnderstandsIsTheHighest) {
    auto r = region();
    auto& rule = r.rule("1", "doctor");
    rule.needs_consent = false;
    rule.highest = Confidentiality::kN;
    for (char const open : {'U', 'L', 'M', 'N'})
        EXPECT_TRUE(sees(r, label("hospital", "t^^s", open))) << open;
    for (char const closed : {'R', 'V'})
        EXPECT_FALSE(sees(r, label("hospital", "t^^s", closed))) << closed;
    auto strange = label("hospital");
    strange.confidentiality_codes = {"N^^2.999.77"};
    EXPECT_FALSE(sees(r, strange)) << "a code of an unknown scheme";
    strange.confidentiality_codes = {conf('N'), conf('R')};
    EXPECT_FALSE(sees(r, strange)) << "the highest of several counts";
    strange.confidentiality_codes = {};
    EXPECT_FALSE(sees(r, strange)) << "no code tells nothing";
    r.a.rules[0].highest = Confidentiality::kV;
    EXPECT_TRUE(sees(r, strange));
}

TEST(Matrix, TreatingMeansAnOwnRecordOrADeclaration) {
    auto r = region();
    auto& rule = r.rule("1", "doctor");
    rule.needs_consent = false;
    rule.relation = Relation::kTreating;
    Facts facts;
    EXPECT_FALSE(sees(r, label("hospital"), facts));
    facts.authorities[kPatient] = {"2.999.5.0"};
    EXPECT_FALSE(sees(r, label("hospital"), facts)) << "another member's record";
    facts.authorities[kPatient] = {"2.999.5.1"};
    EXPECT_TRUE(sees(r, label("hospital"), facts));
    facts.authorities.clear();
    facts.declared = {kOtherPatient};
    EXPECT_FALSE(sees(r, label("hospital"), facts));
    facts.declared = {kPatient};
    EXPECT_TRUE(sees(r, label("hospital"), facts));
    auto const who = r.subject("clinic");
    core::PolicyQuery query;
    query.patients = {kPatient};
    EXPECT_TRUE(needs(r.a, Question{who, Action::kQuery, query, kNow}).relation);

    r.a.rules[0].relation = Relation::kNone;
    EXPECT_FALSE(sees(r, label("hospital"), facts));
    EXPECT_TRUE(sees(r, label("hospital")));
}

TEST(Matrix, RowsOfOtherRolesMembersPurposesAndActionsSayNothing) {
    auto const open = [](auto change, std::string purpose = "", Action action = Action::kQuery) {
        auto r = region();
        auto& rule = r.rule("1", "doctor");
        rule.needs_consent = false;
        change(rule);
        auto who = r.subject("clinic");
        who.purpose_of_use = std::move(purpose);
        return r.ask(who, action).scopes.at(0).second.allows(label("hospital"));
    };
    EXPECT_TRUE(open([](AccessRule&) {}));
    EXPECT_FALSE(open([](AccessRule& r) { r.role = "nurse"; }));
    EXPECT_FALSE(open([](AccessRule& r) { r.members = {"other"}; }));
    EXPECT_TRUE(open([](AccessRule& r) { r.members = {"other", "clinic"}; }));
    EXPECT_FALSE(open([](AccessRule& r) { r.owners = {"other"}; }));
    EXPECT_TRUE(open([](AccessRule& r) { r.owners = {"hospital"}; }));
    EXPECT_FALSE(open([](AccessRule& r) { r.purposes = {"HRESCH"}; }));
    EXPECT_TRUE(open([](AccessRule& r) { r.purposes = {"TREAT"}; })) << "who says nothing treats";
    EXPECT_TRUE(open([](AccessRule& r) { r.purposes = {"HRESCH"}; }, "HRESCH"));
    EXPECT_FALSE(open([](AccessRule& r) { r.actions = {RuleAction::kRetrieve}; }));
    EXPECT_TRUE(
        open([](AccessRule& r) { r.actions = {RuleAction::kRetrieve}; }, "", Action::kRetrieve));
}

TEST(Matrix, AShadowRowIsToldAndChangesNothing) {
    auto r = region();
    r.rule("1", "doctor").needs_consent = false;
    auto& shadow = r.rule("2", "doctor");
    shadow.deny = true;
    shadow.shadow = true;
    auto const decision = r.ask(r.subject("clinic"), Action::kQuery);
    EXPECT_TRUE(decision.scopes.at(0).second.allows(label("hospital")));
    EXPECT_EQ(decision.shadow_rules, std::vector<std::string>{"2"});
    ASSERT_EQ(decision.details.size(), 1U);
    EXPECT_EQ(decision.details[0].first, kPatient);
    EXPECT_EQ(decision.details[0].second.value, "2");
}

TEST(Matrix, ARefusalIsToldOnlyWhereTheAgreementSaysSo) {
    auto r = region();
    auto& rule = r.rule("1", "doctor");
    rule.deny = true;
    rule.purposes = {"HRESCH"};
    rule.told = true;
    auto who = r.subject("clinic");
    EXPECT_TRUE(r.ask(who, Action::kQuery).permitted);
    who.purpose_of_use = "HRESCH";
    auto const refused = r.ask(who, Action::kQuery);
    EXPECT_FALSE(refused.permitted);
    EXPECT_TRUE(refused.told);
    EXPECT_EQ(refused.rule_id, "1");
    r.a.rules[0].told = false;
    auto const silent = r.ask(who, Action::kQuery);
    EXPECT_TRUE(silent.permitted);
    EXPECT_FALSE(silent.scopes.at(0).second.allows(label("hospital")));
}

TEST(Matrix, PublishingRowsForbidOrListWhatARolePublishes) {
    auto r = region();
    Facts facts;
    facts.authorities[kPatient] = {"2.999.5.1"};
    auto const publishes = [&](std::string const& type) {
        core::PolicyQuery query;
        query.patients = {kPatient};
        query.publishes = {label("clinic", type)};
        auto const who = r.subject("clinic");
        return decide(r.a, Question{who, Action::kPublish, query, kNow}, facts);
    };
    EXPECT_TRUE(publishes("t^^s").permitted);
    auto& deny = r.rule("1", "doctor");
    deny.deny = true;
    deny.actions = {RuleAction::kPublish};
    deny.type_codes = {"t^^s"};
    EXPECT_FALSE(publishes("t^^s").permitted);
    EXPECT_TRUE(publishes("t^^s").told) << "nothing about the patient is told by it";
    EXPECT_TRUE(publishes("u^^s").permitted);
    auto& permit = r.rule("2", "doctor");
    permit.needs_consent = false;
    permit.actions = {RuleAction::kPublish};
    permit.type_codes = {"u^^s"};
    EXPECT_TRUE(publishes("u^^s").permitted);
    EXPECT_FALSE(publishes("v^^s").permitted) << "not in the list";
}

TEST(Matrix, ADeniedIdentityLeavesTheOwnNumbers) {
    auto r = region();
    IdentityRule identity;
    identity.id = "9";
    identity.role = "doctor";
    identity.needs_consent = false;
    r.a.identity_rules = {identity};
    auto who = r.subject("clinic");
    who.purpose_of_use = "HRESCH";
    auto const open = r.ask(who, Action::kIdentify).scopes.at(0).second.identities;
    EXPECT_TRUE(open.allows("2.999.5.0"));
    auto& rule = r.rule("1", "doctor");
    rule.deny = true;
    rule.actions = {RuleAction::kIdentify};
    rule.purposes = {"HRESCH"};
    auto const closed = r.ask(who, Action::kIdentify).scopes.at(0).second.identities;
    EXPECT_FALSE(closed.allows("2.999.5.0"));
    EXPECT_TRUE(closed.allows("2.999.5.1"));
}

// Whatever rows there are: what no row permits stays closed, and a denial of everything with at
// least as many conditions as any permit closes everything of others.
TEST(Matrix, RandomMatricesDenyByDefaultAndDenyBeatsPermit) {
    std::mt19937 random(7);
    auto const pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    std::size_t open = 0, closed = 0;
    for (int round = 0; round < 500; ++round) {
        auto r = region();
        std::vector<AccessRule> permits;
        for (int i = pick(6); i > 0; --i) {
            auto& rule = r.rule("p" + std::to_string(i), "doctor");
            rule.needs_consent = false;
            if (pick(2)) rule.type_codes = {pick(2) ? "t^^s" : "u^^s"};
            if (pick(2)) rule.highest = static_cast<Confidentiality>(pick(6));
            if (pick(2)) rule.owners = {pick(2) ? "hospital" : "other"};
            permits.push_back(rule);
        }
        for (auto const* owner : {"hospital", "other"}) {
            for (auto const* type : {"t^^s", "u^^s", "v^^s"}) {
                for (char const letter : {'N', 'R', 'V'}) {
                    auto const document = label(owner, type, letter);
                    bool expected = false;
                    for (auto const& rule : permits) {
                        bool const typed = rule.type_codes.empty() || rule.type_codes[0] == type;
                        bool const owned = rule.owners.empty() || rule.owners[0] == owner;
                        bool const low = !rule.highest ||
                                         *rule.highest >= (letter == 'N'   ? Confidentiality::kN
                                                           : letter == 'R' ? Confidentiality::kR
                                                                           : Confidentiality::kV);
                        expected = expected || (typed && owned && low);
                    }
                    ASSERT_EQ(sees(r, document), expected);
                    (expected ? open : closed) += 1;
                }
            }
        }
        auto& all = r.rule("d", "doctor");
        all.deny = true;
        all.members = {"clinic"};
        all.purposes = {"TREAT"};
        EXPECT_FALSE(sees(r, label("hospital", "t^^s", 'N')));
    }
    EXPECT_GT(open, 500U);
    EXPECT_GT(closed, 500U);
}

TEST(Matrix, TellsHowLongOneDocumentTakes) {
    auto r = region();
    for (int i = 0; i < 20; ++i) {
        auto& rule = r.rule("x" + std::to_string(i), "doctor");
        rule.type_codes = {"x" + std::to_string(i) + "^^s"};
        rule.highest = Confidentiality::kR;
    }
    r.rule("all", "doctor").highest = Confidentiality::kR;
    Facts facts;
    for (int i = 0; i < 20; ++i) {
        ConsentScope scope;
        scope.code = "y" + std::to_string(i) + "^^s";
        facts.consent.push_back(word(false, scope, i));
    }
    facts.consent.push_back(word(true, {}, 100));
    auto const decision = r.ask(r.subject("clinic"), Action::kQuery, facts);
    auto const& scope = decision.scopes.at(0).second;
    auto const document = label("hospital");
    constexpr int kRounds = 100'000;
    int open = 0;
    auto const begin = std::chrono::steady_clock::now();
    for (int i = 0; i < kRounds; ++i) open += scope.allows(document) ? 1 : 0;
    auto const took = std::chrono::steady_clock::now() - begin;
    EXPECT_EQ(open, kRounds);
    std::cout << "21 rows, 21 words: "
              << std::chrono::duration<double, std::micro>(took).count() / kRounds
              << " us for one document\n";
}

}  // namespace
}  // namespace musubi::policy::test
