#pragma once
// The patient's word as decisions use it: what stands, sorted by scope. Pure.

#include "policy/consent.h"

namespace musubi::policy {

/// For one patient.
struct PatientConsent {
    bool all = false;
    std::vector<std::string> owners, codes;                    ///< granted one by one
    std::vector<std::string> withheld_owners, withheld_codes;  ///< withdrawn one by one
};

PatientConsent consent_of(std::string const& patient, std::vector<ConsentEntry> const& entries);

/// Adds `id` unless it is there already.
void add_once(std::vector<std::string>& ids, std::string const& id);

}  // namespace musubi::policy
