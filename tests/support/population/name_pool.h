#pragma once
// Names to draw from: the frequent ones of profiles/japan/names and many more made of their parts.

#include "support/population/random.h"

#include <map>
#include <string>
#include <vector>

namespace musubi::population {

struct Name {
    std::string kanji;
    std::vector<std::string> readings;  ///< hiragana, the usual one first
};

class NamePool {
public:
    NamePool();

    Name const& family(Random& random) const;
    Name const& given(Random& random, char sex, int birth_year) const;
    /// Another spelling of the same sound; the same one when there is none.
    std::string const& homophone(Random& random, Name const& given) const;
    /// A given name whose first kanji is that of `other`: parents like it for twins.
    Name const& sibling_name(Random& random, Name const& other, char sex) const;

private:
    struct Cohort {
        char sex;
        int from, to;
        std::vector<Name> names;
    };
    void read_lists();
    void make_families();
    void make_given();

    std::vector<Name> families_;
    std::vector<double> family_weights_;  ///< cumulated
    std::vector<Cohort> cohorts_;
    std::vector<Name> men_, women_;
    std::map<std::string, std::vector<std::string>> by_sound_;
};

}  // namespace musubi::population
