#pragma once
// People and households as they are, before anybody writes them down.

#include "support/population/name_pool.h"

#include <optional>

namespace musubi::population {

struct Place {
    std::string prefecture, municipality, town, postal_code;
};

struct Home {
    Place const* place = nullptr;
    int chome = 1, banchi = 1, go = 1;
    std::string building;
    std::string landline;  ///< empty: none
};

struct Card {
    std::string insurer, symbol, number, branch;
};

struct Person {
    int number = 0;
    std::string family_kanji, family_kana, given_kanji, given_kana;
    std::string birth_family_kanji, birth_family_kana;    ///< filled after a marriage
    std::string latin_family, latin_given, latin_middle;  ///< foreign residents only
    std::string alias_family, alias_given, alias_family_kana, alias_given_kana;  ///< 通称名
    Name given_name;
    char sex = 'M';
    int year = 1960, month = 1, day = 1;
    Home home;
    Card card;
    std::string mobile;
    std::string mother_family, mother_given;  ///< her maiden name, of children
    bool twin = false;
    int birth_order = 0;
    bool deceased = false;
};

/// Streets, cards and telephones of the region.
class Region {
public:
    explicit Region(Random& random);
    Home home(Random& random) const;
    Card card(Random& random, int serial) const;
    std::string mobile(Random& random) const;

private:
    std::vector<Place> places_;
    std::vector<std::string> insurers_;
};

/// The next household: one to five people.
class Households {
public:
    Households(NamePool const& names, Region const& region, Random& random)
        : names_(names), region_(region), random_(random) {}
    std::vector<Person> next();

private:
    Person adult(char sex, int year, Home const& home);
    Person child(Person const& head, Person const* mother, int year);
    void make_foreign(Person& person);
    void make_twin(Person& person, Person& other);
    void give_name(Person& person, Name const& name);
    void name_apart(Person& person, std::vector<Person> const& family);
    void give_cards(std::vector<Person>& members);
    void set_birthday(Person& person);

    NamePool const& names_;
    Region const& region_;
    Random& random_;
    int people_ = 0, cards_ = 0;
};

}  // namespace musubi::population
