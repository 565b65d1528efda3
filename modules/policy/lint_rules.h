#pragma once
// Internal to policy: lint of the access matrix.

#include "policy/lint.h"

namespace musubi::policy {

/// Holes (a role that reads, a document type and a purpose of the agreement for which no rule says
/// anything), rules that contradict each other, rules that never count.
void lint_rules(Agreement const& agreement, std::vector<LintFinding>& out);

}  // namespace musubi::policy
