// Finding records by the beginning of an id, an account or a visit (pix-pdq 3.1, 3.3).
#include "mpi/number_keys.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace musubi::mpi {
namespace {

constexpr char const* kKita = "1.2.392.10";

domain::DemographicsQuery asked(std::string id, std::string authority = kKita) {
    domain::DemographicsQuery query;
    domain::IdCriterion one;
    one.id.id = std::move(id);
    one.id.authority.universal_id = std::move(authority);
    query.ids = {one};
    return query;
}

bool found(std::string const& id, std::string const& wanted) {
    auto const keys = number_keys({id, kKita}, {}, {});
    auto const lists = beginning_lookups(asked(wanted));
    return !lists.empty() && std::any_of(keys.begin(), keys.end(), [&](match::Key const& key) {
        auto const& list = lists.front().keys;
        return std::find(list.begin(), list.end(), key) != list.end();
    });
}

TEST(NumberKeys, UpToSixCharactersMayBeLeftOpen) {
    for (std::string const id : {"12", "123", "1234", "12345", "1234567", "0000012345",
                                 "9b2c6a1e-7c1f-4f0e-9d55-1234567890ab"}) {
        for (std::size_t open = 0; open <= 6 && open + kLeastOfAnId <= id.size(); ++open)
            EXPECT_TRUE(found(id, id.substr(0, id.size() - open) + "*")) << id << " " << open;
    }
    EXPECT_FALSE(found("0000012345", "000*")) << "seven are open";
    EXPECT_FALSE(found("0000012345", "0000022*"));
    EXPECT_FALSE(found("0000012345", "0000012345")) << "a whole id is looked up as such";
}

TEST(NumberKeys, OneIdCostsTwoTokensAndTheyAreItsDomains) {
    EXPECT_EQ(number_keys({"0000012345", kKita}, {}, {}).size(), 2U);
    EXPECT_EQ(number_keys({"12345", kKita}, {}, {}).size(), 1U);
    EXPECT_TRUE(number_keys({"", kKita}, {}, {}).empty());
    auto const here = number_keys({"12345", kKita}, {}, {});
    EXPECT_NE(here, number_keys({"12345", "1.2.392.20"}, {}, {}));
}

TEST(NumberKeys, ABeginningOfNothingOrWithoutADomainIsNoneToLookUp) {
    EXPECT_TRUE(beginning_lookups(asked("*")).empty());
    EXPECT_TRUE(beginning_lookups(asked("1*")).empty());
    EXPECT_TRUE(beginning_lookups(asked("1234*", "")).empty());
}

TEST(NumberKeys, AccountsAndWhatTellsVisitsApartAreLookedUpWhole) {
    domain::Demographics person;
    person.account = domain::LocalId{{"A-77", ""}, ""};
    domain::Visit const visit{
        {2, 1, 1, 1, "I"}, {3, 1, 1, 1, "W3"}, {7, 1, 2, 1, "SATO"}, {19, 1, 1, 1, "V1"}};
    auto const keys = number_keys({"12", kKita}, person, visit);
    EXPECT_EQ(keys.size(), 5U) << "not the class, which everybody has";
    domain::DemographicsQuery query;
    query.account.emplace().id = "A-77";
    query.visit = {{7, 2, 1, "SATO", ""}, {2, 1, 1, "I", ""}, {19, 1, 1, "V*", ""}};
    auto const lists = number_lookups(query);
    ASSERT_EQ(lists.size(), 2U);
    for (auto const& list : lists) {
        ASSERT_EQ(list.size(), 1U);
        EXPECT_NE(std::find(keys.begin(), keys.end(), list.front()), keys.end());
    }
}

}  // namespace
}  // namespace musubi::mpi
