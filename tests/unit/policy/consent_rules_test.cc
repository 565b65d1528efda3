// Consent in every grain against a second, deliberately naive reading of the same words: walk the
// history forward, then ask for every word that stands whether a more exact grant overrules it.

#include "policy/patient_consent.h"
#include "unit/policy/policy_world.h"

#include <gtest/gtest.h>

#include <random>

namespace musubi::policy::test {
namespace {

using Fields = std::array<std::string, 7>;

/// owner, reader, person, purpose, department, code, document
Fields fields_of(ConsentScope const& s) {
    return {s.owner, s.reader, s.person, s.purpose, s.department, s.code, s.document};
}

struct Doc {
    std::string owner, department, klass, type, id;
};

bool names(Fields const& word, std::size_t field) {
    bool const by_document = !word[6].empty() && (field == 0 || field == 4 || field == 5);
    bool const by_person = !word[2].empty() && field == 1;
    return !word[field].empty() || by_document || by_person;
}

bool more_exact(Fields const& a, Fields const& b) {
    bool more = false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (names(b, i) && !names(a, i)) return false;
        more = more || (names(a, i) && !names(b, i));
    }
    return more;
}

bool oracle(std::vector<ConsentEntry> const& history, Doc const& doc, Asker const& asker,
            bool opt_out) {
    struct Word {
        Fields fields;
        bool granted;
    };
    std::vector<Word> standing;
    for (auto const& e : history) {
        if ((e.from && kNow < *e.from) || (e.until && kNow >= *e.until)) continue;
        Fields const said = fields_of(e.scope);
        std::erase_if(standing, [&](Word const& old) {
            if (old.fields == said) return true;
            if (e.granted || !old.granted) return false;
            for (std::size_t i = 0; i < said.size(); ++i) {
                if (!said[i].empty() && said[i] != old.fields[i]) return false;
            }
            return true;
        });
        standing.push_back({said, e.granted});
    }
    std::vector<Word> about;
    for (auto const& word : standing) {
        auto const& f = word.fields;
        bool const matches =
            (f[0].empty() || f[0] == doc.owner) && (f[1].empty() || f[1] == asker.member) &&
            (f[2].empty() || f[2] == asker.person) && (f[3].empty() || f[3] == asker.purpose) &&
            (f[4].empty() || f[4] == doc.department) &&
            (f[5].empty() || f[5] == doc.klass || f[5] == doc.type) &&
            (f[6].empty() || f[6] == doc.id);
        if (matches) about.push_back(word);
    }
    if (about.empty()) return opt_out;
    for (auto const& word : about) {
        bool overruled = false;
        for (auto const& other : about)
            overruled = overruled || more_exact(other.fields, word.fields);
        if (!overruled && !word.granted) return false;
    }
    return true;
}

TEST(ConsentRules, AgreeWithAnIndependentReadingForRandomHistories) {
    std::mt19937 random(11);
    auto const pick = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
    std::size_t open = 0, closed = 0;
    for (int round = 0; round < 4000; ++round) {
        std::vector<ConsentEntry> history;
        for (unsigned i = 1 + pick(6); i > 0; --i) {
            ConsentScope s;
            if (pick(3) == 0) s.owner = pick(2) ? "hospital" : "clinic";
            if (pick(5) == 0) s.reader = pick(2) ? "pharmacy" : "clinic";
            if (pick(6) == 0) s.person = pick(2) ? "dr-a" : "dr-b";
            if (pick(6) == 0) s.purpose = pick(2) ? "TREAT" : "HRESCH";
            if (pick(4) == 0) s.department = pick(2) ? "psychiatry^^s" : "surgery^^s";
            if (pick(4) == 0) s.code = pick(2) ? "t^^s" : "c^^s";
            if (pick(5) == 0) s.document = pick(2) ? "2.999.1" : "2.999.2";
            auto e = word(pick(2) == 0, s, static_cast<std::int64_t>(history.size()) + 1);
            if (pick(5) == 0) e.until = kNow - std::chrono::hours(pick(2));
            if (pick(6) == 0) e.from = kNow + std::chrono::hours(pick(2));
            if (e.from && e.until) e.from.reset();
            history.push_back(std::move(e));
        }
        Asker asker;
        asker.member = pick(2) ? "pharmacy" : "other";
        asker.person = pick(2) ? "dr-a" : "";
        asker.purpose = pick(2) ? "TREAT" : "HRESCH";
        ConsentTerms terms;
        bool const opt_out = pick(3) == 0;
        terms.model = opt_out ? ConsentModel::kOptOut : ConsentModel::kOptIn;
        auto const rules = consent_of(kPatient, history, asker, terms, kNow);
        for (auto const* owner : {"hospital", "clinic"}) {
            for (auto const* department : {"psychiatry^^s", "ent^^s"}) {
                for (auto const* type : {"t^^s", "u^^s"}) {
                    for (auto const* id : {"2.999.1", "2.999.3"}) {
                        Doc const doc{owner, department, "c^^s", type, id};
                        domain::Label const l{owner, "c^^s", type, department, {conf('N')}};
                        bool const expected = oracle(history, doc, asker, opt_out);
                        ASSERT_EQ(rules.opens(l, id), expected) << "round " << round;
                        (expected ? open : closed) += 1;
                    }
                }
            }
        }
    }
    EXPECT_GT(open, 5000U);
    EXPECT_GT(closed, 5000U);
}

domain::ConsentRules rules_of(std::vector<ConsentEntry> const& words,
                              ConsentTerms const& terms = {}, Asker const& asker = {}) {
    return consent_of(kPatient, words, asker, terms, kNow);
}
ConsentScope of_code(std::string code) {
    ConsentScope s;
    s.code = std::move(code);
    return s;
}
ConsentScope of_document(std::string id) {
    ConsentScope s;
    s.document = std::move(id);
    return s;
}

TEST(ConsentRules, OneDocumentIsWithheldOrOpenedWhateverItsKind) {
    auto const hidden = rules_of({word(true, {}, 1), word(false, of_document("2.999.1"), 2)});
    EXPECT_FALSE(hidden.opens(label("hospital"), "2.999.1"));
    EXPECT_TRUE(hidden.opens(label("hospital"), "2.999.2"));
    auto const shown =
        rules_of({word(false, of_code("t^^s"), 1), word(true, of_document("2.999.1"), 2)});
    EXPECT_TRUE(shown.opens(label("hospital"), "2.999.1"));
    EXPECT_FALSE(shown.opens(label("hospital"), "2.999.2"));
    EXPECT_FALSE(shown.opens(label("hospital"), {}));
}

TEST(ConsentRules, AWordForATimeGivesWayToTheOneBeforeIt) {
    auto grant = word(true, {}, 1), pause = word(false, {}, 2);
    pause.from = kNow - std::chrono::hours(2);
    pause.until = kNow;
    EXPECT_TRUE(rules_of({grant, pause}).opens(label("hospital"), {})) << "the last moment is over";
    pause.until = kNow + std::chrono::microseconds(1);
    EXPECT_FALSE(rules_of({grant, pause}).opens(label("hospital"), {}));
    pause.from = kNow + std::chrono::microseconds(1);
    pause.until.reset();
    EXPECT_TRUE(rules_of({grant, pause}).opens(label("hospital"), {})) << "not yet";
}

TEST(ConsentRules, OptOutOpensWhatNobodyWithheldAndExceptionsCountMore) {
    ConsentTerms terms;
    terms.model = ConsentModel::kOptOut;
    EXPECT_TRUE(rules_of({}, terms).opens(label("hospital"), {}));
    EXPECT_FALSE(rules_of({word(false, {}, 1)}, terms).opens(label("hospital"), {}));
    ConsentException psychiatry;
    psychiatry.model = ConsentModel::kOptIn;
    psychiatry.practice_settings = {"psychiatry^^s"};
    terms.exceptions = {psychiatry};
    auto const there = label("hospital", "t^^s", 'N', "psychiatry^^s");
    EXPECT_FALSE(rules_of({}, terms).opens(there, {}));
    EXPECT_TRUE(rules_of({}, terms).opens(label("hospital"), {}));
    EXPECT_TRUE(rules_of({word(true, {}, 1)}, terms).opens(there, {}));
    ConsentException research;
    research.model = ConsentModel::kOptIn;
    research.purposes = {"HRESCH"};
    terms.exceptions = {research};
    Asker researcher;
    researcher.purpose = "HRESCH";
    EXPECT_FALSE(rules_of({}, terms, researcher).opens(label("hospital"), {}));
    EXPECT_TRUE(rules_of({}, terms).opens(label("hospital"), {}));
}

TEST(ConsentRules, AfterDeathWhatWasGrantedEndsWhereTheAgreementClosesIt) {
    auto death = word(true, {}, 5);
    death.about = ConsentAbout::kDeath;
    ConsentTerms terms;
    EXPECT_TRUE(rules_of({word(true, {}, 1), death}, terms).opens(label("hospital"), {}));
    terms.closed_after_death = true;
    terms.model = ConsentModel::kOptOut;
    EXPECT_FALSE(rules_of({word(true, {}, 1), death}, terms).opens(label("hospital"), {}));
    auto wrong = word(false, {}, 6);
    wrong.about = ConsentAbout::kDeath;
    EXPECT_TRUE(rules_of({word(true, {}, 1), death, wrong}, terms).opens(label("hospital"), {}));
}

TEST(ConsentRules, PublishingAndViewingAreApart) {
    auto publish = word(false, {}, 1);
    publish.about = ConsentAbout::kPublish;
    ConsentTerms terms;
    EXPECT_FALSE(rules_of({word(true, {}, 2), publish}, terms).opens(label("hospital"), {}))
        << "published nowhere means shown nowhere";
    terms.refuses_withheld_publishing = true;
    EXPECT_TRUE(rules_of({word(true, {}, 2), publish}, terms).opens(label("hospital"), {}))
        << "what is there was published before";
    EXPECT_FALSE(lets_publish(kPatient, {publish}, label("hospital"), kNow));
    EXPECT_TRUE(lets_publish(kPatient, {word(false, {}, 2)}, label("hospital"), kNow));
    EXPECT_TRUE(lets_publish(kOtherPatient, {publish}, label("hospital"), kNow));
}

TEST(ConsentRules, AnotherPatientsWordsSayNothing) {
    auto other = word(true, {}, 1);
    other.patient = kOtherPatient;
    EXPECT_FALSE(rules_of({other}).opens(label("hospital"), {}));
}

}  // namespace
}  // namespace musubi::policy::test
