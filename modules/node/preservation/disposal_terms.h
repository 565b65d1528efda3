#pragma once
// Whether a member's records may be destroyed now. The agreement says so in its section `disposal`,
// and how long each kind of document is kept in `document_types[].retention`; a hold, there or in
// the configuration (keys.holds), stops everything. What nobody has said counts as a no: no clause,
// no destruction; a kind without retention is kept for ever. Pure.

#include "platform/base/clock.h"
#include "policy/agreement.h"

#include <set>
#include <string>
#include <vector>

namespace musubi::node {

/// Documents of one kind that the member published.
struct KeptKind {
    std::string class_code, type_code;  ///< code^^scheme
    std::int64_t documents = 0;
    WallTime newest{};  ///< when the last one was stored: retention runs from here
};

struct DisposalCase {
    std::string member;              ///< code
    std::set<std::string> names;     ///< institution OIDs that were ever the member's
    std::vector<std::string> holds;  ///< of the configuration: codes, OIDs, or "any"
    /// Codes and OIDs that some version of the agreement knew: a hold that names nobody is a
    /// mistake, and stops everything.
    std::set<std::string> known;
    std::vector<KeptKind> kinds;
    WallTime now{};
};

/// Everything that forbids it, in words; nothing: it may be done.
std::vector<std::string> disposal_faults(policy::Agreement const& agreement,
                                         DisposalCase const& about);
/// Under which clause; empty: there is none.
std::string disposal_clause(policy::Agreement const& agreement);

/// `begin` and an ISO 8601 duration of whole units later (years and months by the calendar, the
/// last day of the month where there is no such day). kInvalidContent.
Result<WallTime> end_of_term(WallTime begin, std::string_view duration);

}  // namespace musubi::node
