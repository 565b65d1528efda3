#include "support/population/person.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace musubi::population {
namespace {

constexpr std::array kMunicipalities = {
    "静岡市葵区",     "静岡市駿河区", "静岡市清水区", "浜松市中央区", "浜松市浜名区",
    "沼津市",         "熱海市",       "三島市",       "富士宮市",     "伊東市",
    "島田市",         "富士市",       "磐田市",       "焼津市",       "掛川市",
    "藤枝市",         "御殿場市",     "袋井市",       "下田市",       "裾野市",
    "湖西市",         "伊豆市",       "御前崎市",     "菊川市",       "牧之原市",
    "賀茂郡東伊豆町", "賀茂郡河津町", "田方郡函南町", "駿東郡長泉町", "駿東郡小山町",
    "榛原郡吉田町",   "周智郡森町"};
constexpr std::array kTownHeads = {"本", "東", "西", "南", "北"};
constexpr std::array kTownTails = {"町", "田", "が丘", "之原", "ヶ谷"};
constexpr int kTownsEach = 25;

struct Foreigner {
    char const *family, *given, *family_kana, *given_kana;
};
constexpr std::array kForeignFamilies = {
    "SILVA", "SANTOS", "NGUYEN", "TRAN",     "GARCIA", "REYES", "KIM",  "LEE",     "WANG",
    "ZHANG", "SMITH",  "TANAKA", "OLIVEIRA", "GURUNG", "PHAM",  "CRUZ", "MENDOZA", "LIMA"};
constexpr std::array kForeignFamilyKana = {
    "しるば",     "さんとす", "ぐえん", "ちゃん", "がるしあ", "れいえす",
    "きむ",       "りー",     "わん",   "ちゃん", "すみす",   "たなか",
    "おりべいら", "ぐるん",   "ふぁむ", "くるす", "めんどさ", "りま"};
constexpr std::array kForeignGiven = {"MARIA",  "JOSE", "ANH",     "THI HOA",  "ANNA",  "CARLOS",
                                      "MIN JI", "WEI",  "XIAO LI", "JOHN",     "PAULO", "LUIZ",
                                      "DINESH", "ROSA", "GRACE",   "VAN MINH", "LUCAS", "BRUNA"};
constexpr std::array kForeignGivenKana = {"まりあ",   "ほせ",   "あん",     "ちほあ",   "あんな",
                                          "かるろす", "みんじ", "うぇい",   "しゃおり", "じょん",
                                          "ぱうろ",   "るいす", "でぃねし", "ろざ",     "ぐれーす",
                                          "ばんみん", "るかす", "ぶるな"};

std::string digits(int value, int width) {
    std::string text = std::to_string(value);
    while (text.size() < static_cast<std::size_t>(width)) text.insert(0, 1, '0');
    return text;
}

}  // namespace

