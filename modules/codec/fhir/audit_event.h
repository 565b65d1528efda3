#pragma once
// Audit records as FHIR R4 AuditEvent (RESTful ATNA supplement), JSON. Pure functions, thread-safe.

#include "codec/fhir/json_writer.h"
#include "domain/audit_event.h"

#include <optional>
#include <vector>

namespace musubi::fhir {

struct AuditResource {
    std::string id;  ///< logical id
    domain::AuditEvent event;
};

void write_audit_event(JsonWriter& json, AuditResource const& resource);

struct AuditBundle {
    std::vector<AuditResource> entries;
    std::string base_url;   ///< "https://host:port/fhir"
    std::string self_link;  ///< of the search
    /// Only how many there are, without one of them.
    std::optional<std::size_t> only_total = {};
    bool cut = false;      ///< there are more: told by an OperationOutcome inside
    bool damaged = false;  ///< and so is it that there are some which cannot be read
};
std::string write_audit_bundle(AuditBundle const& bundle);

}  // namespace musubi::fhir
