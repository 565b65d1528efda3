#pragma once
// What the FHIR door hands to a transaction and sends back.

#include "platform/base/error.h"

#include <string>

namespace musubi::fhir {

inline constexpr std::string_view kJson = "application/fhir+json";

struct Incoming {
    std::string query;     ///< of the URL, behind '?'
    std::string base_url;  ///< "https://host:port/fhir"
};

struct Outgoing {
    int status = 200;
    std::string body;  ///< JSON; the door makes XML of it where that is asked for
};

/// FHIR R4 OperationOutcome with one issue. `code` of the value set issue-type.
std::string operation_outcome(std::string_view code, std::string_view diagnostics);
/// Status and OperationOutcome for an error; the detail stays here.
Outgoing error_answer(Error const& error);

}  // namespace musubi::fhir
