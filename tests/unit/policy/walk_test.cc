// Every action behind the transactions x role x state of consent x document, against a table that
// was written from the agreement's words and not from the code that decides.
//
//   doctor: others' documents up to R with consent, HIV ones only when treating
//   pharmacist: prescriptions up to N with consent; publishes nothing but prescriptions
//   clerk: finds, does not retrieve, prescriptions only, no consent asked
//   researcher: nothing, told so
//   ambulance: as the doctor, and breaks the glass up to R

#include "unit/policy/policy_world.h"

#include <gtest/gtest.h>

#include <functional>

namespace musubi::policy::test {
namespace {

using domain::Action;
using domain::Confidentiality;

std::string const kRx = "rx^^s", kHiv = "hiv^^s", kSummary = "summary^^s";

Region region() {
    Region r;
    std::set<Action> const all = {Action::kQuery, Action::kRetrieve, Action::kPublish,
                                  Action::kIdentify};
    r.role("doctor", all);
    r.role("pharmacist", all);
    r.role("clerk", {Action::kQuery, Action::kRetrieve, Action::kIdentify});
    r.role("researcher", {Action::kQuery, Action::kRetrieve});
    r.role("ambulance", {Action::kQuery, Action::kRetrieve, Action::kIdentify});
    r.member("hospital", "doctor");
    r.member("clinic", "doctor");
    r.member("pharmacy", "pharmacist");
    r.member("office", "clerk");
    r.member("institute", "researcher");
    r.member("rescue", "ambulance");
    for (auto const* role : {"doctor", "ambulance"}) {
        r.rule(std::string("open-") + role, role).highest = Confidentiality::kR;
        auto& hiv = r.rule(std::string("hiv-") + role, role);
        hiv.deny = true;
        hiv.type_codes = {kHiv};
        hiv.relation = Relation::kNone;
    }
    auto& rx = r.rule("rx", "pharmacist");
    rx.type_codes = {kRx};
    rx.highest = Confidentiality::kN;
    auto& writes = r.rule("writes", "pharmacist");
    writes.needs_consent = false;
    writes.type_codes = {kRx};
    writes.actions = {RuleAction::kPublish};
    auto& clerk = r.rule("clerk", "clerk");
    clerk.needs_consent = false;
    clerk.type_codes = {kRx};
    clerk.actions = {RuleAction::kFind};
    auto& none = r.rule("none", "researcher");
    none.deny = true;
    none.told = true;
    for (auto const* role : {"doctor", "clerk", "ambulance"}) {
        IdentityRule identity;
        identity.id = std::string("ids-") + role;
        identity.role = role;
        r.a.identity_rules.push_back(identity);
    }
    r.a.emergency.clause = "glass";
    r.a.emergency.roles = {"ambulance"};
    r.a.emergency.purposes = {"BTG"};
    r.a.emergency.reasons = {"UNCONSCIOUS"};
    r.a.emergency.highest = Confidentiality::kR;
    return r;
}

struct State {
    std::string name;
    std::vector<ConsentEntry> words;
    /// What the patient wants, in the test's own words.
    std::function<bool(std::string const& owner, std::string const& type)> wants;
    std::function<bool(std::string const& owner)> wants_ids;
    bool vetoes = false;
};

std::vector<State> states() {
    auto const never = [](auto const&...) { return false; };
    auto const always = [](auto const&...) { return true; };
    ConsentScope hospital, rx;
    hospital.owner = "hospital";
    rx.code = kRx;
    auto veto = word(false, {}, 2);
    veto.absolute = true;
    return {
        {"nothing said", {}, never, never},
        {"all granted", {word(true, {}, 1)}, always, always},
        {"granted and withdrawn", {word(true, {}, 1), word(false, {}, 2)}, never, never},
        {"the hospital's only",
         {word(true, hospital, 1)},
         [](std::string const& owner, std::string const&) { return owner == "hospital"; },
         [](std::string const& owner) { return owner == "hospital"; }},
        {"all but prescriptions",
         {word(true, {}, 1), word(false, rx, 2)},
         [](std::string const&, std::string const& type) { return type != kRx; },
         always},
        {"vetoed absolutely", {word(true, {}, 1), veto}, never, never, true},
    };
}

struct Who {
    std::string member, role;
    bool treating = false;
    bool emergency = false;
};

/// The table: may this one see that document?
bool expected_document(Who const& who, Action action, State const& state, std::string const& owner,
                       std::string const& type, char letter) {
    if (who.role == "researcher") return false;
    if (owner == who.member) return true;
    bool const low = letter != 'V';
    if (who.emergency && low && !state.vetoes) return true;
    if (who.role == "doctor" || who.role == "ambulance") {
        if (type == kHiv && !who.treating) return false;
        return low && state.wants(owner, type);
    }
    if (who.role == "pharmacist") return type == kRx && letter == 'N' && state.wants(owner, type);
    return who.role == "clerk" && action == Action::kQuery && type == kRx;
}

domain::Subject subject_of(Region const& r, Who const& who) {
    auto subject = r.subject(who.member);
    if (who.emergency) {
        subject.user_id = "user-1";
        subject.purpose_of_use = "BTG";
        auto assertion = std::make_shared<domain::UserAssertion>();
        domain::ClaimCode purpose, reason;
        purpose.code = "BTG";
        reason.code = "UNCONSCIOUS";
        assertion->purposes = {purpose, reason};
        subject.assertion = std::move(assertion);
    }
    return subject;
}

std::vector<Who> everybody() {
    std::vector<Who> out;
    for (auto const& [member, role] :
         {std::pair{"clinic", "doctor"}, std::pair{"pharmacy", "pharmacist"},
          std::pair{"office", "clerk"}, std::pair{"institute", "researcher"},
          std::pair{"rescue", "ambulance"}}) {
        out.push_back({member, role, false, false});
        out.push_back({member, role, true, false});
        out.push_back({member, role, false, true});
    }
    // Only the ambulance may: others who claim it get what they would get anyway.
    for (auto& who : out) {
        if (who.role != "ambulance" && who.emergency) who.emergency = false;
    }
    return out;
}

TEST(Walk, EveryReaderDocumentAndStateOfConsentIsAsTheTableSays) {
    auto const r = region();
    std::size_t open = 0, closed = 0;
    for (auto const& who : everybody()) {
        for (auto const& state : states()) {
            Facts facts;
            facts.consent = state.words;
            if (who.treating) facts.declared = {kPatient};
            for (Action const action : {Action::kQuery, Action::kRetrieve}) {
                auto const decision = r.ask(subject_of(r, who), action, facts);
                EXPECT_EQ(decision.permitted, who.role != "researcher");
                EXPECT_EQ(decision.told, who.role == "researcher");
                for (std::string const owner : {"hospital", "clinic", who.member.c_str()}) {
                    for (auto const& type : {kRx, kHiv, kSummary}) {
                        for (char const letter : {'N', 'R', 'V'}) {
                            bool const expected =
                                expected_document(who, action, state, owner, type, letter);
                            bool const seen =
                                decision.permitted &&
                                decision.scopes.at(0).second.allows(label(owner, type, letter));
                            ASSERT_EQ(seen, expected)
                                << who.role << " " << who.treating << who.emergency << " "
                                << state.name << " " << owner << " " << type << letter;
                            (expected ? open : closed) += 1;
                        }
                    }
                }
            }
        }
    }
    EXPECT_GT(open, 400U);
    EXPECT_GT(closed, 400U);
}

// ITI-9, 10, 21, 22, 45, 46, 47, 55: whose numbers, and what goes with them.
TEST(Walk, EveryAskerForIdentifiersIsToldWhatTheTableSays) {
    auto const r = region();
    for (auto const& who : everybody()) {
        for (auto const& state : states()) {
            Facts facts;
            facts.consent = state.words;
            auto const decision = r.ask(subject_of(r, who), Action::kIdentify, facts);
            ASSERT_EQ(decision.permitted, who.role != "researcher");
            if (!decision.permitted) continue;
            for (std::size_t i = 0; i < r.a.members.size(); ++i) {
                auto const& owner = r.a.members[i].member.code;
                bool const has_rule = who.role != "pharmacist";
                bool const expected =
                    owner == who.member ||
                    (has_rule && (state.wants_ids(owner) || (who.emergency && !state.vetoes)));
                EXPECT_EQ(
                    decision.scopes.at(0).second.identities.allows("2.999.5." + std::to_string(i)),
                    expected)
                    << who.role << " " << state.name << " " << owner;
            }
        }
    }
}

// ITI-41, 42, 61: own name, fed patient, kinds that the role publishes, and what the patient lets
// be published. What may be referred to is what a query would show, emergencies apart.
TEST(Walk, EveryPublisherIsJudgedAsTheTableSays) {
    auto r = region();
    for (bool const refuses : {false, true}) {
        r.a.consent.refuses_withheld_publishing = refuses;
        for (auto const& who : everybody()) {
            auto const authority = r.a.member(who.member)->member.assigning_authorities.front();
            for (auto state : states()) {
                for (bool const fed : {false, true}) {
                    for (bool const withheld : {false, true}) {
                        for (auto const& type : {kRx, kSummary}) {
                            Facts facts;
                            facts.consent = state.words;
                            auto no = word(false, {}, 9);
                            no.about = ConsentAbout::kPublish;
                            if (withheld) facts.consent.push_back(no);
                            facts.authorities[kPatient] = {fed ? authority : "2.999.5.99"};
                            core::PolicyQuery query;
                            query.patients = {kPatient};
                            query.publishes = {label(who.member, type)};
                            query.refers = true;
                            auto const subject = subject_of(r, who);
                            auto const decision = decide(
                                r.a, Question{subject, Action::kPublish, query, kNow}, facts);
                            bool const role_may =
                                who.role == "doctor" || (who.role == "pharmacist" && type == kRx);
                            bool const expected = role_may && fed && !(withheld && refuses);
                            ASSERT_EQ(decision.permitted, expected)
                                << who.role << " " << state.name << " " << type;
                            if (!expected) continue;
                            auto const& scope = decision.scopes.at(0).second;
                            EXPECT_TRUE(scope.allows(label(who.member, kHiv, 'V')));
                            Who reader = who;
                            reader.treating = true;
                            bool const shown = !withheld || refuses;
                            EXPECT_EQ(scope.allows(label("hospital", kRx)),
                                      shown && expected_document(reader, Action::kQuery, state,
                                                                 "hospital", kRx, 'N'))
                                << who.role << " " << state.name;
                        }
                    }
                }
            }
        }
    }
}

TEST(Walk, NoScopeIsGivenForAPatientWhoWasNotAskedAbout) {
    auto const r = region();
    auto other = word(true, {}, 1);
    other.patient = kOtherPatient;
    Facts facts;
    facts.consent = {other};
    for (auto const& who : everybody()) {
        if (who.emergency) continue;
        auto const decision = r.ask(subject_of(r, who), Action::kQuery, facts);
        for (auto const& [patient, scope] : decision.scopes) {
            EXPECT_EQ(patient, kPatient);
            EXPECT_FALSE(scope.allows(label("hospital", kSummary)))
                << "another patient's consent opens nothing";
        }
    }
}

TEST(Walk, BreakingTheGlassNeedsRolePurposeReasonAndAName) {
    auto const r = region();
    Who const rescue{"rescue", "ambulance", false, true};
    auto const opens = [&](domain::Subject const& who) {
        auto const decision = r.ask(who, Action::kQuery);
        bool const open = decision.scopes.at(0).second.allows(label("hospital", kSummary, 'R'));
        EXPECT_EQ(open, decision.emergency);
        return open;
    };
    auto const good = subject_of(r, rescue);
    EXPECT_TRUE(opens(good));
    auto nameless = good;
    nameless.user_id.clear();
    EXPECT_FALSE(opens(nameless));
    auto other_purpose = good;
    other_purpose.purpose_of_use = "TREAT";
    EXPECT_FALSE(opens(other_purpose));
    auto silent = good;
    auto assertion = std::make_shared<domain::UserAssertion>(*good.assertion);
    assertion->purposes.pop_back();
    silent.assertion = assertion;
    EXPECT_FALSE(opens(silent)) << "without a reason of the agreement's list";
    auto doctor = subject_of(r, {"clinic", "doctor", false, true});
    EXPECT_FALSE(opens(doctor)) << "the agreement does not name the role";
    EXPECT_FALSE(
        r.ask(good, Action::kQuery).scopes.at(0).second.allows(label("hospital", kSummary, 'V')));
    EXPECT_EQ(r.ask(good, Action::kQuery).rule_id, "role-ambulance,own,glass");
}

}  // namespace
}  // namespace musubi::policy::test
