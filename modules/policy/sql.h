#pragma once
// Every statement of this module about consent. Executed in consent_store.cc only.

#include "platform/pg/statement.h"

namespace musubi::policy::sql {

/// Changes for one patient are put in order by this lock, so that `position` tells which word is
/// the newest.
inline constexpr pg::Statement kLockPatient{
    "policy.lock_patient",
    "SELECT pg_advisory_xact_lock(hashtextextended('policy.consent:' || $1::text, 0))"};

inline constexpr pg::Statement kAppend{
    "policy.append_consent",
    "INSERT INTO policy.consent (consent_uuid, patient, scope, value, about, owner, reader, "
    "person, purpose, department, code, document, granted, absolute, valid_from, valid_until, "
    "given_by, evidence, basis, recorded_by, organisation, recorded_at) VALUES ($1, $2, 0, '', "
    "$3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)"};

/// $2: now. Of the newest word about the person's death, whether it has happened.
inline constexpr pg::Statement kDeath{
    "policy.death",
    "SELECT granted FROM policy.consent_word WHERE patient = $1 AND about = 3"
    " AND (valid_from IS NULL OR valid_from <= $2) ORDER BY position DESC LIMIT 1"};

#define PC_SAID                                                                                  \
    "scope, value, about, owner, reader, person, purpose, department, code, document, granted, " \
    "absolute, valid_from, valid_until, given_by, evidence, basis, recorded_by, organisation, "  \
    "recorded_at"
#define PC_UNCUT                                                                               \
    "NOT EXISTS (SELECT FROM policy.consent_cut k WHERE k.patient = c.patient AND k.position " \
    ">= c.position)"

/// After a merge the words spoken under both ids are one person's: they are said again for the
/// survivor in the order in which they were spoken, so that the newest counts whichever id it was
/// recorded under. $1 merged away, $2 survivor. What was said so far then no longer counts for the
/// survivor, only the repetition; `merged_from` lets a parting take its part of it back.
inline constexpr pg::Statement kMerge{
    "policy.merge_consent",
    "WITH words AS (SELECT c.* FROM policy.consent c WHERE c.patient IN ($1, $2) AND " PC_UNCUT
    " AND EXISTS (SELECT FROM policy.consent WHERE patient = $1)),"
    " cut AS (INSERT INTO policy.consent_cut (patient, position) SELECT $2, max(position) FROM "
    "policy.consent WHERE patient = $2 AND EXISTS (SELECT FROM words) HAVING count(*) > 0"
    " ON CONFLICT DO NOTHING)"
    " INSERT INTO policy.consent (consent_uuid, patient, merged_from, " PC_SAID
    ") SELECT gen_random_uuid(), $2, CASE WHEN patient = $1 THEN $1 ELSE merged_from END, " PC_SAID
    " FROM words ORDER BY words.recorded_at, words.position"};

/// The two part: what a merge repeated for $2 from $1 no longer counts for it, the rest is said
/// again.
inline constexpr pg::Statement kUnmerge{
    "policy.unmerge_consent",
    "WITH words AS (SELECT c.* FROM policy.consent c WHERE c.patient = $2 AND " PC_UNCUT
    "),"
    " cut AS (INSERT INTO policy.consent_cut (patient, position) SELECT $2, max(position) FROM "
    "policy.consent WHERE patient = $2 HAVING count(*) > 0 ON CONFLICT DO NOTHING)"
    " INSERT INTO policy.consent (consent_uuid, patient, merged_from, " PC_SAID
    ") SELECT gen_random_uuid(), $2, merged_from, " PC_SAID
    " FROM words WHERE merged_from IS DISTINCT FROM $1 ORDER BY words.recorded_at, words.position"};

/// $1 evidences. Only of forms that anybody's consent rests on.
inline constexpr pg::Statement kEnd{
    "policy.end_consent",
    "INSERT INTO policy.consent_ended (evidence, ended_at) SELECT DISTINCT c.evidence, "
    "$2::timestamptz FROM policy.consent c WHERE c.evidence = ANY ($1::text[]) AND c.evidence <> "
    "'' ON CONFLICT DO NOTHING"};

#define PC_WORD                                                                             \
    "patient, about, owner, reader, person, purpose, department, code, document, granted, " \
    "absolute, valid_from, valid_until, given_by, evidence, basis, recorded_by, "           \
    "organisation, recorded_at, position, consent_uuid"
#define PC_SCOPE "patient, about, owner, reader, person, purpose, department, code, document"

/// Everything that was ever said, also what no longer counts.
inline constexpr pg::Statement kHistory{
    "policy.consent_history",
    "SELECT patient, about, CASE WHEN scope = 1 THEN value ELSE owner END, reader, person, "
    "purpose, department, CASE WHEN scope = 2 THEN value ELSE code END, document, granted, "
    "absolute, valid_from, valid_until, given_by, evidence, basis, recorded_by, organisation, "
    "recorded_at, position, consent_uuid FROM policy.consent WHERE patient = $1 ORDER BY position"};

inline constexpr pg::Statement kCounting{
    "policy.consent_counting", "SELECT position FROM policy.consent_word WHERE patient = $1"};
inline constexpr pg::Statement kKnownWords{
    "policy.consent_known",
    "SELECT consent_uuid FROM policy.consent WHERE consent_uuid = ANY ($1::uuid[])"};

inline constexpr pg::Statement kState{
    "policy.consent_state",
    "SELECT DISTINCT ON (" PC_SCOPE ") " PC_WORD
    " FROM policy.consent_word WHERE patient = ANY ($1::text[])"
    " AND (valid_from IS NULL OR valid_from <= $2) AND (valid_until IS NULL OR valid_until > $2)"
    " ORDER BY " PC_SCOPE ", position DESC"};

/// Of one patient, as nearly always: found by the index, whatever size the planner takes the table
/// for.
inline constexpr pg::Statement kStateOfOne{
    "policy.consent_state_of_one",
    "SELECT DISTINCT ON (" PC_SCOPE ") " PC_WORD
    " FROM policy.consent_word WHERE patient = $1"
    " AND (valid_from IS NULL OR valid_from <= $2) AND (valid_until IS NULL OR valid_until > $2)"
    " ORDER BY " PC_SCOPE ", position DESC"};

#undef PC_SCOPE
#undef PC_WORD
#undef PC_UNCUT
#undef PC_SAID

inline constexpr pg::Statement kDeclare{
    "policy.declare_treatment",
    "INSERT INTO policy.treatment (patient, member, until, basis, declared_by, declared_at) VALUES "
    "($1, $2, $3, $4, $5, $6)"};

inline constexpr pg::Statement kDeclared{
    "policy.declared_treatments",
    "SELECT DISTINCT patient FROM policy.treatment WHERE patient = ANY ($1::text[]) AND member = "
    "$2 AND until > $3 AND declared_at <= $3"};

}  // namespace musubi::policy::sql
