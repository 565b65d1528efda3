#pragma once
// What bulk loading writes beside the registry's own statements. Executed in bulk.cc only.

#include "platform/pg/statement.h"

namespace musubi::perf::sql {

inline constexpr pg::Statement kMpiPatients{
    "perf.mpi_patients", "INSERT INTO mpi.patient (regional_id) SELECT unnest($1::text[])"};
inline constexpr pg::Statement kMpiIdentifiers{
    "perf.mpi_identifiers",
    "INSERT INTO mpi.identifier (authority, token, regional_id)"
    " SELECT $1, t.t, t.r FROM unnest($2::bytea[], $3::text[]) t (t, r)"};
inline constexpr pg::Statement kRegistryPatients{
    "perf.registry_patients",
    "INSERT INTO registry.patient (patient_key, cx, survivor_key)"
    " SELECT p.k, p.c, p.k FROM unnest($1::bigint[], $2::text[]) p (k, c)"};
/// Every patient agreed: readers are then measured with the consent rule at work.
inline constexpr pg::Statement kConsents{
    "perf.consents",
    "INSERT INTO policy.consent (consent_uuid, patient, scope, value, granted, basis, recorded_by, "
    "organisation,"
    " recorded_at) SELECT gen_random_uuid(), unnest($1::text[]), 0, '', true, 'benchmark', "
    "'benchmark',"
    " 'hospital-kita', now()"};
inline constexpr pg::Statement kUuids{
    "perf.uuids",
    "INSERT INTO registry.uuid_dir (uuid, patient_key, object_key, kind)"
    " SELECT d.u, d.p, d.k, d.o FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], "
    "$4::smallint[]) d (u, p, k, o)"};
inline constexpr pg::Statement kUniqueIds{
    "perf.unique_ids",
    "INSERT INTO registry.unique_id_dir (unique_id, patient_key, object_key, size, kind, "
    "entry_kind, hash)"
    " SELECT d.u, d.p, d.k, nullif(d.s, -1), d.o, 1, nullif(d.h, '') FROM unnest($1::text[], "
    "$2::bigint[],"
    " $3::bigint[], $4::bigint[], $5::smallint[], $6::text[]) d (u, p, k, s, o, h)"};

}  // namespace musubi::perf::sql
