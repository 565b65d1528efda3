// Fellegi-Sunter over two records. pix-pdq.md 10.4 and 10.5.
#include "mpi/match/levels.h"
#include "mpi/match/weights.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace musubi::mpi::match {
namespace {

/// How two names agree, in the best of the ways in which they can be laid side by side.
struct NameMatch {
    int family = kUnknown, given = kUnknown;
    double family_bits = 0, given_bits = 0;
    double frequency = 1;  ///< chance that two people bear this name; 1 when it cannot be told
    double bits() const { return family_bits + given_bits; }
};

template <std::size_t N>
double worth(std::array<double, N> const& bits, int level) {
    return level < 0 ? 0 : bits[static_cast<std::size_t>(level)];
}

bool agrees(int level) { return level >= name_level::kKanji; }
bool shares_spelling(int level) {
    return level == name_level::kBoth || level == name_level::kKanji;
}

double rarity_bits(double average, double frequency, double clip) {
    return std::clamp(std::log2(average / frequency), -clip, clip);
}

class NameComparer {
public:
    explicit NameComparer(Weights const& weights) : w_(weights) {}

    NameMatch parts(NameForm const& a, NamePart const& family, NamePart const& given) const {
        NameMatch match;
        match.family = compare_parts(a.family, family);
        match.given = compare_parts(a.given, given);
        match.family_bits = worth(w_.family, match.family);
        match.given_bits = worth(w_.given, match.given);
        adjust(match, a);
        return match;
    }

    /// One of them is not divided into family and given name.
    NameMatch wholes(NameForm const& a, NameForm const& b) const {
        NameMatch match;
        int level = compare_parts(a.whole, b.whole);
        if (!a.latin_bag.empty() && a.latin_bag == b.latin_bag && !agrees(level)) {
            level = name_level::kSoundOnly;
        }
        // Undivided names that share a family name share kanji and are near: that tells nothing of
        // the person.
        if (level == name_level::kSharedKanji) level = name_level::kDifferent;
        match.family = match.given = level;
        match.family_bits = worth(w_.family, level);
        match.given_bits = worth(w_.given, level);
        if (a.divided || b.divided) adjust(match, a.divided ? a : b);
        return match;
    }

private:
    void adjust(NameMatch& match, NameForm const& form) const {
        if (!agrees(match.family) && !agrees(match.given)) return;
        NameFrequencies const& names = *w_.names;
        if (agrees(match.family)) {
            double const share = names.family(form.family, shares_spelling(match.family));
            match.family_bits += rarity_bits(names.family_average(), share, w_.frequency_clip);
            match.frequency *= share;
        }
        if (agrees(match.given)) {
            double const share = names.given(form.given, shares_spelling(match.given));
            match.given_bits += rarity_bits(names.given_average(), share, w_.frequency_clip);
            match.frequency *= share;
        }
    }

