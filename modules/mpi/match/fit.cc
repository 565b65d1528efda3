#include "mpi/match/asked.h"
#include "mpi/match/search.h"
#include "mpi/match/similarity.h"
#include "platform/base/text.h"

#include <algorithm>
#include <numeric>

namespace musubi::mpi::match {
namespace {

// Degrees, 0..100. What is written otherwise but means the same is nearly as good.
constexpr int kExact = 100, kSoundsAlike = 95, kOtherOrder = 95, kRomanised = 90, kUndivided = 90,
              kOneSlip = 80;

bool meets(View have, View want, bool prefix) {
    if (want.empty() || have.empty()) return false;
    return prefix ? have.starts_with(want) : have == want;
}

struct Rules {
    domain::Script script;
    bool fuzzy;
    bool may(domain::Script spelling) const {
        return script == domain::Script::kUntold || script == spelling;
    }
};

int near_degree(NamePart const& have, NamePart const& want) {
    if (have.skeleton.size() > 1 && want.skeleton.size() > 1) {
        if (within_one_edit(have.skeleton, want.skeleton)) return kOneSlip;
        double const alike = jaro_winkler(have.skeleton, want.skeleton);
        if (alike >= 0.85) return static_cast<int>(alike * kOneSlip);
    }
    if (have.kanji.size() > 2 && within_one_edit(have.kanji, want.kanji)) return kOneSlip;
    return 0;
}

int part_degree(NamePart const& have, AskedPart const& asked, Rules const& rules) {
    if (asked.empty()) return kExact;
    NamePart const& want = asked.part;
    using enum domain::Script;
    if (rules.may(kIdeographic) && meets(have.kanji, want.kanji, asked.prefix)) return kExact;
    if (rules.may(kAlphabetic) && meets(have.latin, want.latin, asked.prefix)) return kExact;
    if (rules.may(kPhonetic)) {
        // Kana asked for among official names in kanji: not what was said, but what was meant.
        bool const spelled = want.kanji.empty() || want.kanji == want.kana;
        bool const romanised = !want.latin.empty();
        if (spelled && meets(have.kana, want.kana, asked.prefix)) {
            return romanised ? kRomanised : kExact;
        }
        if (spelled && meets(have.skeleton, want.skeleton, asked.prefix)) {
            return romanised ? kRomanised : kSoundsAlike;
        }
    }
    return rules.fuzzy ? near_degree(have, want) : 0;
}

/// Every word asked for stands somewhere in a name whose order nobody knows.
bool words_meet(Text const& have, AskedPart const& asked) {
    std::size_t at = 0;
    View const want = asked.letters;
    while (at < want.size()) {
        std::size_t const end = std::min(want.find(u' ', at), want.size());
        View const word = want.substr(at, end - at);
        at = end + 1;
        if (word.empty()) continue;
        bool const last = at >= want.size();
        bool found = false;
        for (std::size_t from = 0; from < have.size() && !found;) {
            std::size_t const stop = std::min(have.find(u' ', from), have.size());
            found = meets(View(have).substr(from, stop - from), word, asked.prefix && last);
            from = stop + 1;
        }
        if (!found) return false;
    }
    return true;
}

int latin_degree(NameForm const& form, AskedName const& asked, Rules const& rules) {
    bool const latin = !form.latin_bag.empty() && rules.may(domain::Script::kAlphabetic);
    if (!latin) return 0;
    for (AskedPart const* part : {&asked.family, &asked.given, &asked.middle}) {
        if (part->letters.empty() && !part->part.empty()) return 0;
        if (!words_meet(form.latin_bag, *part)) return 0;
    }
    return form.divided && part_degree(form.family, asked.family, rules) == kExact ? kExact
                                                                                   : kOtherOrder;
}

int undivided_degree(NameForm const& form, AskedName const& asked, Rules const& rules) {
    auto const hit = [&](Text NamePart::*spelling) {
        View const have = form.whole.*spelling;
        View const family = asked.family.part.*spelling, given = asked.given.part.*spelling;
        if (have.empty() || family.size() + given.size() > have.size()) return false;
        if (!family.empty() && !have.starts_with(family)) return false;
        if (given.empty()) return !family.empty();
        View const rest = have.substr(family.size());
        if (!family.empty()) return meets(rest, given, asked.given.prefix);
        return asked.given.prefix ? rest.find(given) != View::npos : rest.ends_with(given);
    };
    using enum domain::Script;
    if ((rules.may(kIdeographic) && hit(&NamePart::kanji)) ||
        (rules.may(kPhonetic) && hit(&NamePart::skeleton))) {
        return kUndivided;
    }
    return 0;
}

int name_degree(std::vector<NameForm> const& forms, domain::NameCriterion const& criterion) {
    AskedName const asked = read_asked(criterion);
    if (asked.empty()) return kExact;
    Rules const rules{criterion.script, criterion.fuzzy};
    int best = 0;
    for (NameForm const& form : forms) {
        if (!criterion.type_code.empty() && kind_of(criterion.type_code) != form.kind) continue;
        best = std::max(best, latin_degree(form, asked, rules));
        if (!form.divided) {
            best = std::max(best, undivided_degree(form, asked, rules));
            continue;
        }
        int const family = part_degree(form.family, asked.family, rules);
        int const given = part_degree(form.given, asked.given, rules);
        if (family != 0 && given != 0 && asked.middle.empty()) {
            best = std::max(best, std::min(family, given));
        }
    }
    return best;
}

int best_name(std::vector<NameForm> const& forms,
              std::vector<domain::NameCriterion> const& criteria) {
    return std::accumulate(criteria.begin(), criteria.end(), criteria.empty() ? kExact : 0,
                           [&](int best, domain::NameCriterion const& criterion) {
                               return std::max(best, name_degree(forms, criterion));
                           });
}

bool birth_fits(BirthDate const& birth, domain::DateRange const& range) {
    auto const days = read_asked(range);
    if (!days || !birth.known()) return false;
    AskedDays const own = days_of(birth);
    return own.low >= days->low && own.high <= days->high;
}

bool sex_fits(domain::Demographics const& person, Features const& features,
              std::string const& asked) {
    if (asked == "M" || asked == "F") return features.sex == asked[0];
    return person.sex == asked;
}

bool same_country(std::string const& a, std::string const& b) {
    return a.empty() || b.empty() || equals_ignore_case(a.substr(0, 2), b.substr(0, 2));
}

/// 1丁目2番3号, 1ノ2ノ3 and 1-2-3 are one: between block numbers stands a dash, after the last one
/// nothing.
Text with_dashes(View address) {
    Text out;
    for (std::size_t at = 0; at < address.size();) {
        std::size_t joint = at;
        bool const after_number = at > 0 && is_digit(address[at - 1]);
        while (after_number && joint < address.size() &&
               View(u"丁目番地号ノ-").find(address[joint]) != View::npos) {
            ++joint;
        }
        if (joint == at) {
            out.push_back(address[at++]);
            continue;
        }
        if (joint < address.size() && is_digit(address[joint])) out.push_back(u'-');
        at = joint;
    }
    return out;
}

bool one_address_fits(domain::PostalAddress const& sent, domain::PostalAddress const& asked) {
    auto const have = parse_address(sent);
    if (!have || !same_country(sent.country, asked.country)) return false;
    if (!digits_of(sent.postal_code).starts_with(digits_of(asked.postal_code))) return false;
    Text const whole = with_dashes(have->whole);
    for (std::string const* part :
         {&asked.state, &asked.city, &asked.street, &asked.other, &asked.whole}) {
        std::string_view text = *part;
        while (text.ends_with('*')) text.remove_suffix(1);
        if (whole.find(with_dashes(fold_address(text))) == Text::npos) return false;
    }
    return true;
}

bool addresses_fit(domain::Demographics const& person, domain::DemographicsQuery const& query) {
    return std::any_of(query.addresses.begin(), query.addresses.end(), [&](auto const& asked) {
        return std::any_of(person.addresses.begin(), person.addresses.end(),
                           [&](auto const& sent) { return one_address_fits(sent, asked); });
    });
}

bool phones_fit(Features const& features, std::vector<std::string> const& asked) {
    return std::any_of(asked.begin(), asked.end(), [&](std::string const& phone) {
        return std::binary_search(features.phones.begin(), features.phones.end(),
                                  fold_phone(phone));
    });
}

}  // namespace

std::optional<int> fit(domain::DemographicsQuery const& query, domain::Demographics const& person,
                       Features const& features) {
    if (query.birth && !birth_fits(features.birth, *query.birth)) return std::nullopt;
    if (!query.sex.empty() && !sex_fits(person, features, query.sex)) return std::nullopt;
    if (!query.phones.empty() && !phones_fit(features, query.phones)) return std::nullopt;
    if (!query.addresses.empty() && !addresses_fit(person, query)) return std::nullopt;
    if (query.account && (!person.account || person.account->id.id != query.account->id)) {
        return std::nullopt;
    }
    int const degree = std::min(best_name(features.names, query.names),
                                best_name(features.mothers, query.mothers_maiden_names));
    if (degree == 0 || degree < query.minimum_degree.value_or(0)) return std::nullopt;
    return degree;
}

}  // namespace musubi::mpi::match
