#pragma once
// What the agreement opens in an emergency: the section `emergency`. Plain values; read by
// agreement_emergency.

#include "domain/access.h"

#include <set>
#include <string>
#include <vector>

namespace musubi::policy {

struct EmergencyTerms {
    std::string clause;              ///< empty: nothing is opened
    std::set<std::string> roles;     ///< that may use it
    std::set<std::string> purposes;  ///< purpose of use codes that claim it
    std::set<std::string> reasons;   ///< one of these must be given
    domain::Confidentiality highest = domain::Confidentiality::kN;
    int minutes = 0;              ///< that one claim lasts
    int review_days = 0;          ///< until somebody must have looked at it
    bool tells_sources = false;   ///< members with a record of the patient are told at once
    std::set<std::string> tells;  ///< and these, by code
    std::vector<std::pair<std::string, std::string>>
        addresses;               ///< member, https:// of its receiver
    bool tells_patient = false;  ///< stays on the patient's report
};

}  // namespace musubi::policy
