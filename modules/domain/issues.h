#pragma once
// Findings that more than one room reports and that must read the same wherever they come from.

#include "platform/base/error.h"

#include <string>
#include <vector>

namespace musubi::domain {

/// XDSUnknownPatientId. Also what a member is told that may not publish for a patient because it
/// never fed one of its own ids for that patient: to this sender the patient is unknown, and the
/// answer gives nothing more away.
Issue unknown_patient(std::string const& patient_cx);

/// Is there one that refuses? Warnings alone do not.
bool any_error(std::vector<Issue> const& issues);

}  // namespace musubi::domain
