#pragma once
// How the words of DICOM audit messages are called in FHIR (RESTful ATNA supplement, mapping of
// AuditEvent). Pure, thread-safe.

#include <string>
#include <string_view>
#include <utility>

namespace musubi::fhir {

inline constexpr std::string_view kEntityTypeSystem =
    "http://terminology.hl7.org/CodeSystem/audit-entity-type";
inline constexpr std::string_view kEntityRoleSystem =
    "http://terminology.hl7.org/CodeSystem/object-role";
inline constexpr std::string_view kLifecycleSystem =
    "http://terminology.hl7.org/CodeSystem/dicom-audit-lifecycle";
inline constexpr std::string_view kOutcomeSystem = "http://hl7.org/fhir/audit-event-outcome";

/// URI of a codeSystemName; one that has none stands as it is.
std::string_view system_uri(std::string_view code_system_name);

/// A patient id in CX form as an identifier: urn:oid:AUTHORITY and the id. Others: no system, the
/// text.
std::pair<std::string, std::string> system_and_value(std::string const& object_id);

}  // namespace musubi::fhir
