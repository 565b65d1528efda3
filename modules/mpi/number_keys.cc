#include "mpi/number_keys.h"

#include <algorithm>

namespace musubi::mpi {
namespace {

// Part of what is stored: never change the meaning of a number, add another. From 96 on, behind
// those of match/search_keys.
enum NumberKey : std::uint8_t { kNearlyWholeId = 96, kHalfId = 97, kAccount = 98, kVisit = 99 };
constexpr std::size_t kFewOpen = 3, kManyOpen = 6;

/// Of a visit what tells one from others: ward, attending doctor by number and by name, visit
/// number. All else narrows.
struct Place {
    int field, component, subcomponent;
};
constexpr Place kPlaces[] = {{3, 1, 1}, {7, 1, 1}, {7, 2, 1}, {domain::kVisitNumber, 1, 1}};

match::Key beginning(NumberKey type, std::string const& authority, std::string_view text) {
    return {type, authority + '\x1f' + std::string(text)};
}

template <class Place>
match::Key visit_key(Place const& place, std::string const& text) {
    return {kVisit, std::to_string(place.field) + "." + std::to_string(place.component) + "." +
                        std::to_string(place.subcomponent) + '\x1f' + text};
}

template <class One>
bool is_place(One const& one) {
    return std::any_of(std::begin(kPlaces), std::end(kPlaces), [&](Place const& place) {
        return place.field == one.field && place.component == one.component &&
               place.subcomponent == one.subcomponent;
    });
}

}  // namespace

std::vector<match::Key> number_keys(domain::PatientId const& id, domain::Demographics const& person,
                                    domain::Visit const& visit) {
    std::vector<match::Key> keys;
    std::string_view const text = id.id;
    if (!text.empty()) {
        std::size_t const most = text.size() > kFewOpen ? text.size() - kFewOpen : 1;
        keys.push_back(beginning(kNearlyWholeId, id.authority, text.substr(0, most)));
        if (text.size() > kManyOpen)
            keys.push_back(
                beginning(kHalfId, id.authority, text.substr(0, text.size() - kManyOpen)));
    }
    if (person.account && !person.account->id.id.empty())
        keys.push_back({kAccount, person.account->id.id});
    for (domain::VisitValue const& value : visit) {
        if (is_place(value)) keys.push_back(visit_key(value, value.text));
    }
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    return keys;
}

std::vector<std::vector<match::Key>> number_lookups(domain::DemographicsQuery const& query) {
    std::vector<std::vector<match::Key>> lists;
    if (query.account && !query.account->id.empty())
        lists.push_back({{kAccount, query.account->id}});
    for (domain::VisitCriterion const& wanted : query.visit) {
        if (is_place(wanted) && !wanted.value.empty() && !wanted.value.ends_with('*'))
            lists.push_back({visit_key(wanted, wanted.value)});
    }
    return lists;
}

std::vector<Beginning> beginning_lookups(domain::DemographicsQuery const& query) {
    std::vector<Beginning> lists;
    for (domain::IdCriterion const& criterion : query.ids) {
        std::string_view text = criterion.id.id;
        std::string const& authority = criterion.id.authority.universal_id;
        if (!text.ends_with('*') || authority.empty()) continue;
        text.remove_suffix(1);
        if (text.size() < kLeastOfAnId) continue;
        std::vector<match::Key> keys;
        // With none to three characters open the token is shorter than what is asked for.
        for (std::size_t less = 0; less <= kFewOpen && less < text.size(); ++less) {
            std::string_view const part = text.substr(0, text.size() - less);
            keys.push_back(beginning(kNearlyWholeId, authority, part));
            if (kManyOpen - less > kFewOpen) keys.push_back(beginning(kHalfId, authority, part));
        }
        lists.push_back({authority, std::move(keys)});
    }
    return lists;
}

}  // namespace musubi::mpi
