#pragma once
// What is wrong with an agreement that loads: holes, contradictions, rules that never count, people
// and points that are missing, dates that have passed, and what the node will not enforce. For
// people before they sign, and for the operator. Pure but for certificate files and signatures.

#include "policy/agreement.h"
#include "policy/signatures.h"

namespace musubi::policy {

enum class LintSeverity : std::uint8_t { kError, kWarning, kNote };
std::string_view to_string(LintSeverity severity);

struct LintFinding {
    LintSeverity severity = LintSeverity::kError;
    std::string_view check;  ///< "hole", "contradiction", ...: for programs
    std::string clause;      ///< rule id, member code or path it is about; may be empty
    int line = 0;
    std::string text;
};

/// Sorted by severity, then line.
std::vector<LintFinding> lint(Agreement const& agreement, WallTime now);

/// Members whose signature is missing or does not count, as warnings: a draft is not signed yet.
std::vector<LintFinding> lint_signatures(Agreement const& agreement, Signatures const& signatures,
                                         WallTime now);

/// What the members promised each other for a day that is over, revision and audits: "'revision'
/// was due on 2027-04-01". The running node tells it in its health.
std::vector<std::string> overdue(Agreement const& agreement, WallTime now);

/// "FILE:LINE: severity: check: text" each, or a JSON list.
std::string lint_text(Agreement const& agreement, std::vector<LintFinding> const& findings);
std::string lint_json(std::vector<LintFinding> const& findings);

}  // namespace musubi::policy
