#include "policy/patient_consent.h"

#include <algorithm>

namespace musubi::policy {

PatientConsent consent_of(std::string const& patient, std::vector<ConsentEntry> const& entries) {
    std::vector<ConsentEntry> mine;
    std::copy_if(entries.begin(), entries.end(), std::back_inserter(mine),
                 [&](ConsentEntry const& entry) { return entry.patient == patient; });
    PatientConsent out;
    for (auto const& entry : standing(std::move(mine))) {
        switch (entry.scope) {
            case ConsentScope::kAll: out.all = entry.granted; break;
            case ConsentScope::kOwner:
                (entry.granted ? out.owners : out.withheld_owners).push_back(entry.value);
                break;
            case ConsentScope::kDocument:
                (entry.granted ? out.codes : out.withheld_codes).push_back(entry.value);
                break;
        }
    }
    return out;
}

void add_once(std::vector<std::string>& ids, std::string const& id) {
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
}

}  // namespace musubi::policy
