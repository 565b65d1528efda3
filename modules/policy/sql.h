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
/// recorded under. $1 merged away, $2 survivor.
inline constexpr pg::Statement kMerge{"policy.merge_consent",
                                      "INSERT INTO policy.consent (consent_uuid, patient, scope, "
                                      "value, granted, basis, recorded_by, organisation, "
                                      "recorded_at) SELECT gen_random_uuid(), $2, scope, value, "
                                      "granted, basis, recorded_by, organisation, recorded_at "
                                      "FROM policy.consent WHERE patient IN ($1, $2) AND EXISTS "
                                      "(SELECT FROM policy.consent WHERE patient = $1) "
                                      "ORDER BY recorded_at, position"};

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
