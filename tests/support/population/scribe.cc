#include "support/population/scribe.h"

#include "support/population/letters.h"

#include <array>
#include <cstdio>

namespace musubi::population {
namespace {

using domain::Demographics;
using domain::PersonName;
using domain::Script;

/// Pairs of a kanji and spellings that registers also have.
constexpr std::u32string_view kVariants[] = {
    U"辺邊邉", U"斎齋斉齊", U"高髙", U"崎﨑", U"浜濱", U"沢澤", U"島嶋", U"桜櫻", U"吉𠮷",
    U"富冨",   U"広廣",     U"真眞", U"恵惠", U"滝瀧", U"静靜", U"関關", U"実實", U"徳德"};

std::string kana_style(std::string const& hiragana, Convention::Kana style) {
    if (style == Convention::Kana::kHiragana) return hiragana;
    return style == Convention::Kana::kHalfWidth ? half_width(hiragana) : katakana(hiragana);
}

std::string wide(std::string const& text) {
    std::u32string out;
    for (char32_t c : points(text)) out.push_back(c > 0x20 && c < 0x7f ? c + 0xfee0 : c);
    return utf8(out);
}

std::string kanji_number(int value) {
    constexpr std::array kDigits = {"", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
    std::string text;
    if (value >= 20) text += kDigits[static_cast<std::size_t>(value / 10)];
    if (value >= 10) text += "十";
    return text + kDigits[static_cast<std::size_t>(value % 10)];
}

std::string blocks_of(Home const& home, Convention::Blocks style, bool all) {
    std::string const a = std::to_string(home.chome), b = std::to_string(home.banchi),
                      c = std::to_string(home.go);
    switch (style) {
        case Convention::Blocks::kCounters: return a + "丁目" + (all ? b + "番" + c + "号" : "");
        case Convention::Blocks::kKanji:
            return kanji_number(home.chome) + "丁目" +
                   (all ? kanji_number(home.banchi) + "番" + kanji_number(home.go) + "号" : "");
        case Convention::Blocks::kHyphens: break;
    }
    return all ? a + "-" + b + "-" + c : a;
}

std::string without_hyphens(std::string text) {
    std::erase(text, '-');
    return text;
}

}  // namespace

Convention convention_of(int hospital) {
    Random random(0x5eedU + static_cast<unsigned>(hospital));
    Convention house;
    house.kana = static_cast<Convention::Kana>(random.weighted({70, 20, 10}));
    house.address = static_cast<Convention::Address>(random.weighted({50, 35, 15}));
    house.blocks = static_cast<Convention::Blocks>(random.weighted({60, 30, 10}));
    house.one_field = random.chance(0.12);
    house.phone_digits = random.chance(0.3);
    house.wide_insurance = random.chance(0.2);
    house.utf8 = random.chance(0.4);
    return house;
}

void Scribe::vary_kanji(std::string& kanji, double rate) {
    auto text = points(kanji);
    for (char32_t& c : text) {
        for (auto group : kVariants) {
            if (group.find(c) == group.npos || !random_.chance(rate)) continue;
            c = group[random_.index(group.size())];
            break;
        }
    }
    kanji = utf8(text);
}

void Scribe::edit(std::u32string& text) {
    if (text.empty()) return;
    std::size_t const at = random_.index(text.size());
    char32_t const other = U'あ' + static_cast<char32_t>(random_.between(0, 79));
    switch (random_.weighted({30, 20, 35, 15})) {
        case 0:
            if (text.size() > 1) text.erase(at, 1);
            break;
        case 1: text.insert(at, 1, other); break;
        case 2: text[at] = other; break;
        default:
            if (at + 1 < text.size()) std::swap(text[at], text[at + 1]);
    }
}

void Scribe::vary_kana(std::string& kana) {
    auto text = points(kana);
    constexpr std::u32string_view kSmall = U"ゃゅょっぁぃぅぇぉ", kLarge = U"やゆよつあいうえお";
    constexpr std::u32string_view kVoiced = U"がぎぐげござじずぜぞだぢづでどばびぶべぼ";
    constexpr std::u32string_view kBare = U"かきくけこさしすせそたちつてとはひふへほ";
    bool const large = random_.chance(0.04), dull = random_.chance(0.015);
    bool const bar = random_.chance(0.02);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (auto const s = kSmall.find(text[i]); large && s != kSmall.npos) text[i] = kLarge[s];
        if (auto const v = kVoiced.find(text[i]); dull && v != kVoiced.npos) text[i] = kBare[v];
        if (bar && i > 0 && text[i] == U'う') text[i] = U'ー';
    }
    if (random_.chance(0.015)) edit(text);
    kana = utf8(text);
}

Scribe::Spelled Scribe::spell(Person const& person) {
    Spelled s{person.family_kanji, person.given_kanji, person.family_kana, person.given_kana};
    vary_kanji(s.family_kanji, 0.15);
    vary_kanji(s.given_kanji, 0.08);
    if (random_.chance(0.015)) s.given_kanji = names_.homophone(random_, person.given_name);
    auto const& readings = person.given_name.readings;
    if (readings.size() > 1 && random_.chance(0.006)) {
        s.given_kana = s.given_kana == readings[0] ? readings[1] : readings[0];
    }
    vary_kana(s.family_kana);
    vary_kana(s.given_kana);
    if (random_.chance(0.003)) {
        std::swap(s.family_kanji, s.given_kanji);
        std::swap(s.family_kana, s.given_kana);
    }
    if (random_.chance(0.003)) {
        auto text = points(s.family_kanji);
        if (text.size() > 1) text[random_.index(text.size())] = U'〓';
        s.family_kanji = utf8(text);
    }
    return s;
}

void Scribe::add_name(Demographics& out, Convention const& house, PersonName name) {
    if (house.one_field) {
        name.family += (name.script == Script::kAlphabetic ? " " : "　") + name.given;
        name.given.clear();
    }
    out.names.push_back(std::move(name));
}

void Scribe::write_foreign(Demographics& out, Person const& person, Convention const& house) {
    PersonName latin;
    latin.script = Script::kAlphabetic;
    latin.type_code = "L";
    latin.family = person.latin_family;
    latin.given = person.latin_given;
    latin.middle = random_.chance(0.3) ? "" : person.latin_middle;
    if (random_.chance(0.15)) std::swap(latin.family, latin.given);
    out.names.push_back(latin);
    if (random_.chance(0.9)) {
        PersonName kana;
        kana.script = Script::kPhonetic;
        kana.type_code = "L";
        std::string family = person.family_kana, given = person.given_kana;
        vary_kana(family);
        vary_kana(given);
        kana.family = kana_style(family, house.kana);
        kana.given = kana_style(given, house.kana);
        add_name(out, house, kana);
    }
    if (!person.alias_family.empty() && random_.chance(0.7)) {
        add_name(out, house,
                 {person.alias_family, person.alias_given, "", "", "", "A", Script::kIdeographic});
        add_name(
            out, house,
            {kana_style(person.alias_family_kana, house.kana),
             kana_style(person.alias_given_kana, house.kana), "", "", "", "A", Script::kPhonetic});
    }
}

void Scribe::write_names(Demographics& out, Person const& person, Convention const& house) {
    if (!person.latin_family.empty()) return write_foreign(out, person, house);
    Spelled const s = spell(person);
    if (random_.chance(0.005)) {  // registered from a passport
        out.names.push_back(
            {romaji(s.family_kana), romaji(s.given_kana), "", "", "", "L", Script::kAlphabetic});
        return;
    }
    Convention undivided = house;
    undivided.one_field = house.one_field || random_.chance(0.02);
    double const kind = random_.real();
    PersonName kanji{s.family_kanji, s.given_kanji, "", "", "", "L", Script::kIdeographic};
    PersonName kana{kana_style(s.family_kana, house.kana),
                    kana_style(s.given_kana, house.kana),
                    "",
                    "",
                    "",
                    "L",
                    Script::kPhonetic};
    if (random_.chance(0.007)) {  // no blank between them
        kanji.family += kanji.given;
        kana.family += kana.given;
        kanji.given.clear();
        kana.given.clear();
        undivided.one_field = false;
    }
    if (kind >= 0.03) add_name(out, undivided, kanji);
    if (kind < 0.03 || kind >= 0.05) add_name(out, undivided, kana);
    if (!person.birth_family_kanji.empty() && random_.chance(0.2)) {
        add_name(
            out, house,
            {person.birth_family_kanji, person.given_kanji, "", "", "", "M", Script::kIdeographic});
        add_name(out, house,
                 {kana_style(person.birth_family_kana, house.kana),
                  kana_style(person.given_kana, house.kana), "", "", "", "M", Script::kPhonetic});
    }
}

void Scribe::write_birth(Demographics& out, Person const& person) {
    int year = person.year, month = person.month, day = person.day;
    double const slip = random_.real();
    if (slip < 0.002) return;
    if (slip < 0.005) {
        constexpr std::array kShifts = {-1, 1, -63, 63};
        year += kShifts[random_.index(kShifts.size())];
    } else if (slip < 0.007 && day <= 12) {
        std::swap(month, day);
    } else if (slip < 0.009) {
        month = day = 1;
    }
    char text[32];
    std::snprintf(text, sizeof text, "%04d%02d%02d", year, month, day);
    out.birth_time = text;
    if (slip >= 0.009 && slip < 0.014) {
        out.birth_time[5 + random_.index(3)] = static_cast<char>('0' + random_.between(0, 2));
    }
}

void Scribe::write_address(Demographics& out, Person const& person, Convention const& house) {
    if (random_.chance(0.03)) return;
    Home const& home = person.home;
    domain::PostalAddress address;
    address.country = "JPN";
    address.type_code = "H";
    address.postal_code = home.place->postal_code;
    if (random_.chance(0.5)) address.postal_code.insert(3, 1, '-');
    bool const numbers = !random_.chance(0.04);
    std::string rest = home.place->town + blocks_of(home, house.blocks, numbers);
    if (numbers && !home.building.empty() && random_.chance(0.7)) rest += "　" + home.building;
    if (house.address == Convention::Address::kWholeWide) rest = wide(rest);
    if (house.address == Convention::Address::kSplit) {
        address.state = home.place->prefecture;
        address.city = home.place->municipality;
        address.street = rest;
    } else {
        address.whole = home.place->prefecture + home.place->municipality + rest;
    }
    out.addresses.push_back(address);
}

void Scribe::write_phones(Demographics& out, Person const& person, Convention const& house) {
    auto const put = [&](std::string const& number, char const* equipment) {
        out.home_phones.push_back(
            {house.phone_digits ? without_hyphens(number) : number, "PRN", equipment, ""});
    };
    if (!person.home.landline.empty() && random_.chance(0.6)) put(person.home.landline, "PH");
    if (!person.mobile.empty() && random_.chance(0.7)) put(person.mobile, "CP");
}

void Scribe::write_card(Demographics& out, Person const& person, Convention const& house) {
    if (random_.chance(0.10)) return;
    Card const& card = person.card;
    domain::Insurance sent{card.insurer, card.symbol, card.number, card.branch};
    if (random_.chance(0.27)) sent.branch.clear();
    if (house.wide_insurance) {
        sent.symbol = wide(sent.symbol);
        sent.number = wide(sent.number);
    }
    out.insurances.push_back(sent);
}

void Scribe::write_child(Demographics& out, Person const& person) {
    if (person.year >= 2008 && !person.mother_family.empty() && random_.chance(0.15)) {
        out.mothers_maiden_names.push_back(
            {person.mother_family, person.mother_given, "", "", "", "M", Script::kIdeographic});
    }
    if (person.twin && random_.chance(0.3)) {
        out.multiple_birth = "Y";
        out.birth_order = std::to_string(person.birth_order);
    }
}

Demographics Scribe::write(Person const& person, Convention const& house, int nth) {
    Demographics out;
    bool const newborn = nth == 0 && person.year >= 2022 && random_.chance(0.05);
    if (newborn) {
        out.names.push_back({person.family_kanji, "ベビー", "", "", "", "L", Script::kIdeographic});
    } else {
        write_names(out, person, house);
    }
    write_birth(out, person);
    if (!random_.chance(0.01)) {
        bool const wrong = random_.chance(0.002);
        out.sex = (person.sex == 'M') != wrong ? "M" : "F";
    }
    write_address(out, person, house);
    write_phones(out, person, house);
    write_card(out, person, house);
    write_child(out, person);
    if (person.deceased && random_.chance(0.3)) out.death_indicator = "Y";
    if (!person.latin_family.empty()) out.nationality = "XXX";
    return out;
}

}  // namespace musubi::population
