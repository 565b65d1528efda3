#pragma once
// A root as a record of the trail: so it reaches every repository that the trail is sent to, those
// of the members above all, without anybody fetching it. Pure.

#include "atna/roots_record.h"
#include "domain/audit_event.h"

namespace musubi::atna {

inline constexpr char const* kRootTransaction = "audit-root";

/// DCM 110106 of an object urn:musubi:audit-root:NUMBER. Its details are the two files of a
/// published root, octet for octet: `root-NUMBER.json` and `root-NUMBER.p7s`. The stamp comes later
/// and is not among them.
domain::AuditEvent root_event(SignedRoot const& root);

}  // namespace musubi::atna
