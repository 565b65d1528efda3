#include "domain/visit.h"

#include <algorithm>

namespace musubi::domain {
namespace {

std::string number_of(Visit const& visit) {
    auto const found = std::find_if(visit.begin(), visit.end(), [](VisitValue const& value) {
        return value.field == kVisitNumber && value.component == 1 && value.subcomponent == 1;
    });
    return found == visit.end() ? "" : found->text;
}

bool meets(VisitValue const& value, VisitCriterion const& wanted) {
    if (value.field != wanted.field || value.component != wanted.component ||
        value.subcomponent != wanted.subcomponent) {
        return false;
    }
    if (!wanted.value.ends_with('*')) return value.text == wanted.value;
    return value.text.starts_with(
        std::string_view(wanted.value).substr(0, wanted.value.size() - 1));
}

}  // namespace

bool is_visit_field(int field) {
    return std::find(std::begin(kVisitFields), std::end(kVisitFields), field) !=
           std::end(kVisitFields);
}

void VisitChange::apply_to(Visit& visit) const {
    std::string const told = number_of(values), known = number_of(visit);
    // An admission that is told again with its number is the same visit.
    bool const another = told.empty() ? begins : told != known;
    if (another) visit.clear();
    std::erase_if(visit, [&](VisitValue const& old) {
        return std::find(deleted.begin(), deleted.end(), old.field) != deleted.end() ||
               std::any_of(values.begin(), values.end(),
                           [&](VisitValue const& value) { return value.field == old.field; });
    });
    visit.insert(visit.end(), values.begin(), values.end());
    std::stable_sort(visit.begin(), visit.end(),
                     [](VisitValue const& x, VisitValue const& y) { return x.field < y.field; });
    if (visit.size() > kMostVisitValues) visit.resize(kMostVisitValues);
}

bool fits(Visit const& visit, std::vector<VisitCriterion> const& criteria) {
    return std::all_of(criteria.begin(), criteria.end(), [&](VisitCriterion const& wanted) {
        return std::any_of(visit.begin(), visit.end(),
                           [&](VisitValue const& value) { return meets(value, wanted); });
    });
}

}  // namespace musubi::domain
