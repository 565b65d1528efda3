#pragma once
// Statements of the log review. Executed in findings.cc, findings_progress.cc and user_names.cc
// only.

#include "platform/pg/statement.h"

namespace musubi::atna::sql {

// $1 from, $2 to (of records), $3 threshold, $4 now, $5 deadline; found again is not found twice.
#define ATNA_FINDING                                                                             \
    "INSERT INTO atna.finding (rule, begins, ends, organisation, user_token, patient, records, " \
    "patients, first_seq, last_seq, found_at, review_by) "
// Looks at patients and documents that were granted, by people; not what others delivered.
#define ATNA_LOOKS                                                                              \
    " FROM atna.record WHERE time >= $1 AND time < $2 AND outcome = 0 AND event IN ('110103', " \
    "'110104', '110106', '110112') AND user_token <> ''::bytea AND trace NOT LIKE 'syslog:%' "
#define ATNA_HOUR "date_bin('1 hour', time, timestamptz '2000-01-01 00:00Z')"

inline constexpr pg::Statement kFindBulk{
    "atna.find_bulk", ATNA_FINDING
    "SELECT 'bulk', begins, begins + interval '1 hour', organisation, user_token, '', count(*), "
    "count(DISTINCT patient), min(seq), max(seq), $4, $5 FROM (SELECT " ATNA_HOUR
    " AS begins, organisation, user_token, patients[1] AS patient, seq" ATNA_LOOKS
    "AND cardinality(patients) > 0) looks GROUP BY begins, organisation, user_token HAVING "
    "count(DISTINCT patient) >= $3 ON CONFLICT DO NOTHING RETURNING organisation"};

inline constexpr pg::Statement kFindDenials{
    "atna.find_denials", ATNA_FINDING
    "SELECT 'denials', begins, begins + interval '1 hour', organisation, user_token, '', count(*), "
    "count(DISTINCT patient), min(seq), max(seq), $4, $5 FROM (SELECT " ATNA_HOUR
    " AS begins, organisation, user_token, patients[1] AS patient, seq FROM atna.record WHERE time "
    ">= $1 AND time < $2 AND outcome = 4 AND trace NOT LIKE 'syslog:%') refused GROUP BY begins, "
    "organisation, user_token HAVING count(*) >= $3 ON CONFLICT DO NOTHING RETURNING "
    "organisation"};

/// One night: $1 to $2.
inline constexpr pg::Statement kFindNight{
    "atna.find_night", ATNA_FINDING
    "SELECT 'night', $1, $2, organisation, user_token, '', count(*), count(DISTINCT patients[1]), "
    "min(seq), max(seq), $4, $5" ATNA_LOOKS
    "GROUP BY organisation, user_token HAVING count(*) >= $3 ON CONFLICT DO NOTHING RETURNING "
    "organisation"};

/// One day; $6 the ids as they stand in the column.
inline constexpr pg::Statement kFindWatched{
    "atna.find_watched", ATNA_FINDING
    "SELECT 'watched', $1, $2, organisation, user_token, patient, count(*), 1, min(seq), max(seq), "
    "$4, $5 FROM (SELECT r.organisation, r.user_token, p.patient, r.seq FROM atna.record r, "
    "unnest(r.patients) AS p(patient) WHERE r.time >= $1 AND r.time < $2 AND r.patients && $6 AND "
    "p.patient = ANY ($6) AND r.trace NOT LIKE 'syslog:%') looks GROUP BY organisation, "
    "user_token, patient HAVING count(*) >= $3 ON CONFLICT DO NOTHING RETURNING organisation"};
/// One day, $1 to $2: who looked at whom, as far as patients stand there in the clear; at most $6
/// behind the one that $3, $4 and $5 name.
inline constexpr pg::Statement kLooksOfDay{
    "atna.looks_of_day",
    "SELECT organisation, user_token, patient, count(*), min(seq), max(seq) FROM (SELECT "
    "organisation, user_token, unnest(patients) AS patient, seq" ATNA_LOOKS
    ") looks WHERE patient NOT LIKE 'hmac:%' AND (organisation, patient, user_token) > ($3, $4, "
    "$5) "
    "GROUP BY organisation, patient, user_token ORDER BY organisation, patient, user_token LIMIT "
    "$6"};
/// $1 and $2 as above, $3 now, $4 deadline, then one array for each column; the rule at the end.
inline constexpr pg::Statement kFoundLooks{
    "atna.found_looks", ATNA_FINDING
    "SELECT $11, $1, $2, o, u, p, n, 1, f, l, $3, $4 FROM unnest($5::text[], $6::bytea[], "
    "$7::text[], $8::bigint[], $9::bigint[], $10::bigint[]) AS found(o, u, p, n, f, l) ON CONFLICT "
    "DO NOTHING RETURNING organisation"};
#undef ATNA_FINDING
#undef ATNA_LOOKS
#undef ATNA_HOUR

#define ATNA_FOUND                                                                             \
    "SELECT f.finding_id, f.rule, f.begins, f.ends, f.organisation, f.user_token, f.patient, " \
    "f.records, f.patients, f.first_seq, f.last_seq, f.review_by, r.justified, "               \
    "coalesce(r.reviewed_by, '') FROM atna.finding f LEFT JOIN atna.finding_review r USING "   \
    "(finding_id) "
inline constexpr pg::Statement kOpenFindings{
    "atna.open_findings", ATNA_FOUND "WHERE r.finding_id IS NULL ORDER BY f.finding_id LIMIT 1000"};
inline constexpr pg::Statement kAllFindings{"atna.all_findings",
                                            ATNA_FOUND "ORDER BY f.finding_id DESC LIMIT 1000"};
inline constexpr pg::Statement kOneFinding{"atna.one_finding",
                                           ATNA_FOUND "WHERE f.finding_id = $1"};
#undef ATNA_FOUND

/// Users and tokens of their family names, one for one.
inline constexpr pg::Statement kUserFamilies{
    "atna.user_families",
    "INSERT INTO atna.user_family (user_token, family_token) SELECT DISTINCT * FROM "
    "unnest($1::bytea[], $2::bytea[]) ON CONFLICT DO NOTHING RETURNING user_token"};
inline constexpr pg::Statement kFamiliesOf{
    "atna.families_of",
    "SELECT user_token, family_token FROM atna.user_family WHERE user_token = ANY ($1::bytea[])"};

/// The chain's last record, up to when everything was looked at, and the oldest that came since;
/// foreign messages tell times of their own and are not looked at.
inline constexpr pg::Statement kReviewProgress{
    "atna.review_progress",
    "SELECT (SELECT coalesce(max(seq), 0) FROM atna.record), p.looked_until, (SELECT min(r.time) "
    "FROM atna.record r WHERE r.seq > p.last_seq AND r.trace NOT LIKE 'syslog:%') FROM (SELECT) "
    "one LEFT JOIN atna.review_progress p ON true"};
inline constexpr pg::Statement kReviewed{
    "atna.reviewed",
    "INSERT INTO atna.review_progress AS p (looked_until, last_seq) VALUES ($1, $2) ON CONFLICT "
    "(only_one) DO UPDATE SET looked_until = greatest(p.looked_until, excluded.looked_until), "
    "last_seq = greatest(p.last_seq, excluded.last_seq)"};

inline constexpr pg::Statement kSignOff{
    "atna.sign_off",
    "INSERT INTO atna.finding_review (finding_id, justified, reviewed_by, reviewed_at) VALUES ($1, "
    "$2, $3, $4) ON CONFLICT DO NOTHING RETURNING finding_id"};
inline constexpr pg::Statement kOverdueFindings{
    "atna.overdue_findings",
    "SELECT count(*) FROM atna.finding f WHERE f.review_by < $1 AND NOT EXISTS (SELECT FROM "
    "atna.finding_review r WHERE r.finding_id = f.finding_id)"};

}  // namespace musubi::atna::sql
