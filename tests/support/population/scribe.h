#pragma once
// A hospital that writes people down: in its own convention, and with the slips that happen.

#include "domain/demographics.h"
#include "support/population/person.h"

namespace musubi::population {

/// House style of one hospital, from its number.
struct Convention {
    enum class Kana : std::uint8_t { kKatakana, kHalfWidth, kHiragana } kana = Kana::kKatakana;
    enum class Address : std::uint8_t { kWhole, kSplit, kWholeWide } address = Address::kWhole;
    enum class Blocks : std::uint8_t { kHyphens, kCounters, kKanji } blocks = Blocks::kHyphens;
    bool one_field = false;       ///< family and given name in one component
    bool phone_digits = false;    ///< telephone numbers without hyphens
    bool wide_insurance = false;  ///< full-width digits on the card
    bool utf8 = false;            ///< else ISO-2022-JP
};
Convention convention_of(int hospital);

class Scribe {
public:
    Scribe(NamePool const& names, Random& random) : names_(names), random_(random) {}
    /// `nth`: how many records this person has already.
    domain::Demographics write(Person const& person, Convention const& house, int nth);

private:
    struct Spelled {
        std::string family_kanji, given_kanji, family_kana, given_kana;
    };
    Spelled spell(Person const& person);
    void vary_kanji(std::string& kanji, double rate);
    void vary_kana(std::string& kana);
    void edit(std::u32string& text);
    void write_names(domain::Demographics& out, Person const& person, Convention const& house);
    void write_foreign(domain::Demographics& out, Person const& person, Convention const& house);
    void write_birth(domain::Demographics& out, Person const& person);
    void write_address(domain::Demographics& out, Person const& person, Convention const& house);
    void write_phones(domain::Demographics& out, Person const& person, Convention const& house);
    void write_card(domain::Demographics& out, Person const& person, Convention const& house);
    void write_child(domain::Demographics& out, Person const& person);
    void add_name(domain::Demographics& out, Convention const& house, domain::PersonName name);

    NamePool const& names_;
    Random& random_;
};

}  // namespace musubi::population
