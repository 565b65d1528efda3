#include "mpi/match/search.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace musubi::mpi::match {
namespace {

using domain::DemographicsQuery;
using domain::NameCriterion;
using domain::Script;

domain::Demographics kanja() {
    domain::Demographics person;
    person.names.push_back({"渡邊", "京子", "", "", "", "L", Script::kIdeographic});
    person.names.push_back({"ワタナベ", "キョウコ", "", "", "", "L", Script::kPhonetic});
    person.mothers_maiden_names.push_back({"石川", "文子", "", "", "", "M", Script::kIdeographic});
    person.birth_time = "19600102";
    person.sex = "F";
    domain::PostalAddress home;
    home.whole = "静岡県静岡市駿河区登呂1-3-5";
    home.postal_code = "422-8033";
    home.country = "JPN";
    person.addresses.push_back(home);
    person.home_phones.push_back({"054-123-4567", "PRN", "PH", ""});
    person.account = domain::LocalId{{"A1", "2.999.7"}, ""};
    return person;
}

std::optional<int> fits(DemographicsQuery const& query,
                        domain::Demographics const& person = kanja()) {
    return fit(query, person, features_of(person));
}

/// The keys lead to the record: it has one of every list.
bool found(DemographicsQuery const& query, domain::Demographics const& person = kanja()) {
    auto const keys = search_keys(features_of(person));
    auto const lists = lookup_keys(query);
    return !lists.empty() && std::all_of(lists.begin(), lists.end(), [&](auto const& list) {
        return std::any_of(list.begin(), list.end(), [&](Key const& key) {
            return std::binary_search(keys.begin(), keys.end(), key);
        });
    });
}

DemographicsQuery named(std::string family, std::string given = "", Script script = {}) {
    DemographicsQuery query;
    query.names.push_back({std::move(family), std::move(given), "", script, "", false});
    return query;
}
DemographicsQuery fuzzy(std::string family, std::string given = "") {
    auto query = named(std::move(family), std::move(given));
    query.names[0].fuzzy = true;
    return query;
}
DemographicsQuery born(std::string low, std::string high) {
    DemographicsQuery query;
    query.birth = domain::DateRange{std::move(low), std::move(high)};
    return query;
}

struct Case {
    char const* name;
    DemographicsQuery query;
    int degree;  ///< 0: does not fit
};
void PrintTo(Case const& c, std::ostream* out) { *out << c.name; }

class NameQuery : public testing::TestWithParam<Case> {};

TEST_P(NameQuery, FindsWhatFits) {
    auto const degree = fits(GetParam().query);
    EXPECT_EQ(degree.value_or(0), GetParam().degree);
    if (degree) {
        EXPECT_TRUE(found(GetParam().query));
    }
}

INSTANTIATE_TEST_SUITE_P(
    Fit, NameQuery,
    testing::Values(
        Case{"kanji", named("渡邊", "京子"), 100}, Case{"variant", named("渡辺"), 100},
        Case{"given_only", named("", "京子"), 100},
        Case{"kana", named("ワタナベ", "キョウコ"), 100}, Case{"hiragana", named("わたなべ"), 100},
        Case{"half_width", named("ﾜﾀﾅﾍﾞ"), 100},
        Case{"large_kana", named("ワタナベ", "キヨウコ"), 95},
        Case{"mixed", named("渡辺", "キョウコ"), 100},
        Case{"romaji", named("WATANABE", "KYOKO"), 90}, Case{"kanji_prefix", named("渡*"), 100},
        Case{"kana_prefix", named("ワタ*", "キョ*"), 100},
        Case{"long_prefix", named("ワタナベ*"), 100}, Case{"other_given", named("渡辺", "良子"), 0},
        Case{"part_is_not_enough", named("渡"), 0}, Case{"kana_part", named("ワタナ"), 0},
        Case{"other_prefix", named("田*"), 0}, Case{"star_alone", named("渡辺", "*"), 100},
        Case{"script_kanji", named("渡辺", "", Script::kIdeographic), 100},
        Case{"script_kana", named("ワタナベ", "", Script::kPhonetic), 100},
        Case{"script_excludes", named("ワタナベ", "", Script::kIdeographic), 0},
        Case{"latin_only_where_sent", named("WATANABE", "", Script::kAlphabetic), 0},
        Case{"slip_exact", named("ワタナヘ", "キョウカ"), 0},
        Case{"slip_fuzzy", fuzzy("ワタナベ", "キョウカ"), 80},
        Case{"far_fuzzy", fuzzy("サトウ", "キョウコ"), 0}),
    [](auto const& info) { return info.param.name; });

TEST(Fit, NamesAreAlternatives) {
    auto query = named("鈴木");
    query.names.push_back({"ワタナベ", "", "", {}, "", false});
    EXPECT_EQ(fits(query), 100);
    EXPECT_TRUE(found(query));
}

TEST(Fit, TypeCodeNarrows) {
    auto query = named("渡辺");
    query.names[0].type_code = "M";
    EXPECT_FALSE(fits(query));
    query.names[0].type_code = "L";
    EXPECT_TRUE(fits(query));
}

TEST(Fit, UndividedNamesAreFoundByTheirParts) {
    auto person = kanja();
    person.names = {{"渡邊京子", "", "", "", "", "L", {}},
                    {"ワタナベキョウコ", "", "", "", "", "L", {}}};
    for (auto const& query : {named("渡辺", "京子"), named("渡辺"), named("ワタナベ"),
                              named("ワタナベ", "キョウコ"), named("", "京子")}) {
        EXPECT_EQ(fits(query, person), 90) << query.names[0].family;
        EXPECT_TRUE(found(query, person)) << query.names[0].family << query.names[0].given;
    }
    EXPECT_FALSE(fits(named("渡辺", "良子"), person));
}

TEST(Fit, LatinWordsInAnyOrder) {
    auto person = kanja();
    person.names = {{"NGUYEN", "VAN MINH", "ANH", "", "", "L", Script::kAlphabetic}};
    for (auto const& query : {named("Nguyen", "Minh"), named("Minh", "Nguyen"), named("NGUY*"),
                              named("", "van minh")}) {
        EXPECT_TRUE(fits(query, person)) << query.names[0].family;
        EXPECT_TRUE(found(query, person)) << query.names[0].family;
    }
    EXPECT_FALSE(fits(named("Nguyen", "Hoa"), person));
}

TEST(Fit, BirthDatesByPrecisionAndRange) {
    struct {
        char const *low, *high;
        bool expected;
    } const kCases[] = {
        {"19600102", "19600102", true}, {"196001", "196001", true},     {"1960", "1960", true},
        {"1959", "1961", true},         {"", "19600102", true},         {"19600102", "", true},
        {"19600103", "", false},        {"", "19600101", false},        {"196002", "196005", false},
        {"19591215", "19600110", true}, {"195906", "196003", true},     {"1961", "1962", false},
        {"nonsense", "", false},        {"19600102", "19600101", false}};
    for (auto const& c : kCases) {
        auto const query = born(c.low, c.high);
        EXPECT_EQ(fits(query).has_value(), c.expected) << c.low << '-' << c.high;
        if (c.expected) {
            EXPECT_TRUE(found(query)) << c.low << '-' << c.high;
        }
    }
    auto vague = kanja();
    vague.birth_time = "1960";
    EXPECT_TRUE(fits(born("1960", "1960"), vague));
    EXPECT_TRUE(found(born("1960", "1960"), vague));
    EXPECT_FALSE(fits(born("19600102", "19600102"), vague));
}

TEST(Fit, OtherCriteriaCombineWithAnd) {
    auto query = named("渡辺");
    query.sex = "F";
    query.phones = {"0549999999", "(054)123-4567"};
    query.account = domain::SentIdentifier{"A1", {}, "", ""};
    domain::PostalAddress home;
    home.city = "静岡市駿河区";
    home.state = "静岡県";
    home.postal_code = "422-80*";
    home.street = "登呂1丁目3";
    query.addresses.push_back(home);
    EXPECT_EQ(fits(query), 100) << "chome is written otherwise, and means the same";
    for (std::string const same :
         {"登呂1-3", "登呂一丁目三番", "登呂１−３", "登呂1丁目3番5号", "登呂1の3の5"}) {
        query.addresses[0].street = same;
        EXPECT_EQ(fits(query), 100) << same;
    }
    for (std::string const other : {"登呂1-4", "登呂13", "登呂1丁目35"}) {
        query.addresses[0].street = other;
        EXPECT_FALSE(fits(query)) << other;
    }
    query.addresses[0].street = "登呂*";
    EXPECT_EQ(fits(query), 100);
    EXPECT_TRUE(found(query));
    auto const broken = [&](auto change) {
        auto other = query;
        change(other);
        return fits(other).has_value();
    };
    EXPECT_FALSE(broken([](auto& q) { q.sex = "M"; }));
    EXPECT_FALSE(broken([](auto& q) { q.phones = {"0549999999"}; }));
    EXPECT_FALSE(broken([](auto& q) { q.account->id = "A2"; }));
    EXPECT_FALSE(broken([](auto& q) { q.addresses[0].city = "沼津市"; }));
    EXPECT_FALSE(broken([](auto& q) { q.addresses[0].postal_code = "4100801"; }));
    EXPECT_FALSE(broken([](auto& q) { q.birth = domain::DateRange{"1970", "1970"}; }));
}

TEST(Fit, MothersMaidenName) {
    DemographicsQuery query;
    query.mothers_maiden_names.push_back({"石川", "", "", {}, "", false});
    EXPECT_TRUE(fits(query));
    EXPECT_TRUE(found(query));
    query.mothers_maiden_names[0].family = "渡辺";
    EXPECT_FALSE(fits(query));
}

TEST(Fit, AskedDegreeIsALowerBound) {
    auto query = fuzzy("ワタナベ", "キョウカ");
    query.minimum_degree = 80;
    EXPECT_TRUE(fits(query));
    query.minimum_degree = 81;
    EXPECT_FALSE(fits(query));
}

TEST(LookupKeys, NothingThatNarrowsGivesNothing) {
    DemographicsQuery query;
    query.sex = "F";
    EXPECT_TRUE(lookup_keys(query).empty());
    EXPECT_TRUE(lookup_keys(named("*")).empty());
    EXPECT_TRUE(lookup_keys(named("ワ*")).empty()) << "one kana is no lookup";
    auto mixed = named("渡辺");
    mixed.names.push_back({"*", "", "", {}, "", false});
    EXPECT_TRUE(lookup_keys(mixed).empty()) << "one alternative may be anybody";
}

bool same_family(std::string const& displayed) {
    auto const keys = search_keys(features_of(kanja()));
    auto const asked = family_keys(displayed);
    return std::any_of(asked.begin(), asked.end(), [&](Key const& key) {
        return std::binary_search(keys.begin(), keys.end(), key);
    });
}

TEST(FamilyKeys, FindWhoBearsTheNameInAnyOfItsSpellings) {
    for (char const* name :
         {"渡邊 次郎", "渡辺　次郎", "渡邉 次郎", "わたなべ じろう", "ﾜﾀﾅﾍﾞ ｼﾞﾛｳ", "WATANABE Jiro",
          "Jiro Watanabe", "WATANABE^JIRO", "渡邊^次郎"})
        EXPECT_TRUE(same_family(name)) << name;
    for (char const* name : {"綿鍋 次郎", "佐藤 次郎", "さとう じろう", "京子 渡邊", "Kyoko Sato",
                             "", " ", "渡邊", "渡邊次郎", "^次郎"})
        EXPECT_FALSE(same_family(name)) << name;
}

}  // namespace
}  // namespace musubi::mpi::match
