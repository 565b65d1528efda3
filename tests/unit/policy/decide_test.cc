// The decision against a second, deliberately naive reading of the same agreement and consent.

#include "policy/decide.h"

#include <gtest/gtest.h>

#include <map>

namespace musubi::policy {
namespace {

std::string const kPatient = "R1^^^&2.999.1.1.1&ISO";
std::string const kOther = "R2^^^&2.999.1.1.1&ISO";
std::string const kNormal = "N^^conf", kRestricted = "R^^conf", kVery = "V^^conf";
WallTime const kNow = WallTime(std::chrono::hours(24 * 365 * 56));

/// hospital and clinic: everything N and R; pharmacy: prescriptions; open: a rule without consent;
/// test: exempt.
Agreement agreement() {
    Agreement a;
    a.region.begins = kNow - std::chrono::hours(1);
    a.region.ends = kNow + std::chrono::hours(1);
    using domain::Action;
    auto const role = [&](std::string code, std::string clause, std::set<Action> may, bool exempt) {
        Role r;
        r.code = std::move(code);
        r.clause = std::move(clause);
        r.may = std::move(may);
        r.exempt = exempt;
        a.roles.push_back(std::move(r));
    };
    role("medical", "2.1",
         {Action::kFeedPatient, Action::kIdentify, Action::kPublish, Action::kQuery,
          Action::kRetrieve},
         false);
    role("pharmacy", "2.2", {Action::kQuery, Action::kRetrieve}, false);
    role("test", "9.1", {Action::kPublish, Action::kQuery}, true);
    auto const rule = [&](std::string id, std::string of, bool own, std::vector<std::string> types,
                          std::vector<std::string> classes, std::vector<std::string> conf,
                          bool consent) {
        AccessRule r;
        r.id = std::move(id);
        r.role = std::move(of);
        r.own = own;
        r.type_codes = std::move(types);
        r.class_codes = std::move(classes);
        r.confidentiality_codes = std::move(conf);
        r.needs_consent = consent;
        a.rules.push_back(std::move(r));
    };
    rule("3.1", "medical", true, {}, {}, {}, false);
    rule("3.2", "medical", false, {}, {}, {kNormal, kRestricted}, true);
    rule("3.3", "pharmacy", false, {"57833-6^^loinc"}, {"prescription^^jp"}, {kNormal}, true);
    rule("3.4", "pharmacy", false, {}, {"notice^^jp"}, {kNormal}, false);
    IdentityRule identity;
    identity.id = "3.10";
    identity.role = "medical";
    a.identity_rules.push_back(identity);
    auto const member = [&](std::string code, std::string of) {
        AgreementMember m;
        m.member.code = code;
        m.member.default_role = of;
        m.member.assigning_authorities = {"2.999.5." + std::to_string(a.members.size())};
        m.roles = {of};
        m.transactions = {"ITI-18"};
        a.members.push_back(std::move(m));
    };
    member("hospital", "medical");
    member("clinic", "medical");
    member("pharmacy", "pharmacy");
    member("toolkit", "test");
    return a;
}

domain::Subject subject(Agreement const& a, std::string const& code) {
    domain::Subject s;
    s.member = a.member(code)->member;
    s.role = s.member.default_role;
    return s;
}

ConsentScope const kAll{};
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

ConsentEntry entry(ConsentScope scope, bool granted, std::int64_t position,
                   std::string patient = kPatient) {
    ConsentEntry e;
    e.patient = std::move(patient);
    e.scope = std::move(scope);
    e.basis = "written";
    e.granted = granted;
    e.position = position;
    return e;
}

core::Decision ask(Agreement const& a, std::string const& member, domain::Action action,
                   std::vector<ConsentEntry> consent = {}) {
    auto const who = subject(a, member);
    core::PolicyQuery query;
    query.patients = {kPatient};
    Facts facts;
    facts.consent = std::move(consent);
    return decide(a, Question{who, action, query, kNow}, facts);
}

// ---- the oracle: walks the history forward and answers for one document, sharing nothing with
// decide.cc ----

struct Doc {
    std::string owner, type, klass;
    std::vector<std::string> conf;
};

bool oracle_consents(std::vector<ConsentEntry> const& history, Doc const& doc) {
    bool all = false;
    std::map<std::string, bool> owners, codes;
    for (auto const& e : history) {
        if (e.patient != kPatient) continue;
        if (!e.scope.owner.empty()) {
            owners[e.scope.owner] = e.granted;
        } else if (!e.scope.code.empty()) {
            codes[e.scope.code] = e.granted;
        } else {
            all = e.granted;
            if (!e.granted) {
                std::erase_if(owners, [](auto const& one) { return one.second; });
                std::erase_if(codes, [](auto const& one) { return one.second; });
            }
        }
    }
    auto const said = [](std::map<std::string, bool> const& map, std::string const& key,
                         bool word) {
        auto const found = map.find(key);
        return found != map.end() && found->second == word;
    };
    if (said(owners, doc.owner, false) || said(codes, doc.type, false) ||
        said(codes, doc.klass, false))
        return false;
    return all || said(owners, doc.owner, true) || said(codes, doc.type, true) ||
           said(codes, doc.klass, true);
}

bool oracle(std::string const& member, std::vector<ConsentEntry> const& history, Doc const& doc) {
    if (member == "toolkit") return true;
    if (doc.owner == member) return true;
    auto const within = [&](std::set<std::string> const& allowed) {
        for (auto const& code : doc.conf) {
            if (!allowed.contains(code)) return false;
        }
        return true;
    };
    if (member == "pharmacy") {
        if (doc.klass == "notice^^jp" && within({kNormal})) return true;
        bool const prescription = doc.type == "57833-6^^loinc" || doc.klass == "prescription^^jp";
        return prescription && within({kNormal}) && oracle_consents(history, doc);
    }
    return within({kNormal, kRestricted}) && oracle_consents(history, doc);
}

std::vector<std::vector<ConsentEntry>> histories() {
    std::vector<ConsentEntry> const words = {
        entry(kAll, true, 0),
        entry(kAll, false, 0),
        entry(owner("clinic"), true, 0),
        entry(owner("clinic"), false, 0),
        entry(kind("57833-6^^loinc"), true, 0),
        entry(kind("57833-6^^loinc"), false, 0),
        entry(kind("summary^^jp"), false, 0),
        entry(kAll, true, 0, kOther),
    };
    std::vector<std::vector<ConsentEntry>> out = {{}};
    for (std::size_t begin = 0, length = 0; length < 3; ++length) {
        std::size_t const end = out.size();
        for (; begin < end; ++begin) {
            for (auto word : words) {
                auto next = out[begin];
                word.position = static_cast<std::int64_t>(next.size()) + 1;
                next.push_back(word);
                out.push_back(std::move(next));
            }
        }
    }
    return out;  // 1 + 8 + 64 + 512
}

TEST(Decide, AgreesWithAnIndependentReadingForEveryMemberDocumentAndConsentHistory) {
    auto const a = agreement();
    std::vector<Doc> docs;
    for (auto const* owner : {"hospital", "clinic", "pharmacy", "former-member"}) {
        for (auto const& [type, klass] : {std::pair{"57833-6^^loinc", "prescription^^jp"},
                                          std::pair{"other^^loinc", "prescription^^jp"},
                                          std::pair{"18842-5^^loinc", "summary^^jp"},
                                          std::pair{"57833-6^^loinc", "notice^^jp"}}) {
            for (auto const& conf :
                 {std::vector{kNormal}, std::vector{kNormal, kRestricted}, std::vector{kVery}}) {
                docs.push_back({owner, type, klass, conf});
            }
        }
    }
    std::size_t open = 0, closed = 0;
    for (auto const* member : {"hospital", "clinic", "pharmacy", "toolkit"}) {
        for (auto const& history : histories()) {
            auto const decision = ask(a, member, domain::Action::kQuery, history);
            ASSERT_TRUE(decision.permitted);
            ASSERT_EQ(decision.scopes.size(), 1U);
            for (auto const& doc : docs) {
                domain::Label const label{doc.owner, doc.klass, doc.type, "", doc.conf};
                bool const expected = oracle(member, history, doc);
                (expected ? open : closed) += 1;
                ASSERT_EQ(decision.scopes[0].second.allows(label), expected)
                    << member << " " << doc.owner << " " << doc.type << " " << doc.klass << " "
                    << doc.conf[0] << " after " << history.size() << " words";
            }
        }
    }
    EXPECT_GT(open, 1000U);
    EXPECT_GT(closed, 1000U);
}

TEST(Decide, WithoutConsentShowsOnlyOwnDocumentsAndNamesTheClauses) {
    auto const a = agreement();
    EXPECT_EQ(ask(a, "hospital", domain::Action::kQuery).rule_id, "2.1,3.1");
    EXPECT_EQ(ask(a, "hospital", domain::Action::kQuery, {entry(kAll, true, 1)}).rule_id,
              "2.1,3.1,3.2");
    // The matrix has no row for own documents of pharmacies: the built-in one is named.
    EXPECT_EQ(ask(a, "pharmacy", domain::Action::kRetrieve).rule_id, "2.2,own,3.4");
}

/// CN-2: the record of a disclosure names the words of the patient that it rests on.
TEST(Decide, NamesTheWordsThatADisclosureRestsOn) {
    auto const a = agreement();
    auto granted = entry(owner("clinic"), true, 1);
    granted.id = *Uuid::parse("11111111-1111-4111-8111-111111111111");
    auto withheld = entry(kind("57833-6^^loinc"), false, 2);
    withheld.id = *Uuid::parse("22222222-2222-4222-8222-222222222222");
    auto const told = [&](std::string const& member, std::vector<ConsentEntry> words) {
        std::vector<std::string> out;
        auto const decision = ask(a, member, domain::Action::kRetrieve, std::move(words));
        for (auto const& [patient, detail] : decision.details) {
            EXPECT_EQ(patient, kPatient);
            out.push_back(detail.type + " " + detail.value);
        }
        return out;
    };
    std::vector<std::string> const basis = {"consent " + granted.id.to_string() + " written"};
    EXPECT_EQ(told("hospital", {granted, withheld}), basis);
    EXPECT_EQ(told("hospital", {withheld}), std::vector<std::string>()) << "nothing is open by it";
    auto open = agreement();
    open.consent.model = ConsentModel::kOptOut;
    auto const unsaid = subject(open, "hospital");
    core::PolicyQuery query;
    query.patients = {kPatient};
    auto const decision =
        decide(open, Question{unsaid, domain::Action::kRetrieve, query, kNow}, Facts());
    ASSERT_EQ(decision.details.size(), 1U);
    EXPECT_EQ(decision.details[0].second.value, "nothing withheld");
}

TEST(Decide, DeniesByDefault) {
    auto const a = agreement();
    auto const feed = ask(a, "pharmacy", domain::Action::kFeedPatient);
    EXPECT_FALSE(feed.permitted);
    EXPECT_EQ(feed.rule_id, kRuleDefault);
    EXPECT_FALSE(ask(a, "toolkit", domain::Action::kRetrieve).permitted)
        << "exempt is not almighty";
    EXPECT_FALSE(ask(a, "hospital", domain::Action::kOperate).permitted);

    domain::Subject nobody;
    nobody.member.code = "stranger";
    nobody.role = "medical";
    core::PolicyQuery query;
    EXPECT_FALSE(decide(a, Question{nobody, domain::Action::kQuery, query, kNow}, {}).permitted);
}

TEST(Decide, AnAssertedRoleCountsOnlyIfTheAgreementGivesItToTheMember) {
    auto const a = agreement();
    auto who = subject(a, "clinic");
    who.role = "test";
    core::PolicyQuery query;
    auto const decision = decide(a, Question{who, domain::Action::kQuery, query, kNow}, {});
    EXPECT_FALSE(decision.permitted);
    EXPECT_FALSE(decision.everything);
}

TEST(Decide, NothingIsPermittedOutsideTheTermOfTheAgreement) {
    auto const a = agreement();
    auto const who = subject(a, "toolkit");
    core::PolicyQuery query;
    for (auto const now : {a.region.begins - std::chrono::seconds(1), a.region.ends}) {
        auto const decision = decide(a, Question{who, domain::Action::kQuery, query, now}, {});
        EXPECT_FALSE(decision.permitted);
        EXPECT_EQ(decision.rule_id, kRuleValidity);
    }
}

TEST(Decide, PublishingNeedsAPatientWhomTheMemberHasFed) {
    auto const a = agreement();
    auto const who = subject(a, "hospital");
    core::PolicyQuery query;
    query.patients = {kPatient};
    query.publishes = {{"hospital", "c^^s", "t^^s", "", {kVery}}};
    Question const question{who, domain::Action::kPublish, query, kNow};
    EXPECT_TRUE(needs(a, question).authorities);
    EXPECT_FALSE(needs(a, question).consent);

    Facts facts;
    facts.authorities[kPatient] = {"2.999.5.1"};  // the clinic's
    EXPECT_EQ(decide(a, question, facts).rule_id, kRuleIdentity);
    facts.authorities[kPatient] = {"2.999.5.1", "2.999.5.0"};
    auto const decision = decide(a, question, facts);
    EXPECT_TRUE(decision.permitted);
    EXPECT_TRUE(decision.scopes.at(0).second.allows(query.publishes[0]));
    EXPECT_FALSE(decision.scopes.at(0).second.allows({"clinic", "c^^s", "t^^s", "", {}}));

    query.publishes[0].owner = "clinic";
    EXPECT_FALSE(decide(a, question, facts).permitted) << "in another member's name";
    query.patients.clear();
    EXPECT_FALSE(decide(a, question, facts).permitted);
}

TEST(Decide, ASubmissionMayReferToWhatItsPublisherCouldReadAndNothingMore) {
    auto const a = agreement();
    auto const who = subject(a, "hospital");
    core::PolicyQuery query;
    query.patients = {kPatient};
    query.publishes = {{"hospital", "c^^s", "t^^s", "", {kNormal}}};
    query.refers = true;
    Question const question{who, domain::Action::kPublish, query, kNow};
    EXPECT_TRUE(needs(a, question).consent);
    EXPECT_TRUE(needs(a, question).authorities);

    domain::Label const theirs{"clinic", "c^^s", "t^^s", "", {kNormal}};
    domain::Label const secret{"clinic", "c^^s", "t^^s", "", {kVery}};
    domain::Label const own_secret{"hospital", "c^^s", "t^^s", "", {kVery}};
    Facts facts;
    facts.authorities[kPatient] = {"2.999.5.0"};
    auto const without = decide(a, question, facts);
    ASSERT_TRUE(without.permitted);
    EXPECT_FALSE(without.scopes.at(0).second.allows(theirs));
    EXPECT_TRUE(without.scopes.at(0).second.allows(own_secret));
    facts.consent = {entry(kAll, true, 1)};
    auto const with = decide(a, question, facts);
    EXPECT_TRUE(with.scopes.at(0).second.allows(theirs));
    EXPECT_FALSE(with.scopes.at(0).second.allows(secret));
    EXPECT_TRUE(with.scopes.at(0).second.allows(own_secret));
    EXPECT_EQ(with.rule_id, "2.1,3.1,3.2");
}

TEST(Decide, ARoleThatMayNotReadRefersToItsOwnDocumentsOnly) {
    auto a = agreement();
    a.roles[0].may.erase(domain::Action::kQuery);
    auto const who = subject(a, "hospital");
    core::PolicyQuery query;
    query.patients = {kPatient};
    query.refers = true;
    Question const question{who, domain::Action::kPublish, query, kNow};
    EXPECT_FALSE(needs(a, question).consent);
    Facts facts;
    facts.authorities[kPatient] = {"2.999.5.0"};
    facts.consent = {entry(kAll, true, 1)};
    auto const decision = decide(a, question, facts);
    ASSERT_TRUE(decision.permitted);
    EXPECT_FALSE(decision.scopes.at(0).second.allows({"clinic", "c^^s", "t^^s", "", {}}));
    EXPECT_TRUE(decision.scopes.at(0).second.allows({"hospital", "c^^s", "t^^s", "", {}}));
}

TEST(Decide, ExemptRolesNeedNoFactsAndSeeEverything) {
    auto const a = agreement();
    auto const who = subject(a, "toolkit");
    core::PolicyQuery query;
    query.patients = {kPatient};
    for (auto const action : {domain::Action::kQuery, domain::Action::kPublish}) {
        Question const question{who, action, query, kNow};
        EXPECT_FALSE(needs(a, question).consent);
        EXPECT_FALSE(needs(a, question).authorities);
        auto const decision = decide(a, question, {});
        EXPECT_TRUE(decision.permitted && decision.everything);
        EXPECT_EQ(decision.rule_id, "9.1");
        EXPECT_TRUE(decision.scopes.at(0).second.everything);
    }
}

TEST(Decide, ExplainsWithTheSameOutcome) {
    auto const a = agreement();
    auto const who = subject(a, "hospital");
    core::PolicyQuery query;
    query.patients = {kPatient};
    Facts facts;
    facts.consent = {entry(owner("clinic"), true, 1)};
    auto const told = explain(a, Question{who, domain::Action::kQuery, query, kNow}, facts);
    EXPECT_EQ(told.decision.rule_id, "2.1,3.1,3.2");
    ASSERT_EQ(told.lines.size(), 5U);
    EXPECT_NE(told.lines[1].find("open by 3.1; owner hospital"), std::string::npos);
    EXPECT_NE(told.lines[2].find("open with consent by 3.2; confidentiality"), std::string::npos);
    EXPECT_NE(told.lines[3].find("consent granted; owner clinic"), std::string::npos);
    EXPECT_NE(told.lines[4].find("closed (opt-in)"), std::string::npos);
}

domain::IdentityScope identities(std::vector<ConsentEntry> consent) {
    Agreement const a = agreement();
    auto const decision = ask(a, "clinic", domain::Action::kIdentify, std::move(consent));
    EXPECT_TRUE(decision.permitted);
    return decision.scopes.empty() ? domain::IdentityScope{}
                                   : decision.scopes.front().second.identities;
}

std::string const kHospitalIds = "2.999.5.0", kClinicIds = "2.999.5.1", kPharmacyIds = "2.999.5.2";

TEST(DecideIdentity, OwnIdentifiersAreOpenWithoutAnyConsent) {
    auto const scope = identities({});
    EXPECT_TRUE(scope.allows(kClinicIds));
    EXPECT_FALSE(scope.allows(kHospitalIds));
    EXPECT_FALSE(scope.everything);
}

TEST(DecideIdentity, ConsentOpensTheIdentifiersOfTheMembersItCovers) {
    auto const all = identities({entry(kAll, true, 1)});
    EXPECT_TRUE(all.allows(kHospitalIds));
    EXPECT_TRUE(all.allows(kPharmacyIds));
    auto const one = identities({entry(owner("hospital"), true, 1)});
    EXPECT_TRUE(one.allows(kHospitalIds));
    EXPECT_FALSE(one.allows(kPharmacyIds));
    auto const but = identities({entry(kAll, true, 1), entry(owner("hospital"), false, 2)});
    EXPECT_FALSE(but.allows(kHospitalIds));
    EXPECT_TRUE(but.allows(kPharmacyIds));
}

TEST(DecideIdentity, ConsentToOneKindOfDocumentOpensNoIdentifier) {
    auto const scope = identities({entry(kind("57833-6^^loinc"), true, 1)});
    EXPECT_FALSE(scope.allows(kHospitalIds));
}

TEST(DecideIdentity, ARuleMayNameTheAuthoritiesAndDoWithoutConsent) {
    Agreement a = agreement();
    a.identity_rules.front().needs_consent = false;
    a.identity_rules.front().authorities = {kHospitalIds};
    auto const decision = ask(a, "clinic", domain::Action::kIdentify);
    auto const& scope = decision.scopes.front().second.identities;
    EXPECT_TRUE(scope.allows(kHospitalIds));
    EXPECT_FALSE(scope.allows(kPharmacyIds));
    EXPECT_EQ(decision.rule_id, "2.1,3.10");
}

/// CN-2, for identifiers: only words about persons' data open them.
TEST(DecideIdentity, NamesTheWordsThatATellingRestsOn) {
    auto granted = entry(owner("hospital"), true, 1);
    granted.id = *Uuid::parse("11111111-1111-4111-8111-111111111111");
    auto of_a_kind = entry(kind("57833-6^^loinc"), true, 2);
    of_a_kind.id = *Uuid::parse("22222222-2222-4222-8222-222222222222");
    auto const told = [&](Agreement const& a, std::vector<ConsentEntry> words) {
        std::string out;
        auto const decision = ask(a, "clinic", domain::Action::kIdentify, std::move(words));
        for (auto const& [patient, detail] : decision.details)
            out += patient + " " + detail.type + " " + detail.value + ";";
        return out;
    };
    Agreement a = agreement();
    EXPECT_EQ(told(a, {granted, of_a_kind}),
              std::string(kPatient) + " consent " + granted.id.to_string() + " written;");
    EXPECT_EQ(told(a, {of_a_kind}), "") << "nothing is open by it";
    a.identity_rules.front().needs_consent = false;
    EXPECT_EQ(told(a, {granted}), "") << "the rule does without";
}

TEST(DecideIdentity, ARoleThatMayNotIdentifyIsDenied) {
    Agreement const a = agreement();
    EXPECT_FALSE(ask(a, "pharmacy", domain::Action::kIdentify).permitted);
}

}  // namespace
}  // namespace musubi::policy
