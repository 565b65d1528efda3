#pragma once
// Which of the identifiers in a feed this member may feed, and under which assigning authority (ITI
// TF-2 3.8.4.1.3, Appendix E). Pure, thread-safe.

#include "core/patient_ports.h"
#include "domain/access.h"

namespace musubi::pix {

/// Identifiers of authorities that the agreement gives the member, each once; the others are
/// ignored, as the affinity domain asks. None left: an Error with the location of each and what was
/// wrong with it. One with a flaw is refused whatever stands beside it (kDataType).
Result<std::vector<domain::LocalId>> feedable_ids(
    std::vector<domain::SentIdentifier> const& identifiers, domain::Member const& member,
    core::AuthorityPort const& authorities);

}  // namespace musubi::pix