Region::Region(Random& random) {
    int code = 4'100'001;
    for (char const* municipality : kMunicipalities) {
        for (int i = 0; i < kTownsEach; ++i) {
            std::string const town = std::string(kTownHeads[static_cast<std::size_t>(i) / 5]) +
                                     kTownTails[static_cast<std::size_t>(i) % 5];
            places_.push_back({"静岡県", municipality, town, std::to_string(code)});
            code += random.between(1, 40);
        }
    }
    for (int i = 0; i < 60; ++i) {
        // A third are national health insurance: six digits on the card.
        insurers_.push_back(i % 3 == 0 ? digits(220'000 + i * 7, 6)
                                       : digits(6'130'000 + i * 111, 8));
    }
}

Home Region::home(Random& random) const {
    Home home;
    home.place = &random.of(places_);
    home.chome = random.between(1, 5);
    home.banchi = random.between(1, 45);
    home.go = random.between(1, 30);
    if (random.chance(0.25)) {
        home.building = "メゾン" + std::to_string(random.between(1, 9)) +
                        digits(random.between(1, 12), 2) + "号室";
    }
    if (random.chance(0.6)) {
        home.landline =
            "054-" + digits(random.between(200, 999), 3) + "-" + digits(random.between(0, 9999), 4);
    }
    return home;
}

Card Region::card(Random& random, int serial) const {
    Card card;
    card.insurer = random.of(insurers_);
    bool const national = card.insurer.size() == 6;
    card.symbol = national ? "静" + std::to_string(random.between(1, 40))
                           : std::to_string(random.between(100, 9999));
    card.number = std::to_string(1000 + serial);
    return card;
}

std::string Region::mobile(Random& random) const {
    return std::string(random.chance(0.5) ? "090-" : "080-") +
           digits(random.between(1000, 9999), 4) + "-" + digits(random.between(0, 9999), 4);
}

void Households::set_birthday(Person& person) {
    person.month = random_.between(1, 12);
    constexpr std::array kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    person.day = random_.between(1, kDays[static_cast<std::size_t>(person.month - 1)]);
}

Person Households::adult(char sex, int year, Home const& home) {
    Person person;
    person.number = ++people_;
    person.sex = sex;
    person.year = year;
    set_birthday(person);
    Name const& family = names_.family(random_);
    person.family_kanji = family.kanji;
    person.family_kana =
        family.readings.size() > 1 && random_.chance(0.3) ? family.readings[1] : family.readings[0];
    person.given_name = names_.given(random_, sex, year);
    person.given_kanji = person.given_name.kanji;
    auto const& readings = person.given_name.readings;
    person.given_kana = readings.size() > 1 && random_.chance(0.3) ? readings[1] : readings[0];
    person.home = home;
    if (year < 2010 && random_.chance(0.7)) person.mobile = region_.mobile(random_);
    person.deceased = year < 1950 && random_.chance(0.05);
    return person;
}

Person Households::child(Person const& head, Person const* mother, int year) {
    Person person = adult(random_.chance(0.5) ? 'M' : 'F', std::min(year, 2024), head.home);
    if (!random_.chance(0.03)) {
        person.family_kanji = head.family_kanji;
        person.family_kana = head.family_kana;
    }
    if (mother != nullptr) {
        person.mother_family = mother->birth_family_kanji;
        person.mother_given = mother->given_kanji;
    }
    return person;
}

void Households::make_foreign(Person& person) {
    std::size_t const family = random_.index(kForeignFamilies.size());
    std::size_t const given = random_.index(kForeignGiven.size());
    std::size_t const middle = random_.index(kForeignGiven.size());
    person.latin_family = kForeignFamilies[family];
    person.latin_given = kForeignGiven[given];
    person.family_kana = kForeignFamilyKana[family];
    person.given_kana = kForeignGivenKana[given];
    if (random_.chance(0.6)) {
        person.latin_middle = kForeignGiven[middle];
        person.given_kana += kForeignGivenKana[middle];
    }
    person.family_kanji.clear();
    person.given_kanji.clear();
    if (random_.chance(0.2)) {
        Name const& alias = names_.family(random_);
        person.alias_family = alias.kanji;
        person.alias_family_kana = alias.readings[0];
        Name const& own = names_.given(random_, person.sex, person.year);
        person.alias_given = own.kanji;
        person.alias_given_kana = own.readings[0];
    }
}

/// Same day, same home; most of one sex, and of those half share a kanji.
void Households::make_twin(Person& person, Person& other) {
    person.family_kanji = other.family_kanji;
    person.family_kana = other.family_kana;
    person.year = other.year;
    person.month = other.month;
    person.day = other.day;
    person.twin = other.twin = true;
    other.birth_order = 1;
    person.birth_order = 2;
    if (!random_.chance(0.6)) return;
    person.sex = other.sex;
    Name const& name = random_.chance(0.5)
                           ? names_.sibling_name(random_, other.given_name, person.sex)
                           : names_.given(random_, person.sex, person.year);
    give_name(person, name);
}

void Households::give_name(Person& person, Name const& name) {
    person.given_name = name;
    person.given_kanji = name.kanji;
    person.given_kana = name.readings[0];
}

/// Parents give no name twice.
void Households::name_apart(Person& person, std::vector<Person> const& family) {
    auto const taken = [&] {
        return std::any_of(family.begin(), family.end(), [&](Person const& other) {
            return other.given_kanji == person.given_kanji && !person.given_kanji.empty();
        });
    };
    for (int tries = 0; tries < 50 && taken(); ++tries) {
        give_name(person, names_.given(random_, person.sex, person.year));
    }
}

void Households::give_cards(std::vector<Person>& members) {
    Card const shared = region_.card(random_, ++cards_);
    int branch = 0;
    for (Person& person : members) {
        if (person.year < 1950) {  // the old have cards of their own
            person.card = {"39220" + digits(100 + person.number % 60, 3), "",
                           digits(10'000'000 + person.number, 8), ""};
            continue;
        }
        person.card = shared;
        person.card.branch = digits(++branch, 2);
    }
}

std::vector<Person> Households::next() {
    std::size_t const size = 1 + random_.weighted({38, 28, 16, 12, 6});
    Home const home = region_.home(random_);
    int const year = random_.between(1930, 2000);
    std::vector<Person> members;
    members.push_back(adult(random_.chance(0.5) ? 'M' : 'F', year, home));
    bool const foreign = random_.chance(0.015);
    if (foreign) make_foreign(members[0]);
    Person const head = members[0];
    std::optional<Person> mother;
    if (size > 1) {
        Person partner = adult(head.sex == 'M' ? 'F' : 'M', year + random_.between(-6, 6), home);
        partner.birth_family_kanji = partner.family_kanji;
        partner.birth_family_kana = partner.family_kana;
        if (foreign) {
            make_foreign(partner);
        } else if (!random_.chance(0.03)) {
            partner.family_kanji = head.family_kanji;
            partner.family_kana = head.family_kana;
        }
        if (partner.sex == 'F') mother = partner;
        members.push_back(partner);
    }
    while (members.size() < size) {
        Person person = child(head, mother ? &*mother : nullptr, year + random_.between(22, 38));
        if (foreign) {
            make_foreign(person);
            person.latin_family = head.latin_family;
        }
        // Every second person here could be a twin of the one before: 1% of births are.
        if (!foreign && members.size() > 2 && random_.chance(0.03))
            make_twin(person, members.back());
        name_apart(person, members);
        members.push_back(person);
    }
    give_cards(members);
    for (Person& person : members) {
        person.birth_family_kanji.clear();
        person.birth_family_kana.clear();
    }
    return members;
}

}  // namespace musubi::population
