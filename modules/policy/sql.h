#pragma once
// Every statement of this module. Executed in consent_store.cc only.

#include "platform/pg/statement.h"

namespace musubi::policy::sql {

/// Changes for one patient are put in order by this lock, so that `position` tells which word is
/// the newest.
inline constexpr pg::Statement kLockPatient{
    "policy.lock_patient",
    "SELECT pg_advisory_xact_lock(hashtextextended('policy.consent:' || $1::text, 0))"};

inline constexpr pg::Statement kAppend{"policy.append_consent",
                                       "INSERT INTO policy.consent (consent_uuid, patient, scope, "
                                       "value, granted, basis, recorded_by, organisation, "
                                       "recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};

/// After a merge the words spoken under both ids are one person's: they are said again for the
/// survivor in the order in which they were spoken, so that the newest counts whichever id it was
/// recorded under. $1 merged away, $2 survivor. What was said so far then no longer counts for the
/// survivor, only the repetition; `merged_from` lets a parting take its part of it back.
inline constexpr pg::Statement kMerge{
    "policy.merge_consent",
    "WITH words AS (SELECT c.* FROM policy.consent c WHERE c.patient IN ($1, $2)"
    " AND NOT EXISTS (SELECT FROM policy.consent_cut k WHERE k.patient = c.patient AND k.position "
    ">= c.position)"
    " AND EXISTS (SELECT FROM policy.consent WHERE patient = $1)),"
    " cut AS (INSERT INTO policy.consent_cut (patient, position) SELECT $2, max(position) FROM "
    "policy.consent WHERE patient = $2 AND EXISTS (SELECT FROM words) HAVING count(*) > 0"
    " ON CONFLICT DO NOTHING)"
    " INSERT INTO policy.consent (consent_uuid, patient, scope, value, granted, basis, "
    "recorded_by, organisation, recorded_at, merged_from) SELECT gen_random_uuid(), $2, scope, "
    "value, granted, basis, recorded_by, organisation, recorded_at, CASE WHEN patient = $1 THEN $1 "
    "ELSE merged_from END FROM words ORDER BY recorded_at, position"};

/// The two part: what a merge repeated for $2 from $1 no longer counts for it, the rest is said
/// again.
inline constexpr pg::Statement kUnmerge{
    "policy.unmerge_consent",
    "WITH words AS (SELECT c.* FROM policy.consent c WHERE c.patient = $2"
    " AND NOT EXISTS (SELECT FROM policy.consent_cut k WHERE k.patient = c.patient AND k.position "
    ">= c.position)),"
    " cut AS (INSERT INTO policy.consent_cut (patient, position) SELECT $2, max(position) FROM "
    "policy.consent WHERE patient = $2 HAVING count(*) > 0 ON CONFLICT DO NOTHING)"
    " INSERT INTO policy.consent (consent_uuid, patient, scope, value, granted, basis, "
    "recorded_by, organisation, recorded_at, merged_from) SELECT gen_random_uuid(), $2, scope, "
    "value, granted, basis, recorded_by, organisation, recorded_at, merged_from FROM words"
    " WHERE merged_from IS DISTINCT FROM $1 ORDER BY recorded_at, position"};

inline constexpr pg::Statement kHistory{"policy.consent_history",
                                        "SELECT patient, scope, value, granted, basis, "
                                        "recorded_by, organisation, recorded_at, position "
                                        "FROM policy.consent WHERE patient = $1 ORDER BY position"};

inline constexpr pg::Statement kState{"policy.consent_state",
                                      "SELECT patient, scope, value, granted, basis, recorded_by, "
                                      "organisation, recorded_at, position "
                                      "FROM policy.consent_state WHERE patient = ANY($1)"};

/// Of one patient, as nearly always: found by the index, whatever size the planner takes the table
/// for.
inline constexpr pg::Statement kStateOfOne{"policy.consent_state_of_one",
                                           "SELECT patient, scope, value, granted, basis, "
                                           "recorded_by, organisation, recorded_at, position "
                                           "FROM policy.consent_state WHERE patient = $1"};

}  // namespace musubi::policy::sql
