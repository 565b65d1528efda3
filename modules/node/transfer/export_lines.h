#pragma once
// What stands in the files of an export that have a line for each thing (docs/export.md).

#include "atna/archive.h"
#include "mpi/listing.h"
#include "policy/consent.h"

namespace musubi::node {

/// NDJSON as `musubi patient load` reads it.
std::string patient_line(mpi::ListedRecord const& record);
/// Values between tabs: authority, id, regional id, person, status, member.
std::string reference_line(mpi::ListedRecord const& record);

/// Who has said anything, behind `after`, in one order.
Result<std::vector<std::string>> patients_with_consent(pg::Pool& pool, std::string const& after,
                                                       int limit);
/// Names as the columns of `musubi consent import`. `ended`: why it no longer counts; empty: it
/// does.
std::string consent_json(policy::ConsentEntry const& entry, std::string const& ended);

/// A record with what its place in the chain rests on: {"record": ..., "id", "sealed", "hash"}.
/// Behind `after`, with their numbers.
Result<std::vector<std::pair<std::int64_t, std::string>>> audit_lines(atna::Archive const& archive,
                                                                      std::int64_t after,
                                                                      int limit);

}  // namespace musubi::node
