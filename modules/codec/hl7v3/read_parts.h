#pragma once
// Parts of messages that several readers share. Internal to codec/hl7v3.

#include "codec/hl7v3/problems.h"
#include "domain/patient_feed.h"

namespace musubi::hl7v3 {

/// patientPerson, but for its other ids.
void read_person(xml::Element person, domain::DemographicsChange& to, Problems& problems);

}  // namespace musubi::hl7v3
