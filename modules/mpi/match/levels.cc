#include "mpi/match/levels.h"

#include "mpi/match/similarity.h"

#include <algorithm>
#include <cstdlib>

namespace musubi::mpi::match {
namespace {

template <std::size_t N>
std::string_view word(std::array<std::string_view, N> const& words, int level) {
    auto const index = static_cast<std::size_t>(level);
    return level >= 0 && index < N ? words[index] : "unknown";
}

bool near(NamePart const& a, NamePart const& b) {
    auto const alike = [](View x, View y) {
        if (x.empty() || y.empty()) return false;
        return within_one_edit(x, y) || jaro_winkler(x, y) >= 0.9;
    };
    return alike(a.skeleton, b.skeleton) || (a.latin.size() > 2 && alike(a.latin, b.latin));
}

/// One digit, two neighbouring digits, day and month, or an era or year taken for another.
bool is_slip(BirthDate const& a, BirthDate const& b) {
    if (a.year == b.year && a.month == b.day && a.day == b.month) return true;
    if (a.month == b.month && a.day == b.day) {
        int const years = std::abs(a.year - b.year);
        if (years == 1 || (years >= 62 && years <= 64)) return true;
    }
    std::array<int, 8> x{}, y{};
    int left = a.packed(), right = b.packed();
    for (std::size_t i = 8; i-- > 0; left /= 10, right /= 10) {
        x[i] = left % 10;
        y[i] = right % 10;
    }
    int different = 0;
    std::size_t first = 0, last = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        if (x[i] == y[i]) continue;
        if (different++ == 0) first = i;
        last = i;
    }
    if (different <= 1) return true;
    return different == 2 && last == first + 1 && x[first] == y[last] && x[last] == y[first];
}

int compare_two(Address const& a, Address const& b) {
    bool const towns = !a.town.empty() && !b.town.empty();
    bool const municipalities =
        a.municipality.empty() || b.municipality.empty() || a.municipality == b.municipality;
    bool const same_code = !a.postal_code.empty() && a.postal_code == b.postal_code;
    if ((towns && municipalities && a.town == b.town) ||
        (same_code && (a.town.empty() || b.town.empty()))) {
        if (!a.has_numbers() || !b.has_numbers()) return address_level::kNumbersUnknown;
        return a.numbers == b.numbers ? address_level::kEqual : address_level::kTown;
    }
    if (same_code) return address_level::kTown;
    if (!a.municipality.empty() && a.municipality == b.municipality) {
        return address_level::kMunicipality;
    }
    return address_level::kDifferent;
}

int compare_two(InsuranceKey const& a, InsuranceKey const& b) {
    if (!a.same_household(b)) return insurance_level::kDifferent;
    if (a.branch.empty() || b.branch.empty()) return insurance_level::kBranchUnknown;
    return a.branch == b.branch ? insurance_level::kEqual : insurance_level::kOtherBranch;
}

/// The best pair counts: people keep old addresses and cards in their records.
template <class T>
int best_of(std::vector<T> const& a, std::vector<T> const& b) {
    int best = kUnknown;
    for (T const& x : a) {
        for (T const& y : b) best = std::max(best, compare_two(x, y));
    }
    return best;
}

}  // namespace

int compare_parts(NamePart const& a, NamePart const& b) {
    bool const kanji = !a.kanji.empty() && !b.kanji.empty();
    bool const latin = !a.latin.empty() && !b.latin.empty();
    bool const sound = (!a.skeleton.empty() && !b.skeleton.empty()) || latin;
    bool const same_sound = sound && ((!a.skeleton.empty() && a.skeleton == b.skeleton) ||
                                      (latin && a.latin == b.latin));
    // A lost character may be any, but not against the sound.
    bool const same_kanji =
        kanji &&
        (a.kanji == b.kanji || ((same_sound || !sound) && equal_or_unknown(a.kanji, b.kanji)));
    if (same_kanji) return same_sound ? name_level::kBoth : name_level::kKanji;
    if (same_sound) return kanji ? name_level::kSound : name_level::kSoundOnly;
    if (!kanji && !sound) return kUnknown;
    if (sound && near(a, b)) return name_level::kNear;
    return kanji && shares_kanji(a.kanji, b.kanji) ? name_level::kSharedKanji
                                                   : name_level::kDifferent;
}

int compare_births(BirthDate const& a, BirthDate const& b) {
    if (!a.known() || !b.known()) return kUnknown;
    if (a == b && a.exact()) return birth_level::kEqual;
    if (a.exact() && b.exact() && is_slip(a, b)) return birth_level::kSlip;
    if (a.year != b.year) return birth_level::kDifferent;
    auto const vague = [](BirthDate const& d) {
        return !d.exact() || (d.month == 1 && d.day == 1);
    };
    return vague(a) || vague(b) ? birth_level::kPlaceholderDay : birth_level::kYear;
}

int compare_addresses(std::vector<Address> const& a, std::vector<Address> const& b) {
    return best_of(a, b);
}

int compare_insurances(std::vector<InsuranceKey> const& a, std::vector<InsuranceKey> const& b) {
    int best = kUnknown;
    for (InsuranceKey const& x : a) {
        for (InsuranceKey const& y : b) {
            int const level = compare_two(x, y);
            // Another branch of one card is another person, whatever else is on file.
            if (level == insurance_level::kOtherBranch) return level;
            best = std::max(best, level);
        }
    }
    return best;
}

int compare_phones(std::vector<std::string> const& a, std::vector<std::string> const& b) {
    if (a.empty() || b.empty()) return kUnknown;
    for (std::string const& number : a) {
        if (std::binary_search(b.begin(), b.end(), number)) return 1;
    }
    return 0;
}

std::string_view name_level_word(int level) {
    static constexpr std::array<std::string_view, 7> kWords = {
        "different", "some characters",   "nearly", "spelling", "sound, spelled otherwise",
        "sound",     "spelling and sound"};
    return word(kWords, level);
}

std::string_view birth_level_word(int level) {
    static constexpr std::array<std::string_view, 5> kWords = {
        "different", "year", "year, day unknown", "slip of the pen", "equal"};
    return word(kWords, level);
}

std::string_view address_level_word(int level) {
    static constexpr std::array<std::string_view, 5> kWords = {"different", "municipality", "town",
                                                               "town, numbers unknown", "equal"};
    return word(kWords, level);
}

std::string_view insurance_level_word(int level) {
    static constexpr std::array<std::string_view, 4> kWords = {
        "different", "another branch of the card", "card, branch unknown", "equal"};
    return word(kWords, level);
}

}  // namespace musubi::mpi::match
