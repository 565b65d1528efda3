#pragma once
// What another community may be told of a patient: decided as for the member that it is (ITI-55 as
// it would ask us), with the patient's consent. Thread-safe.

#include "core/patient_finder.h"
#include "xca/initiating.h"

namespace musubi::xca {

/// As it is asked for who somebody is.
core::TransactionSpec const& discovery_spec();

/// Whether a community may know of the patient: by a number of its own, or because somebody else's
/// data of him are open to it.
bool may_be_told(InitiatingDeps const& deps, domain::Member const& member, std::string const& cx,
                 std::string const& sent_as);

/// The patient with all records that the index has of him; `cx` is a surviving id. Nothing: no such
/// patient here.
Result<std::optional<core::DemographicsPort::Candidate>> records_of(InitiatingDeps const& deps,
                                                                    std::string const& cx);
/// Of these what the community may be told: the demographics of the best record that is open to it.
std::optional<domain::Demographics> tellable(InitiatingDeps const& deps,
                                             domain::Member const& member, std::string const& cx,
                                             core::DemographicsPort::Candidate const& candidate);

}  // namespace musubi::xca
