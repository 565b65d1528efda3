#pragma once
// The question of ITI-81 Retrieve ATNA AuditEvent (RESTful ATNA supplement): search parameters of
// AuditEvent, FHIR R4. Pure functions, thread-safe.
//
// Different parameters, and the same one twice, must all hold; values with commas between them are
// alternatives; a backslash takes its meaning from a comma, a bar, a dollar sign and itself.
// Unknown parameters are passed over, as FHIR says; modifiers of known ones are refused. At most 64
// values.

#include "domain/audit_event.h"
#include "platform/base/result.h"

#include <optional>
#include <string>
#include <vector>

namespace musubi::fhir {

/// "system|code", "|code" or "code".
struct Token {
    std::optional<std::string> system;  ///< none: any
    std::string code;                   ///< empty: any of the system
};

struct AuditSearch {
    WallTime from{};  ///< [from, to)
    WallTime to{};
    using Tokens = std::vector<std::vector<Token>>;  ///< all of the outer, one of the inner
    Tokens patients, agents, entities, entity_types, entity_roles, sources, types, subtypes,
        outcomes;
    std::vector<std::vector<std::string>> addresses;
    int count =
        1000;  ///< _count, 0 to 1,000; 0: how many there are, and none of them (FHIR R4 3.1.1.5.3)
};

/// kInvalidContent: no `date`, a value that cannot be read, a modifier, too many values.
Result<AuditSearch> read_audit_search(std::string_view query);
bool matches(AuditSearch const& search, domain::AuditEvent const& event);

}  // namespace musubi::fhir
