// What counts as a criterion for the agreement's minimum (domain::DemographicsRules).
#include "unit/pdq/v2_fixture.h"

namespace musubi::core {
namespace {

using enum domain::DemographicsRules::Criterion;
using Criterion = domain::DemographicsRules::Criterion;
using domain::DemographicsQuery;
using domain::NameCriterion;

NameCriterion family(std::string text) {
    NameCriterion name;
    name.family = std::move(text);
    return name;
}

struct Row {
    char const* what;
    Criterion criterion;
    std::function<void(DemographicsQuery&)> fill;
    bool counts;
};

TEST(MinimumCriteria, OnlyWhatNarrowsCounts) {
    Row const rows[] = {
        {"a family name", kFamily, [](auto& q) { q.names = {family("YAMADA")}; }, true},
        {"a prefix", kFamily, [](auto& q) { q.names = {family("YA*")}; }, true},
        {"one kanji and a wildcard", kFamily, [](auto& q) { q.names = {family("山*")}; }, true},
        {"one letter and a wildcard", kFamily, [](auto& q) { q.names = {family("Y*")}; }, false},
        {"a wildcard", kFamily, [](auto& q) { q.names = {family("*")}; }, false},
        {"an alternative that says nothing", kFamily,
         [](auto& q) {
             q.names = {family("YAMADA"), family("*")};
         },
         false},
        {"a family name for a given one", kGiven, [](auto& q) { q.names = {family("YAMADA")}; },
         false},
        {"a day of birth", kBirth,
         [](auto& q) {
             q.birth = {"19600102", "19600102"};
         },
         true},
        {"a year of birth", kBirth,
         [](auto& q) {
             q.birth = {"1960", "1960"};
         },
         false},
        {"a range", kBirth,
         [](auto& q) {
             q.birth = {"19000101", "20201231"};
         },
         false},
        {"an open range", kBirth,
         [](auto& q) {
             q.birth = {"", "19600102"};
         },
         false},
        {"an id", kId,
         [](auto& q) {
             q.ids = {{{"K1", {}, "", ""}}};
         },
         true},
        {"the beginning of an id", kId,
         [](auto& q) {
             q.ids = {{{"K*", {}, "", ""}}};
         },
         false},
        {"four letters of an id", kPartialId,
         [](auto& q) {
             q.ids = {{{"0012*", {}, "", ""}}};
         },
         true},
        {"three letters of an id", kPartialId,
         [](auto& q) {
             q.ids = {{{"001*", {}, "", ""}}};
         },
         false},
        {"a whole id", kPartialId,
         [](auto& q) {
             q.ids = {{{"1", {}, "", ""}}};
         },
         true},
        {"a phone", kPhone, [](auto& q) { q.phones = {"0542821234"}; }, true},
        {"an empty phone beside one", kPhone,
         [](auto& q) {
             q.phones = {"0542821234", "*"};
         },
         false},
        {"a country alone", kAddress,
         [](auto& q) {
             q.addresses.resize(1);
             q.addresses[0].country = "JPN";
         },
         false},
        {"a city", kAddress,
         [](auto& q) {
             q.addresses.resize(1);
             q.addresses[0].city = "静岡市";
         },
         true},
        {"a mother's name", kMothersName,
         [](auto& q) { q.mothers_maiden_names = {family("SATO")}; }, true},
    };
    for (Row const& row : rows) {
        DemographicsQuery query;
        row.fill(query);
        domain::DemographicsRules const rules{"K3.12", {{row.criterion}}, 1, 1, 1};
        EXPECT_EQ(missing_criteria(rules, query).empty(), row.counts) << row.what;
    }
}

TEST(MinimumCriteria, OneCompleteSetIsEnoughAndOthersTellWhatTheyLack) {
    domain::DemographicsRules const rules{"K3.12", {{kId}, {kFamily, kBirth}}, 1, 1, 1};
    DemographicsQuery query;
    query.names = {family("YAMADA")};
    auto const missing = missing_criteria(rules, query);
    ASSERT_EQ(missing.size(), 2U);
    EXPECT_EQ(missing[1], (std::vector<Criterion>{kBirth}));
    query.birth = {"19600102", "19600102"};
    EXPECT_TRUE(missing_criteria(rules, query).empty());
}

TEST(MinimumCriteria, AnAgreementWithoutASetOffersNoQuestions) {
    DemographicsQuery query;
    query.names = {family("YAMADA")};
    EXPECT_FALSE(missing_criteria(domain::DemographicsRules{}, query).empty());
    FoundCandidates found;
    found.missing = missing_criteria(domain::DemographicsRules{}, query);
    EXPECT_NE(missing_criteria_error(found, "QPD^1^3").issues.at(0).context.find("offers no"),
              std::string::npos);
}

}  // namespace
}  // namespace musubi::core
