#pragma once
// The PV1 segment, as far as ITI-22 searches by it, to and from a visit. Source: HL7 v2.5 3.4.3,
// ITI TF-2 3.22. Pure functions, thread-safe.

#include "codec/hl7v2/message.h"
#include "codec/hl7v2/write.h"
#include "domain/visit.h"

namespace musubi::hl7v2 {

/// Of the first PV1. Nothing is told without one, or when its class is N (no visit: what feeds of
/// persons say). No feed is refused for its visit: texts beyond 200 octets, and more of them than
/// domain::kMostVisitValues, are left out.
domain::VisitChange read_visit(Message const& message, bool begins);

/// Into the current PV1 segment. A visit of which nothing is known is of class N: the class is
/// required.
void set_visit(Builder& pv1, domain::Visit const& visit);

}  // namespace musubi::hl7v2
