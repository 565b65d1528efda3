#include "domain/demographics.h"

#include <algorithm>

namespace musubi::domain {
namespace {

template <class T>
void replace(T& stored, Sent<T> const& sent) {
    if (sent) stored = *sent;
}

bool is_alias(PersonName const& name) { return name.type_code == "A"; }

/// Names and aliases live in one list but are sent in two fields: one leaves the other alone.
void replace_names(Demographics& person, DemographicsChange const& change) {
    std::vector<PersonName> names;
    auto const keep = [&](bool aliases) {
        std::copy_if(person.names.begin(), person.names.end(), std::back_inserter(names),
                     [&](PersonName const& name) {
                         // An alias may have come among the names; told again it stays one.
                         return is_alias(name) == aliases &&
                                std::find(names.begin(), names.end(), name) == names.end();
                     });
    };
    if (change.names) {
        names = *change.names;
    } else {
        keep(false);
    }
    if (change.aliases) {
        for (PersonName alias : *change.aliases) {
            if (alias.type_code.empty()) alias.type_code = "A";
            names.push_back(std::move(alias));
        }
    } else {
        keep(true);
    }
    person.names = std::move(names);
}

}  // namespace

void DemographicsChange::apply_to(Demographics& person) const {
    replace_names(person, *this);
    replace(person.mothers_maiden_names, mothers_maiden_names);
    replace(person.birth_time, birth_time);
    replace(person.sex, sex);
    replace(person.addresses, addresses);
    replace(person.home_phones, home_phones);
    replace(person.business_phones, business_phones);
    if (account) {
        person.account = account->id.id.empty() ? std::nullopt : account;
    }
    replace(person.insurances, insurances);
    replace(person.marital_status, marital_status);
    replace(person.language, language);
    replace(person.religion, religion);
    replace(person.nationality, nationality);
    replace(person.birth_place, birth_place);
    replace(person.multiple_birth, multiple_birth);
    replace(person.birth_order, birth_order);
    replace(person.death_time, death_time);
    replace(person.death_indicator, death_indicator);
    replace(person.identity_unknown, identity_unknown);
    replace(person.identity_reliability, identity_reliability);
    replace(person.last_update, last_update);
    replace(person.last_update_facility, last_update_facility);
}

}  // namespace musubi::domain
