#include "domain/issues.h"

#include "domain/reason.h"

namespace musubi::domain {

Issue unknown_patient(std::string const& patient_cx) {
    return {
        Severity::kError, Reason::kUnknownPatientId,
        "patientId " + patient_cx + " is not known here by a patient identity feed of this sender",
        ""};
}

}  // namespace musubi::domain
