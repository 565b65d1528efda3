// What holds for every agreement, shown with many that were made at random: nothing is open that no
// row opens, a row that forbids never opens anything, nobody learns of somebody who was not asked
// about. The numbers are fixed, so that a failure comes again.

#include "unit/policy/policy_world.h"

#include <gtest/gtest.h>

#include <random>

namespace musubi::policy::test {
namespace {

using domain::Action;
using domain::Confidentiality;

std::vector<std::string> const kTypes = {"a^^s", "b^^s", "c^^s"};
std::vector<std::string> const kOwners = {"hospital", "clinic", "pharmacy"};
std::string const kLetters = "NRV";

class Random {
public:
    explicit Random(unsigned seed) : engine_(seed) {}
    std::size_t below(std::size_t n) {
        return std::uniform_int_distribution<std::size_t>(0, n - 1)(engine_);
    }
    bool one_in(std::size_t n) { return below(n) == 0; }
    std::string const& of(std::vector<std::string> const& all) { return all[below(all.size())]; }

private:
    std::mt19937 engine_;
};

Region bare_region() {
    Region r;
    r.role("doctor", {Action::kQuery, Action::kRetrieve, Action::kIdentify});
    for (auto const& code : kOwners) r.member(code, "doctor");
    return r;
}

void random_conditions(AccessRule& rule, Random& random) {
    if (random.one_in(2)) rule.type_codes = {random.of(kTypes)};
    if (random.one_in(4)) rule.owners = {random.of(kOwners)};
    if (random.one_in(4)) rule.relation = random.one_in(2) ? Relation::kTreating : Relation::kNone;
    if (random.one_in(2))
        rule.highest = random.one_in(2) ? Confidentiality::kN : Confidentiality::kR;
}

Facts random_facts(Random& random) {
    Facts facts;
    for (int day = 1; day <= static_cast<int>(random.below(4)); ++day) {
        ConsentScope scope;
        if (random.one_in(2)) scope.owner = random.of(kOwners);
        if (random.one_in(2)) scope.code = random.of(kTypes);
        facts.consent.push_back(word(random.one_in(2), scope, day));
    }
    if (random.one_in(2)) facts.declared = {kPatient};
    return facts;
}

/// Every document there may be, and whether the clinic sees it.
std::vector<bool> seen(Region const& r, Facts const& facts) {
    auto const decision = r.ask(r.subject("clinic"), Action::kQuery, facts);
    std::vector<bool> out;
    for (auto const& owner : kOwners) {
        for (auto const& type : kTypes) {
            for (char const letter : kLetters) {
                out.push_back(decision.permitted && decision.scopes.size() == 1 &&
                              decision.scopes[0].second.allows(label(owner, type, letter)));
            }
        }
    }
    return out;
}

constexpr unsigned kAgreements = 400;

TEST(Properties, WithoutRowsNothingOfOthersIsOpenWhateverThePatientSaid) {
    for (unsigned seed = 0; seed < kAgreements; ++seed) {
        Random random(seed);
        auto const all = seen(bare_region(), random_facts(random));
        std::size_t const per_owner = kTypes.size() * kLetters.size();
        for (std::size_t i = 0; i < all.size(); ++i)
            ASSERT_EQ(all[i], i / per_owner == 1) << "seed " << seed << ", document " << i;
    }
}

TEST(Properties, ARowThatForbidsNeverOpensAnythingAndBeatsItsTwin) {
    int closed = 0;
    for (unsigned seed = 0; seed < kAgreements; ++seed) {
        Random random(seed);
        Region r = bare_region();
        for (std::size_t i = 0; i <= random.below(4); ++i) {
            auto& rule = r.rule("row" + std::to_string(i), "doctor");
            random_conditions(rule, random);
            rule.needs_consent = random.one_in(2);
        }
        Facts const facts = random_facts(random);
        auto const before = seen(r, facts);
        AccessRule twin = r.a.rules[random.below(r.a.rules.size())];
        twin.id = "forbids";
        twin.deny = true;
        twin.needs_consent = false;
        AccessRule const permitting = [&] {
            AccessRule copy = twin;
            copy.deny = false;
            return copy;
        }();
        Region with = r;
        auto& added = with.rule("forbids", "doctor");
        added = twin;
        auto const after = seen(with, facts);
        Region both = with;
        both.rule("permits", "doctor") = permitting;
        auto const against = seen(both, facts);
        for (std::size_t i = 0; i < before.size(); ++i) {
            ASSERT_FALSE(after[i] && !before[i]) << "seed " << seed << ", document " << i;
            ASSERT_EQ(against[i], after[i]) << "deny beats its twin: seed " << seed;
            closed += before[i] && !after[i];
        }
    }
    EXPECT_GT(closed, 300) << "or nothing was tried";
}

TEST(Properties, TakingConsentBackOpensNothing) {
    for (unsigned seed = 0; seed < kAgreements; ++seed) {
        Random random(seed);
        Region r = bare_region();
        for (std::size_t i = 0; i <= random.below(3); ++i)
            random_conditions(r.rule("row" + std::to_string(i), "doctor"), random);
        Facts facts = random_facts(random);
        auto const before = seen(r, facts);
        facts.consent.push_back(word(false, {}, 9));
        auto const after = seen(r, facts);
        std::size_t const per_owner = kTypes.size() * kLetters.size();
        for (std::size_t i = 0; i < before.size(); ++i) {
            ASSERT_FALSE(after[i] && !before[i]) << "seed " << seed << ", document " << i;
            ASSERT_EQ(after[i], i / per_owner == 1) << "the newest word is about everything";
        }
    }
}

TEST(Properties, OnlyWhoWasAskedAboutHasAScope) {
    for (unsigned seed = 0; seed < kAgreements; ++seed) {
        Random random(seed);
        Region r = bare_region();
        random_conditions(r.rule("row", "doctor"), random);
        Facts facts = random_facts(random);
        auto other = word(true, {}, 8);
        other.patient = kOtherPatient;
        auto const before = seen(r, facts);
        facts.consent.push_back(other);
        ASSERT_EQ(seen(r, facts), before) << "another patient's word: seed " << seed;
        for (Action const action : {Action::kQuery, Action::kRetrieve, Action::kIdentify}) {
            auto const decision = r.ask(r.subject("clinic"), action, facts);
            ASSERT_EQ(decision.scopes.size(), 1U);
            ASSERT_EQ(decision.scopes[0].first, kPatient);
        }
    }
}

}  // namespace
}  // namespace musubi::policy::test
