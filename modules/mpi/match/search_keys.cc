#include "mpi/match/asked.h"
#include "mpi/match/keys.h"
#include "mpi/match/search.h"

#include <algorithm>

namespace musubi::mpi::match {
namespace {

// Part of what the store keeps: never change the meaning of a number, add another.
enum SearchKey : std::uint8_t {
    kFamilyKanji = 32,
    kFamilySound = 33,
    kGivenKanji = 34,
    kGivenSound = 35,
    kFamilySoundPrefix = 36,
    kGivenSoundPrefix = 37,
    kFamilyKanjiPrefix = 38,
    kGivenKanjiPrefix = 39,
    kLatinWord = 40,
    kLatinPrefix = 41,
    kBirthDay = 44,
    kBirthMonth = 45,
    kBirthYear = 46,
    kPhone = 47,
    kMotherFamilyKanji = 48,
    kMotherFamilySound = 49,
    kMotherGivenSound = 50,
    kPostalCode = 51,
};
constexpr std::size_t kMostDays = 62, kMostMonths = 36;

struct Numbers {
    SearchKey kanji, sound, kanji_prefix, sound_prefix;
};
constexpr Numbers kFamily{kFamilyKanji, kFamilySound, kFamilyKanjiPrefix, kFamilySoundPrefix};
constexpr Numbers kGiven{kGivenKanji, kGivenSound, kGivenKanjiPrefix, kGivenSoundPrefix};

void add_prefixes(KeyList& keys, SearchKey number, View text, std::size_t shortest) {
    for (std::size_t size = shortest; size < shortest + 2 && size <= text.size(); ++size) {
        keys.add_single(number, text.substr(0, size));
    }
}

void add_part(KeyList& keys, NamePart const& part, Numbers const& numbers) {
    if (!has_wildcard(part.kanji)) {
        keys.add_single(numbers.kanji, part.kanji);
        add_prefixes(keys, numbers.kanji_prefix, part.kanji, 1);
    }
    keys.add_single(numbers.sound, part.skeleton);
    add_prefixes(keys, numbers.sound_prefix, part.skeleton, 2);
}

/// Where nobody told which part is the family name, any division may be meant.
void add_undivided(KeyList& keys, NamePart const& whole) {
    for (std::size_t cut = 1; cut <= 3 && cut < whole.kanji.size(); ++cut) {
        if (has_wildcard(whole.kanji)) break;
        keys.add_single(kFamilyKanji, View(whole.kanji).substr(0, cut));
        keys.add_single(kGivenKanji, View(whole.kanji).substr(cut));
        keys.add_single(kGivenKanjiPrefix, View(whole.kanji).substr(cut, 1));
        keys.add_single(kGivenKanjiPrefix, View(whole.kanji).substr(cut, 2));
    }
    add_prefixes(keys, kFamilyKanjiPrefix, whole.kanji, 1);
    for (std::size_t cut = 1; cut <= 6 && cut < whole.skeleton.size(); ++cut) {
        keys.add_single(kFamilySound, View(whole.skeleton).substr(0, cut));
        keys.add_single(kGivenSound, View(whole.skeleton).substr(cut));
        add_prefixes(keys, kGivenSoundPrefix, View(whole.skeleton).substr(cut), 2);
    }
    add_prefixes(keys, kFamilySoundPrefix, whole.skeleton, 2);
}

template <class Take>
void for_words(View words, Take take) {
    while (!words.empty()) {
        auto const end = std::min(words.find(u' '), words.size());
        if (end > 0) take(words.substr(0, end));
        words.remove_prefix(std::min(end + 1, words.size()));
    }
}

void add_asked_part(KeyList& keys, AskedPart const& asked, Numbers const& numbers) {
    NamePart const& part = asked.part;
    bool const kanji = !part.kanji.empty() && !has_wildcard(part.kanji);
    if (!asked.prefix) {
        if (kanji) keys.add_single(numbers.kanji, part.kanji);
        keys.add_single(numbers.sound, part.skeleton);
    } else {
        if (kanji) keys.add_single(numbers.kanji_prefix, View(part.kanji).substr(0, 2));
        if (part.skeleton.size() >= 2) {
            keys.add_single(numbers.sound_prefix, View(part.skeleton).substr(0, 3));
        }
    }
    bool first = true;
    for_words(asked.letters, [&](View word) {
        if (!first) return;  // one word is enough to find it
        first = false;
        if (!asked.prefix) keys.add_single(kLatinWord, word);
        if (asked.prefix && word.size() >= 2) keys.add_single(kLatinPrefix, word.substr(0, 3));
    });
}

void add_fuzzy_part(KeyList& keys, AskedPart const& asked, Numbers const& numbers) {
    add_asked_part(keys, asked, numbers);
    keys.add_single(numbers.sound, asked.part.skeleton);
    if (asked.part.skeleton.size() >= 2) {
        keys.add_single(numbers.sound_prefix, View(asked.part.skeleton).substr(0, 2));
    }
}

using Lists = std::vector<std::vector<Key>>;

/// How few people share what a list asks for, the fewest first; only matters between lists that are
/// all long.
int tells(std::vector<Key> const& list) {
    switch (list.front().type) {
        case kPhone: return 0;
        case kBirthDay: return 1;
        case kMotherFamilyKanji:
        case kMotherFamilySound:
        case kMotherGivenSound: return 2;
        case kPostalCode: return 3;
        case kGivenKanji:
        case kGivenSound: return 4;
        case kBirthMonth: return 6;
        case kBirthYear: return 7;
        default: return 5;
    }
}

void add_list(Lists& lists, KeyList keys) {
    auto list = std::move(keys).sorted();
    if (!list.empty()) lists.push_back(std::move(list));
}

void look_up_names(Lists& lists, std::vector<domain::NameCriterion> const& names) {
    if (names.size() == 1 && !names[0].fuzzy) {
        AskedName const asked = read_asked(names[0]);
        KeyList family, given;
        add_asked_part(family, asked.family, kFamily);
        add_asked_part(given, asked.given, kGiven);
        add_list(lists, std::move(family));
        add_list(lists, std::move(given));
        return;
    }
    KeyList any;
    for (auto const& name : names) {
        AskedName const asked = read_asked(name);
        KeyList one;
        if (name.fuzzy) {
            add_fuzzy_part(one, asked.family, kFamily);
            add_fuzzy_part(one, asked.given, kGiven);
        } else {
            bool const by_family = !asked.family.empty();
            add_asked_part(one, by_family ? asked.family : asked.given,
                           by_family ? kFamily : kGiven);
        }
        auto list = std::move(one).sorted();
        if (list.empty()) return;  // this alternative cannot be looked up, so the list is no limit
        for (Key const& key : list) any.add_single(key.type, std::string_view(key.value));
    }
    add_list(lists, std::move(any));
}

std::int32_t next_day(std::int32_t day) {  // the 31st of every month: harmless
    if (day % 100 < 31) return day + 1;
    return day / 100 % 100 < 12 ? (day / 100 + 1) * 100 + 1 : (day / 10000 + 1) * 10000 + 101;
}

void look_up_birth(Lists& lists, domain::DateRange const& range) {
    auto const days = read_asked(range);
    if (!days || days->low > days->high) return;
    auto const months_of = [](std::int32_t day) { return day / 10000 * 12 + day / 100 % 100 - 1; };
    std::int32_t const months = months_of(days->high) - months_of(days->low) + 1;
    bool const whole_months = days->low % 100 == 1 && days->high % 100 >= 28;
    KeyList keys;
    if (months <= 2 && !whole_months) {
        std::size_t count = 0;
        for (auto day = days->low; day <= days->high && count < kMostDays; day = next_day(day)) {
            keys.add_single(kBirthDay, std::string_view(std::to_string(day)));
            ++count;
        }
    } else if (months <= static_cast<std::int32_t>(kMostMonths) && months % 12 != 0) {
        for (std::int32_t i = 0; i < months; ++i) {
            std::int32_t const month = months_of(days->low) + i;
            keys.add_single(kBirthMonth,
                            std::string_view(std::to_string(month / 12 * 100 + month % 12 + 1)));
        }
    } else {
        for (std::int32_t year = days->low / 10000; year <= days->high / 10000; ++year) {
            keys.add_single(kBirthYear, std::string_view(std::to_string(year)));
        }
    }
    add_list(lists, std::move(keys));
}

void look_up_mothers(Lists& lists, std::vector<domain::NameCriterion> const& names) {
    constexpr Numbers kMother{kMotherFamilyKanji, kMotherFamilySound, kMotherFamilyKanji,
                              kMotherFamilySound};
    constexpr Numbers kMothersGiven{kMotherGivenSound, kMotherGivenSound, kMotherGivenSound,
                                    kMotherGivenSound};
    KeyList keys;
    for (auto const& name : names) {
        AskedName const asked = read_asked(name);
        bool const by_family = !asked.family.empty();
        AskedPart const& part = by_family ? asked.family : asked.given;
        if (part.empty() || part.prefix || name.fuzzy || !part.letters.empty()) return;
        if (!by_family && part.part.skeleton.empty()) return;
        add_asked_part(keys, part, by_family ? kMother : kMothersGiven);
    }
    add_list(lists, std::move(keys));
}

}  // namespace

std::vector<Key> search_keys(Features const& features) {
    KeyList keys;
    for (NameForm const& form : features.names) {
        if (form.divided) {
            add_part(keys, form.family, kFamily);
            add_part(keys, form.given, kGiven);
        } else {
            add_undivided(keys, form.whole);
        }
        for_words(form.latin_bag, [&keys](View word) {
            keys.add_single(kLatinWord, word);
            add_prefixes(keys, kLatinPrefix, word, 2);
        });
    }
    for (NameForm const& form : features.mothers) {
        NamePart const& family = form.divided ? form.family : form.whole;
        keys.add_single(kMotherFamilyKanji, family.kanji);
        keys.add_single(kMotherFamilySound, family.skeleton);
        keys.add_single(kMotherGivenSound, form.given.skeleton);
    }
    if (features.birth.known()) {
        keys.add_single(kBirthYear, std::string_view(std::to_string(features.birth.year)));
    }
    if (features.birth.month != 0) {
        keys.add_single(kBirthMonth,
                        std::string_view(std::to_string(features.birth.packed() / 100)));
    }
    if (features.birth.exact()) {
        keys.add_single(kBirthDay, std::string_view(std::to_string(features.birth.packed())));
    }
    for (std::string const& phone : features.phones)
        keys.add_single(kPhone, std::string_view(phone));
    for (Address const& address : features.addresses) {
        keys.add_single(kPostalCode, std::string_view(address.postal_code));
    }
    return std::move(keys).sorted();
}

std::vector<Key> family_keys(std::string_view displayed) {
    KeyList keys;
    std::string const folded = to_utf8(fold_width(displayed));
    std::string_view const text = folded;
    bool const by_parts = text.find('^') != std::string_view::npos;
    auto const end = text.find(by_parts ? '^' : ' ');
    if (end == std::string_view::npos || end == 0) return {};
    NamePart const first = read_part(text.substr(0, end), domain::Script::kUntold);
    bool const kanji = std::any_of(first.kanji.begin(), first.kanji.end(), is_kanji);
    if (kanji) {
        if (!has_wildcard(first.kanji)) keys.add_single(kFamilyKanji, first.kanji);
        return std::move(keys).sorted();
    }
    keys.add_single(kFamilySound, first.skeleton);
    if (!by_parts && !first.latin.empty()) {
        auto const last = text.substr(text.rfind(' ') + 1);
        keys.add_single(kFamilySound, read_part(last, domain::Script::kUntold).skeleton);
    }
    return std::move(keys).sorted();
}

std::vector<std::vector<Key>> lookup_keys(domain::DemographicsQuery const& query) {
    Lists lists;
    look_up_names(lists, query.names);
    if (query.birth) look_up_birth(lists, *query.birth);
    look_up_mothers(lists, query.mothers_maiden_names);
    KeyList phones;
    for (std::string const& phone : query.phones) {
        phones.add_single(kPhone, std::string_view(fold_phone(phone)));
    }
    add_list(lists, std::move(phones));
    KeyList postal_codes;
    bool const all_have_codes =
        std::all_of(query.addresses.begin(), query.addresses.end(),
                    [](auto const& address) { return digits_of(address.postal_code).size() == 7; });
    if (all_have_codes) {
        for (auto const& address : query.addresses) {
            postal_codes.add_single(kPostalCode, std::string_view(digits_of(address.postal_code)));
        }
        add_list(lists, std::move(postal_codes));
    }
    std::stable_sort(lists.begin(), lists.end(),
                     [](auto const& x, auto const& y) { return tells(x) < tells(y); });
    return lists;
}

}  // namespace musubi::mpi::match
