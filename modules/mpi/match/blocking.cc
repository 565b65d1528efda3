// Keys under which a record is found again. pix-pdq.md 10.3. The number of a key is part of what
// the store keeps: never change the meaning of one, add another.
#include "mpi/match/features.h"
#include "mpi/match/keys.h"
#include "mpi/match/weights.h"

#include <algorithm>

namespace musubi::mpi::match {
namespace {

/// What a name sounds like, or its letters where they are no Japanese sounds.
View sound(NamePart const& part) { return part.skeleton.empty() ? part.latin : part.skeleton; }

bool exact_kanji(NamePart const& part) { return !part.kanji.empty() && !has_wildcard(part.kanji); }

struct DateWords {
    std::string day, year, month_day, year_month;
};

DateWords date_words(BirthDate const& birth) {
    DateWords words;
    if (birth.known()) words.year = std::to_string(birth.year);
    if (birth.exact()) {
        words.day = std::to_string(birth.packed());
        words.month_day = words.day.substr(4);
        words.year_month = words.day.substr(0, 6);
    }
    return words;
}

void add_name_keys(KeyList& keys, NameForm const& form, DateWords const& date) {
    if (form.divided) {
        keys.add(1, date.day, sound(form.given));
        keys.add(2, date.day, sound(form.family));  // K11: former family names are here too
        if (exact_kanji(form.given)) keys.add(7, date.day, form.given.kanji);
        View first = sound(form.family), second = sound(form.given);
        if (first > second) std::swap(first, second);
        if (!first.empty()) {
            Text const both = Text(first) + u' ' + Text(second);
            keys.add(12, date.year, both);
        }
    }
    keys.add(3, date.year, sound(form.whole));
    keys.add(4, date.month_day, sound(form.whole));
    if (exact_kanji(form.whole)) keys.add(8, date.year_month, form.whole.kanji);
    keys.add(13, date.day, form.latin_bag);
}

void add_insurance_keys(KeyList& keys, Features const& features, DateWords const& date) {
    for (InsuranceKey const& card : features.insurances) {
        std::string const number = card.insurer + ' ' + card.symbol + ' ' + card.number;
        keys.add(5, number, date.day);
        for (NameForm const& form : features.names) keys.add(6, number, sound(form.given));
    }
}

}  // namespace

std::vector<Key> blocking_keys(Features const& features, Weights const& weights) {
    if (features.unfit) return {};
    KeyList keys;
    DateWords const date = date_words(features.birth);
    for (NameForm const& form : features.names) add_name_keys(keys, form, date);
    if (weights.use_insurance) add_insurance_keys(keys, features, date);
    for (Address const& address : features.addresses) {
        if (features.sex == 0 || address.postal_code.empty()) continue;
        keys.add(9, date.day, address.postal_code + features.sex);
    }
    for (std::string const& phone : features.phones) {
        for (NameForm const& form : features.names) keys.add(10, phone, sound(form.given));
    }
    return std::move(keys).sorted();
}

}  // namespace musubi::mpi::match
