#include "mpi/match/address.h"
#include "mpi/match/birth_date.h"
#include "mpi/match/features.h"
#include "mpi/match/kana.h"
#include "mpi/match/similarity.h"

#include <gtest/gtest.h>

namespace musubi::mpi::match {
namespace {

std::string canonical(std::string_view kanji) { return to_utf8(fold_kanji(fold_width(kanji))); }
std::string skeleton(std::string_view kana) {
    return to_utf8(kana_skeleton(to_hiragana(fold_width(kana))));
}
std::string from_romaji(std::string_view latin) {
    return to_utf8(kana_skeleton(romaji_to_hiragana(fold_width(latin))));
}

// japan.md 14, vector 2.
TEST(FoldKanji, SpellingsOfRegistersBecomeOne) {
    EXPECT_EQ(canonical("髙橋"), canonical("高橋"));
    EXPECT_EQ(canonical("山﨑"), canonical("山崎"));
    EXPECT_EQ(canonical("大塚"), canonical("大塚"));
    EXPECT_EQ(canonical("𠮷田"), canonical("吉田"));
    EXPECT_EQ(canonical("渡邊"), canonical("渡辺"));
    EXPECT_EQ(canonical("渡邉"), canonical("渡辺"));
    EXPECT_EQ(canonical("葛\U000E0100城"), canonical("葛城"));
    EXPECT_EQ(canonical("佐々木"), canonical("佐佐木"));
    EXPECT_EQ(canonical("関ヶ根"), canonical("関ケ根"));
    EXPECT_NE(canonical("菊地"), canonical("菊池"));
    EXPECT_NE(canonical("太田"), canonical("大田"));
}

TEST(FoldKanji, LostCharactersMatchAnyButNotEverything) {
    Text const geta = fold_kanji(fold_width("高〓"));
    EXPECT_TRUE(equal_or_unknown(geta, u"高橋"));
    EXPECT_FALSE(equal_or_unknown(geta, u"石橋"));
    EXPECT_FALSE(equal_or_unknown(geta, u"高"));
    EXPECT_FALSE(equal_or_unknown(fold_kanji(fold_width("〓")), u"林"));
    EXPECT_TRUE(has_wildcard(fold_kanji(fold_width("\xEE\x80\x80田"))));
}

TEST(KanaSkeleton, OldTerminalsAndFormsAgree) {
    EXPECT_EQ(skeleton("ｷﾖｳｺ"), skeleton("きょうこ"));
    EXPECT_EQ(skeleton("オオノ"), skeleton("オーノ"));
    EXPECT_EQ(skeleton("オオノ"), skeleton("オノ"));
    EXPECT_EQ(skeleton("コウノ"), skeleton("コーノ"));
    EXPECT_EQ(skeleton("ﾔﾏﾀﾞ"), skeleton("ヤマタ"));
    EXPECT_EQ(skeleton("カヅオ"), skeleton("カズヲ"));
    EXPECT_EQ(skeleton("ハヂメ"), skeleton("はじめ"));
    EXPECT_NE(skeleton("ケイコ"), skeleton("ケンコ"));
    EXPECT_NE(skeleton("ゆうい"), skeleton("ゆあ"));
}

TEST(Romaji, EverySpellingGivesTheSound) {
    EXPECT_EQ(from_romaji("ONO"), skeleton("おおの"));
    EXPECT_EQ(from_romaji("OHNO"), skeleton("おおの"));
    EXPECT_EQ(from_romaji("Kouno"), skeleton("こうの"));
    EXPECT_EQ(from_romaji("SHIMBASHI"), skeleton("しんばし"));
    EXPECT_EQ(from_romaji("SINBASI"), skeleton("しんばし"));
    EXPECT_EQ(from_romaji("Jun'ichi"), skeleton("じゅんいち"));
    EXPECT_EQ(from_romaji("HATTORI"), skeleton("はっとり"));
    EXPECT_EQ(from_romaji("SATCHIKO"), skeleton("さっちこ"));
    EXPECT_EQ(from_romaji("NGUYEN"), "");
    EXPECT_EQ(from_romaji("SMITH"), "");
}

// japan.md 14, vector 10.
TEST(BirthDate, ErasAndWesternYears) {
    EXPECT_EQ(parse_birth_date("19600102").packed(), 19600102);
    EXPECT_EQ(parse_birth_date("196001021530+0900").packed(), 19600102);
    EXPECT_EQ(parse_birth_date("昭和35年1月2日").packed(), 19600102);
    EXPECT_EQ(parse_birth_date("S35.1.2").packed(), 19600102);
    EXPECT_EQ(parse_birth_date("Ｓ３５／１／２").packed(), 19600102);
    EXPECT_EQ(parse_birth_date("3350102").packed(), 19600102);
    EXPECT_EQ(parse_birth_date("令和元年5月1日").packed(), 20190501);
    EXPECT_EQ(parse_birth_date("S65.4.1").packed(), 19900401);
    EXPECT_EQ(parse_birth_date("M45.7.30").packed(), 19120730);
    EXPECT_EQ(parse_birth_date("1960-01-02").packed(), 19600102);
}

TEST(BirthDate, UnknownPartsStayUnknownAndNonsenseIsNoDate) {
    EXPECT_EQ(parse_birth_date("19600000"), (BirthDate{1960, 0, 0}));
    EXPECT_EQ(parse_birth_date("196005"), (BirthDate{1960, 5, 0}));
    for (char const* text : {"", "19601301", "19600230", "18500101", "21500101", "H1.13.1", "abc",
                             "99999999", "196"}) {
        EXPECT_FALSE(parse_birth_date(text).known()) << text;
    }
}

domain::PostalAddress whole(std::string text) {
    domain::PostalAddress address;
    address.whole = std::move(text);
    return address;
}

// japan.md 14, vector 4.
TEST(Address, WaysToWriteOneHouse) {
    auto const plain = parse_address(whole("静岡県静岡市駿河区登呂1-2-3"));
    ASSERT_TRUE(plain);
    EXPECT_EQ(to_utf8(plain->municipality), "静岡市駿河区");
    EXPECT_EQ(to_utf8(plain->town), "登呂");
    for (char const* text :
         {"静岡県静岡市駿河区登呂１−２−３", "静岡県静岡市駿河区登呂一丁目二番三号",
          "静岡県静岡市駿河区登呂１丁目２番地３　メゾン登呂２０１号室"}) {
        auto const other = parse_address(whole(text));
        ASSERT_TRUE(other) << text;
        EXPECT_EQ(other->town, plain->town) << text;
        EXPECT_EQ(other->numbers, plain->numbers) << text;
    }
    domain::PostalAddress split;
    split.state = "静岡県";
    split.city = "静岡市駿河区";
    split.street = "登呂1丁目2番3号";
    split.postal_code = "４２２－８０３３";
    auto const parts = parse_address(split);
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->municipality, plain->municipality);
    EXPECT_EQ(parts->numbers, plain->numbers);
    EXPECT_EQ(parts->postal_code, "4228033");
}

TEST(Address, MunicipalitiesWithMisleadingNames) {
    auto const municipality = [](char const* text) {
        return to_utf8(parse_address(whole(text))->municipality);
    };
    EXPECT_EQ(municipality("三重県四日市市諏訪町1-5"), "四日市市");
    EXPECT_EQ(municipality("千葉県市川市八幡1-1-1"), "市川市");
    EXPECT_EQ(municipality("福島県郡山市朝日1-23-7"), "郡山市");
    EXPECT_EQ(municipality("静岡県駿東郡清水町堂庭210-1"), "駿東郡清水町");
    EXPECT_EQ(municipality("東京都新宿区西新宿2-8-1"), "新宿区");
}

TEST(Phone, DigitsWithNationalPrefix) {
    EXPECT_EQ(fold_phone("+81-90-1234-5678"), "09012345678");
    EXPECT_EQ(fold_phone("０９０（１２３４）５６７８"), "09012345678");
    EXPECT_EQ(fold_phone("000-0000-0000"), "");
    EXPECT_EQ(fold_phone("054-000-0000"), "");
    EXPECT_EQ(fold_phone("1234"), "");
}

// japan.md 4.2.
TEST(Insurance, CardsAreFolded) {
    auto const key = fold_insurance({"220012", "あいう", "１８７", "5"});
    EXPECT_EQ(key.insurer, "00220012");
    EXPECT_EQ(key.number, "187");
    EXPECT_EQ(key.branch, "05");
    EXPECT_EQ(fold_insurance({"06130012", "12-34", "5 6", "00"}).branch, "");
    EXPECT_EQ(fold_insurance({"06130012", "12-34", "5 6", "00"}).symbol, "1234");
}

/// One spelling of a name.
domain::PersonName spelled(std::string family, std::string given = "", std::string type = "L") {
    domain::PersonName name;
    name.family = std::move(family);
    name.given = std::move(given);
    name.type_code = std::move(type);
    return name;
}

domain::Demographics named(domain::PersonName name) {
    domain::Demographics person;
    person.names.push_back(std::move(name));
    return person;
}

TEST(Features, PlaceholdersAreUnfit) {
    for (domain::PersonName const& name : std::vector<domain::PersonName>{
             spelled("不明", "不明"), spelled("テスト", "太郎"), spelled("佐藤", "ベビー"),
             spelled("佐藤", "花子ノ児"), spelled("佐藤", "新生児"), spelled("佐藤", "第一子"),
             spelled("ｻﾄｳ", "ﾍﾞﾋﾞｰ"), spelled("", "")}) {
        EXPECT_TRUE(features_of(named(name)).unfit) << name.family << name.given;
    }
    for (domain::PersonName const& name :
         std::vector<domain::PersonName>{spelled("佐藤", "健児"), spelled("試", "太郎"),
                                         spelled("児玉", "清"), spelled("BABINGTON", "ANN")}) {
        EXPECT_FALSE(features_of(named(name)).unfit) << name.family << name.given;
    }
    auto unknown = named(spelled("佐藤", "清"));
    unknown.identity_unknown = "Y";
    EXPECT_TRUE(features_of(unknown).unfit);
}

TEST(Features, SpellingsOfOneNameAreOneForm) {
    domain::Demographics person;
    person.names.push_back({"山本", "京子", "", "", "", "L", domain::Script::kIdeographic});
    person.names.push_back({"ヤマモト", "キョウコ", "", "", "", "L", domain::Script::kPhonetic});
    person.names.push_back({"田中", "京子", "", "", "", "M", domain::Script::kIdeographic});
    auto const features = features_of(person);
    ASSERT_EQ(features.names.size(), 2U);
    EXPECT_EQ(to_utf8(features.names[0].family.kanji), "山本");
    EXPECT_EQ(to_utf8(features.names[0].given.kana), "きょうこ");
    EXPECT_EQ(features.names[1].kind, NameKind::kFormer);
}

TEST(Features, OneFieldWithABlankIsDividedAndWithoutItStaysWhole) {
    EXPECT_TRUE(features_of(named(spelled("山本　京子", ""))).names.at(0).divided);
    auto const run_together = features_of(named(spelled("山本京子", "")));
    EXPECT_FALSE(run_together.names.at(0).divided);
    EXPECT_EQ(to_utf8(run_together.names.at(0).whole.kanji), "山本京子");
}

TEST(Features, HostileTextIsBounded) {
    std::string endless;
    for (int i = 0; i < 50'000; ++i) endless += "髙\xff";
    domain::Demographics person = named(spelled(endless, endless));
    person.names.resize(500, person.names[0]);
    person.addresses.resize(500, whole(endless));
    person.home_phones.resize(500, {endless + "0123456789", "", "", ""});
    person.birth_time = endless;
    auto const features = features_of(person);
    EXPECT_LE(features.names.size(), Names::kMostForms);
    EXPECT_LE(features.addresses.size(), 8U);
    EXPECT_LE(features.names.at(0).whole.kanji.size(), 512U);
}

TEST(Similarity, OneEdit) {
    EXPECT_TRUE(within_one_edit(u"たかし", u"たかし"));
    EXPECT_TRUE(within_one_edit(u"たかし", u"たかしお"));
    EXPECT_TRUE(within_one_edit(u"たかし", u"たあし"));
    EXPECT_TRUE(within_one_edit(u"たかし", u"かたし"));
    EXPECT_FALSE(within_one_edit(u"たかし", u"しかた"));
    EXPECT_FALSE(within_one_edit(u"た", u"たかし"));
    EXPECT_NEAR(jaro_winkler(u"MARTHA", u"MARHTA"), 0.961, 0.001);
    EXPECT_NEAR(jaro_winkler(u"DIXON", u"DICKSONX"), 0.813, 0.001);
    EXPECT_EQ(jaro_winkler(u"", u"A"), 0);
}

}  // namespace
}  // namespace musubi::mpi::match