    Weights const& w_;
};

NameMatch compare_names(std::vector<NameForm> const& a, std::vector<NameForm> const& b,
                        Weights const& weights) {
    NameComparer const comparer(weights);
    std::optional<NameMatch> best;
    auto const consider = [&](NameMatch match, double penalty) {
        match.family_bits += penalty;
        if (!best || match.bits() > best->bits()) best = match;
    };
    for (NameForm const& x : a) {
        for (NameForm const& y : b) {
            bool const former = x.kind != NameKind::kCurrent || y.kind != NameKind::kCurrent;
            double const penalty = former ? weights.former_name : 0;
            if (!x.divided || !y.divided) {
                consider(comparer.wholes(x, y), penalty);
                continue;
            }
            NameMatch const straight = comparer.parts(x, y.family, y.given);
            consider(straight, penalty);
            if (agrees(straight.family) && agrees(straight.given)) continue;
            NameMatch const swapped = comparer.parts(x, y.given, y.family);
            if (agrees(swapped.family) && agrees(swapped.given)) {
                consider(swapped, penalty + weights.swapped_name);
            }
            if (!x.latin_bag.empty() && x.latin_bag == y.latin_bag) {
                consider(comparer.wholes(x, y), penalty);
            }
        }
    }
    return best.value_or(NameMatch{});
}

struct Levels {
    NameMatch name;
    int birth = kUnknown, sex = kUnknown, address = kUnknown, phone = kUnknown;
    int insurance = kUnknown, mother = kUnknown;
};

int compare_mothers(Features const& a, Features const& b, Weights const& weights) {
    if (!weights.pediatric || a.mothers.empty() || b.mothers.empty()) return kUnknown;
    NameMatch const match = compare_names(a.mothers, b.mothers, weights);
    int const best = std::max(match.family, match.given);
    int const least = std::min(match.family == kUnknown ? best : match.family,
                               match.given == kUnknown ? best : match.given);
    if (best == kUnknown) return kUnknown;
    return agrees(least) ? 1 : 0;
}

Levels levels_of(Features const& a, Features const& b, Weights const& weights) {
    Levels levels;
    levels.name = compare_names(a.names, b.names, weights);
    levels.birth = compare_births(a.birth, b.birth);
    if (a.sex != 0 && b.sex != 0) levels.sex = a.sex == b.sex ? 1 : 0;
    levels.address = compare_addresses(a.addresses, b.addresses);
    levels.phone = compare_phones(a.phones, b.phones);
    if (weights.use_insurance) levels.insurance = compare_insurances(a.insurances, b.insurances);
    levels.mother = compare_mothers(a, b, weights);
    return levels;
}

/// Brothers and sisters of one birth: everything agrees but the given name and the order.
bool may_be_twins(Levels const& levels, Features const& a, Features const& b, Weights const& w) {
    bool const near_given = levels.name.given == name_level::kNear;
    if (near_given && levels.birth == birth_level::kEqual &&
        (levels.address >= address_level::kTown || levels.phone == 1 || levels.insurance > 0)) {
        return true;
    }
    if (!w.pediatric || (!a.multiple_birth && !b.multiple_birth)) return false;
    bool const other_order =
        a.birth_order != 0 && b.birth_order != 0 && a.birth_order != b.birth_order;
    return other_order || !shares_spelling(levels.name.given);
}

/// The home, a telephone or a card says that it is the same person; or a rare name and the birth
/// date do, or an ordinary one and the date in the same town.
bool is_corroborated(Levels const& levels, Weights const& w) {
    if (levels.address >= address_level::kNumbersUnknown || levels.phone == 1 ||
        levels.insurance >= insurance_level::kBranchUnknown) {
        return true;
    }
    bool const name_and_date = levels.birth == birth_level::kEqual && agrees(levels.name.family) &&
                               agrees(levels.name.given);
    return name_and_date &&
           (levels.name.frequency < w.rarity || levels.address == address_level::kTown);
}

void add_guards(Evidence& evidence, Levels const& levels, Features const& a, Features const& b,
                Weights const& w) {
    auto& guards = evidence.guards;
    if (a.unfit || b.unfit) guards.push_back("unfit to match");
    int const given = levels.name.given;
    if (given < name_level::kNear) guards.push_back("given name differs");
    if (levels.birth < birth_level::kPlaceholderDay) guards.push_back("birth date differs");
    if (levels.sex == 0) guards.push_back("sex differs");
    if (levels.insurance == insurance_level::kOtherBranch) {
        guards.push_back("another branch of the card");
    }
    if (may_be_twins(levels, a, b, w)) guards.push_back("may be twins");
    if (!is_corroborated(levels, w)) guards.push_back("not corroborated");
}

}  // namespace

Evidence compare(Features const& a, Features const& b, Weights const& w) {
    Levels const levels = levels_of(a, b, w);
    Evidence evidence;
    evidence.comparisons.reserve(8);
    auto const add = [&](std::string_view name, std::string_view level, double bits) {
        evidence.comparisons.push_back({name, level, bits});
        return bits;
    };
    NameMatch const& name = levels.name;
    auto const yes_no = [](int level) {
        return level == kUnknown ? std::string_view("unknown") : level == 1 ? "equal" : "different";
    };
    double household = add("family", name_level_word(name.family), name.family_bits);
    household +=
        add("address", address_level_word(levels.address), worth(w.address, levels.address));
    household += add("phone", yes_no(levels.phone), worth(w.phone, levels.phone));
    if (w.use_insurance) {
        household += add("insurance", insurance_level_word(levels.insurance),
                         worth(w.insurance, levels.insurance));
    }
    double person = add("given", name_level_word(name.given), name.given_bits);
    person += add("birth", birth_level_word(levels.birth), worth(w.birth, levels.birth));
    person += add("sex", yes_no(levels.sex), worth(w.sex, levels.sex));
    if (levels.mother != kUnknown) {
        person += add("mother", yes_no(levels.mother), worth(w.mother, levels.mother));
    }
    evidence.score = std::min(household, w.household_cap) + person;
    add_guards(evidence, levels, a, b, w);
    if (evidence.score >= w.link && evidence.guards.empty()) {
        evidence.verdict = Verdict::kLink;
    } else if (evidence.score >= w.review) {
        evidence.verdict = Verdict::kReview;
    }
    return evidence;
}

}  // namespace musubi::mpi::match
