#include "mpi/match/features.h"
#include "mpi/match/weights.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace musubi::mpi::match {
namespace {

/// One spelling of a name.
domain::PersonName spelled(std::string family, std::string given = "", std::string type = "L") {
    domain::PersonName name;
    name.family = std::move(family);
    name.given = std::move(given);
    name.type_code = std::move(type);
    return name;
}

domain::Demographics yamamoto() {
    domain::Demographics person;
    person.names.push_back({"山本", "京子", "", "", "", "L", domain::Script::kIdeographic});
    person.names.push_back({"ヤマモト", "キョウコ", "", "", "", "L", domain::Script::kPhonetic});
    person.birth_time = "19560312";
    person.sex = "F";
    domain::PostalAddress home;
    home.whole = "静岡県静岡市駿河区登呂1-2-3";
    home.postal_code = "4228033";
    person.addresses.push_back(home);
    person.home_phones.push_back({"090-1234-5678", "PRN", "CP", ""});
    person.insurances.push_back({"06130012", "12", "345", "01"});
    return person;
}

Evidence compared(domain::Demographics const& a, domain::Demographics const& b,
                  Weights const& weights = {}) {
    return compare(features_of(a), features_of(b), weights);
}

bool guarded(Evidence const& evidence, std::string_view guard) {
    return std::find(evidence.guards.begin(), evidence.guards.end(), guard) !=
           evidence.guards.end();
}

Weights with_insurance() {
    Weights weights;
    weights.use_insurance = true;
    return weights;
}

bool share_a_key(domain::Demographics const& a, domain::Demographics const& b,
                 Weights const& weights = {}) {
    auto const x = blocking_keys(features_of(a), weights);
    auto const y = blocking_keys(features_of(b), weights);
    std::vector<Key> common;
    std::set_intersection(x.begin(), x.end(), y.begin(), y.end(), std::back_inserter(common));
    return !common.empty();
}

TEST(Compare, TheSameRecordLinks) {
    auto const evidence = compared(yamamoto(), yamamoto());
    EXPECT_EQ(evidence.verdict, Verdict::kLink);
    EXPECT_TRUE(evidence.guards.empty());
}

TEST(Compare, IsSymmetric) {
    auto other = yamamoto();
    other.names[0].given = "京太";
    other.birth_time = "19560321";
    auto const one = compared(yamamoto(), other), two = compared(other, yamamoto());
    EXPECT_EQ(one.score, two.score);
    EXPECT_EQ(one.verdict, two.verdict);
}

TEST(Compare, HomeTelephoneAndCardTogetherAreCapped) {
    auto partner = yamamoto();
    partner.names[0].given = "健一";
    partner.names[1].given = "ケンイチ";
    partner.birth_time = "19530704";
    partner.sex = "M";
    auto const evidence = compared(yamamoto(), partner, with_insurance());
    EXPECT_EQ(evidence.verdict, Verdict::kSeparate);
    EXPECT_TRUE(guarded(evidence, "given name differs"));
    EXPECT_TRUE(guarded(evidence, "sex differs"));
}

TEST(Compare, AnotherBranchOfTheCardForbidsALink) {
    auto other = yamamoto();
    other.insurances[0].branch = "02";
    auto const evidence = compared(yamamoto(), other, with_insurance());
    EXPECT_TRUE(guarded(evidence, "another branch of the card"));
    EXPECT_EQ(evidence.verdict, Verdict::kReview);
    EXPECT_EQ(compared(yamamoto(), other).verdict, Verdict::kLink) << "not a key where not agreed";
}

// pix-pdq.md 2.2: everything equal but a close given name and the order.
TEST(Compare, TwinsAreNeverLinkedByThemselves) {
    auto twin = yamamoto();
    twin.names[0].given = "響子";
    twin.names[1].given = "キョウカ";
    EXPECT_TRUE(guarded(compared(yamamoto(), twin), "may be twins"));
    EXPECT_NE(compared(yamamoto(), twin).verdict, Verdict::kLink);

    auto first = yamamoto(), second = yamamoto();
    first.multiple_birth = second.multiple_birth = "Y";
    first.birth_order = "1";
    second.birth_order = "2";
    EXPECT_TRUE(guarded(compared(first, second), "may be twins"));
    second.birth_order = "1";
    EXPECT_EQ(compared(first, second).verdict, Verdict::kLink);
    Weights without;
    without.pediatric = false;
    second.birth_order = "2";
    EXPECT_EQ(compared(first, second, without).verdict, Verdict::kLink);
}

TEST(Compare, UnidentifiedPatientsNeverLinkAndHaveNoKeys) {
    auto unknown = yamamoto();
    unknown.identity_unknown = "Y";
    EXPECT_NE(compared(yamamoto(), unknown).verdict, Verdict::kLink);
    EXPECT_TRUE(guarded(compared(yamamoto(), unknown), "unfit to match"));
    EXPECT_TRUE(blocking_keys(features_of(unknown), {}).empty());
}

TEST(Compare, CommonNamesNeedMoreThanADateOfBirth) {
    auto a = yamamoto(), b = yamamoto();
    for (auto* person : {&a, &b}) {
        person->names = {{"佐藤", "和子", "", "", "", "L", domain::Script::kIdeographic},
                         {"サトウ", "カズコ", "", "", "", "L", domain::Script::kPhonetic}};
        person->home_phones.clear();
        person->insurances.clear();
    }
    b.addresses[0].whole = "静岡県沼津市本町4-5-6";
    b.addresses[0].postal_code = "4100801";
    EXPECT_TRUE(guarded(compared(a, b), "not corroborated"));
    for (auto* person : {&a, &b}) {
        person->names = {
            {"勅使河原", "蓮三郎", "", "", "", "L", domain::Script::kIdeographic},
            {"テシガワラ", "レンザブロウ", "", "", "", "L", domain::Script::kPhonetic}};
    }
    EXPECT_EQ(compared(a, b).verdict, Verdict::kLink) << "a rare name and the day suffice";
}

TEST(Compare, ADifferentFamilyNameInOneTownIsNoLink) {
    auto neighbour = yamamoto();
    neighbour.names[0].family = "石越";
    neighbour.names[1].family = "イシコシ";
    neighbour.addresses[0].whole = "静岡県静岡市駿河区登呂5-6-7";
    neighbour.home_phones.clear();
    neighbour.insurances.clear();
    EXPECT_NE(compared(yamamoto(), neighbour).verdict, Verdict::kLink);
}

struct Change {
    char const* name;
    void (*apply)(domain::Demographics&);
    Verdict expected;
};
void PrintTo(Change const& change, std::ostream* out) { *out << change.name; }

class WrittenOtherwise : public testing::TestWithParam<Change> {};

TEST_P(WrittenOtherwise, IsFoundAndJudged) {
    auto other = yamamoto();
    GetParam().apply(other);
    EXPECT_TRUE(share_a_key(yamamoto(), other));
    EXPECT_EQ(compared(yamamoto(), other).verdict, GetParam().expected);
}

using D = domain::Demographics;
INSTANTIATE_TEST_SUITE_P(
    Compare, WrittenOtherwise,
    testing::Values(
        Change{"half_width", [](D& p) { p.names[1] = spelled("ﾔﾏﾓﾄ", "ｷﾖｳｺ"); }, Verdict::kLink},
        Change{"kana_only", [](D& p) { p.names.erase(p.names.begin()); }, Verdict::kLink},
        Change{"kanji_only", [](D& p) { p.names.pop_back(); }, Verdict::kLink},
        Change{"romaji_only", [](D& p) { p.names = {spelled("YAMAMOTO", "KYOKO")}; },
               Verdict::kLink},
        Change{"run_together",
               [](D& p) {
                   p.names = {spelled("山本京子", ""), spelled("ヤマモトキョウコ", "")};
               },
               Verdict::kLink},
        Change{"one_field", [](D& p) { p.names = {spelled("山本　京子", "")}; }, Verdict::kLink},
        Change{"swapped",
               [](D& p) {
                   p.names = {spelled("京子", "山本"), spelled("キョウコ", "ヤマモト")};
               },
               Verdict::kLink},
        Change{"lost_character", [](D& p) { p.names[0].family = "山〓"; }, Verdict::kLink},
        Change{"other_reading", [](D& p) { p.names[1].given = "ケイコ"; }, Verdict::kLink},
        Change{"married",
               [](D& p) {
                   p.names[0].family = "中村";
                   p.names[1].family = "ナカムラ";
                   p.names.push_back(spelled("山本", "京子", "M"));
                   p.names.push_back(spelled("ヤマモト", "キョウコ", "M"));
               },
               Verdict::kLink},
        Change{"era_slip", [](D& p) { p.birth_time = "20190312"; }, Verdict::kLink},
        Change{"month_for_day", [](D& p) { p.birth_time = "19561203"; }, Verdict::kLink},
        Change{"no_birth_date", [](D& p) { p.birth_time.clear(); }, Verdict::kReview},
        Change{"another_year", [](D& p) { p.birth_time = "19720907"; }, Verdict::kReview}),
    [](auto const& info) { return info.param.name; });

TEST(BlockingKeys, InsuranceOnlyWhereAgreed) {
    auto const features = features_of(yamamoto());
    auto const has = [&](Weights const& weights, int type) {
        auto const keys = blocking_keys(features, weights);
        return std::any_of(keys.begin(), keys.end(), [&](Key const& k) { return k.type == type; });
    };
    for (int type : {1, 2, 3, 4, 7, 8, 9, 10, 12}) EXPECT_TRUE(has({}, type)) << type;
    EXPECT_FALSE(has({}, 5));
    EXPECT_FALSE(has({}, 6));
    EXPECT_TRUE(has(with_insurance(), 5));
    EXPECT_TRUE(has(with_insurance(), 6));
}

TEST(BlockingKeys, AreAlwaysCompounds) {
    for (Key const& key : blocking_keys(features_of(yamamoto()), with_insurance())) {
        EXPECT_NE(key.value.find('\x1f'), std::string::npos) << int(key.type);
    }
}

TEST(Evidence, NeverHoldsTheValues) {
    auto const evidence = compared(yamamoto(), yamamoto(), with_insurance());
    EXPECT_EQ(evidence.comparisons.size(), 7U);
    for (auto const& comparison : evidence.comparisons) {
        EXPECT_EQ(comparison.level.find("山本"), std::string_view::npos);
        EXPECT_EQ(comparison.level.find("1956"), std::string_view::npos);
    }
}

TEST(Weights, ChangesAreReadByName) {
    auto const weights =
        weights_from({{"link", "25.5"}, {"given.6", "9"}, {"use_insurance", "true"}});
    ASSERT_TRUE(weights);
    EXPECT_EQ(weights->link, 25.5);
    EXPECT_EQ(weights->given[6], 9);
    EXPECT_TRUE(weights->use_insurance);
    Weights strict = *weights;
    strict.link = 90;
    EXPECT_EQ(compared(yamamoto(), yamamoto(), strict).verdict, Verdict::kReview);
}

TEST(Weights, NonsenseIsRefused) {
    using Changes = std::map<std::string, std::string>;
    for (Changes const& changes :
         {Changes{{"lnik", "1"}}, Changes{{"link", "x"}}, Changes{{"link", ""}},
          Changes{{"link", "nan"}}, Changes{{"given.7", "1"}}, Changes{{"given.", "1"}},
          Changes{{"given", "1"}}, Changes{{"pediatric", "yes"}}, Changes{{"link", "1e9"}},
          Changes{{"review", "19"}}, Changes{{"rarity", "-1"}}}) {
        auto const weights = weights_from(changes);
        ASSERT_FALSE(weights) << changes.begin()->first;
        EXPECT_EQ(weights.error().code, Code::kInvalidContent);
    }
}

TEST(NameFrequencies, RareNamesSayMore) {
    auto const names = NameFrequencies::embedded();
    NamePart sato = read_part("佐藤", domain::Script::kIdeographic);
    NamePart rare = read_part("勅使河原", domain::Script::kIdeographic);
    EXPECT_GT(names->family(sato, true), 0.01);
    EXPECT_EQ(names->family(rare, true), NameFrequencies::kUnlisted);
    NamePart const sound = read_part("ヒロシ", domain::Script::kPhonetic);
    NamePart const one = read_part("博", domain::Script::kIdeographic);
    EXPECT_GT(names->given(sound, false), names->given(one, true))
        << "a sound is as common as all who have it";
    EXPECT_FALSE(NameFrequencies::parse("佐藤\tさとう\tmany\n", ""));
    EXPECT_FALSE(NameFrequencies::parse("佐藤\tさとう\n", ""));
    EXPECT_TRUE(NameFrequencies::parse("# nothing\n", ""));
}

}  // namespace
}  // namespace musubi::mpi::match
