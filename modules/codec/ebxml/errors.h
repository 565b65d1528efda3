#pragma once
// Our reasons as XDS error codes and back (ITI TF-3 table 4.2.4.1-2). Pure, thread-safe.

#include "domain/reason.h"

#include <string>
#include <string_view>
#include <vector>

namespace musubi::ebxml {

/// Who reports: the same reason has another code at a registry than at a repository.
enum class Actor : std::uint8_t { kRegistry, kRepository, kInitiatingGateway };

std::string_view error_code(Reason reason, Actor actor);
/// kGeneral for a code that we have no word for.
Reason reason_of(std::string_view error_code);

/// One rs:RegistryError.
struct RegistryErrorRow {
    Severity severity = Severity::kError;
    std::string error_code;
    std::string context;
    std::string location;
};

std::vector<RegistryErrorRow> error_rows(std::vector<Issue> const& issues, Actor actor);
/// Every issue of the error; without issues one row with a fixed text and `trace`. `detail` never
/// leaves the node.
std::vector<RegistryErrorRow> error_rows(Error const& error, Actor actor, std::string_view trace);

}  // namespace musubi::ebxml
