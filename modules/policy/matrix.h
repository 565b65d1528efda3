#pragma once
// The access matrix applied: which rows speak about somebody who asks, and in which order. Pure.
//
// The order is total, and the first row that matches a document decides:
//   1. rows about own documents come before all others;
//   2. then whoever names more conditions comes first. One each for: relation, kinds of members,
//      types or classes, practice settings, confidentiality, publishing members, purposes, and one
//      of find and retrieve alone; two for members by name;
//   3. of equally many, deny comes before permit, permit before permit-if-consent;
//   4. then the place in the file.

#include "policy/agreement.h"
#include "policy/asker.h"

namespace musubi::policy {

enum class Rows : std::uint8_t { kEnforced, kShadow };

/// Of the asker's role and about him, in the order above. Pointers into `agreement`.
std::vector<AccessRule const*> rows_for(Agreement const& agreement, Asker const& asker,
                                        RuleAction action, Rows which = Rows::kEnforced);

/// How many conditions the row names.
int conditions(AccessRule const& rule);

/// Whether some row of the role asks how the member stands to the patient.
bool asks_relation(Agreement const& agreement, std::string const& role, RuleAction action);

/// The row as far as it is about documents; those of `member` where it is about own ones.
domain::ScopeRule scope_rule(AccessRule const& rule, std::string const& member);

}  // namespace musubi::policy
