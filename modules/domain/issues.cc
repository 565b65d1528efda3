#include "domain/issues.h"

#include "domain/reason.h"

#include <algorithm>

namespace musubi::domain {

Issue unknown_patient(std::string const& patient_cx) {
    return {
        Severity::kError, Reason::kUnknownPatientId,
        "patientId " + patient_cx + " is not known here by a patient identity feed of this sender",
        ""};
}

bool any_error(std::vector<Issue> const& issues) {
    return std::any_of(issues.begin(), issues.end(),
                       [](Issue const& issue) { return issue.severity == Severity::kError; });
}

}  // namespace musubi::domain
