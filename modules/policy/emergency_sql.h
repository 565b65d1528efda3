#pragma once
// Statements about emergencies and notices. Executed in emergency.cc and notices.cc only.

#include "platform/pg/statement.h"

namespace musubi::policy::sql {

inline constexpr pg::Statement kLockEmergency{
    "policy.lock_emergency",
    "SELECT pg_advisory_xact_lock(hashtextextended('policy.emergency:' || $1::text, 0))"};
/// $1 patient, $2 member, $3 person, $4 now.
inline constexpr pg::Statement kOpenEmergency{
    "policy.open_emergency",
    "SELECT access_uuid FROM policy.emergency_access WHERE patient = $1 AND member = $2 AND "
    "person = $3 AND ends_at > $4 AND reason = $5 LIMIT 1"};
inline constexpr pg::Statement kInsertEmergency{
    "policy.insert_emergency",
    "INSERT INTO policy.emergency_access (access_uuid, patient, member, person, role, purpose, "
    "reason, clause, opened_at, ends_at, review_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
    "$10, $11)"};
inline constexpr pg::Statement kInsertNotice{
    "policy.insert_notice",
    "INSERT INTO policy.notice (notice_uuid, kind, recipient, patient, member, person, clause, "
    "reason, once, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"};
inline constexpr pg::Statement kWasNoticed{
    "policy.was_noticed", "SELECT once FROM policy.notice WHERE once = ANY ($1::text[])"};

#define PE_ACCESS                                                                              \
    "SELECT a.access_uuid, a.patient, a.member, a.person, a.role, a.purpose, a.reason, "       \
    "a.clause, a.opened_at, a.ends_at, a.review_by, r.justified, coalesce(r.reviewed_by, '') " \
    "FROM policy.emergency_access a LEFT JOIN policy.emergency_review r USING (access_uuid)"
inline constexpr pg::Statement kEmergencies{
    "policy.emergencies", PE_ACCESS " ORDER BY a.opened_at, a.access_uuid LIMIT 1000"};
inline constexpr pg::Statement kUnreviewed{
    "policy.emergencies_unreviewed",
    PE_ACCESS " WHERE r.access_uuid IS NULL ORDER BY a.opened_at, a.access_uuid LIMIT 1000"};
inline constexpr pg::Statement kEmergency{"policy.emergency",
                                          PE_ACCESS " WHERE a.access_uuid = $1"};
#undef PE_ACCESS
inline constexpr pg::Statement kReview{
    "policy.review_emergency",
    "INSERT INTO policy.emergency_review (access_uuid, justified, reviewed_by, reviewed_at) VALUES "
    "($1, $2, $3, $4)"};
inline constexpr pg::Statement kOverdue{
    "policy.overdue_reviews",
    "SELECT count(*) FROM policy.emergency_access a WHERE a.review_by < $1 AND NOT EXISTS (SELECT "
    "FROM policy.emergency_review r WHERE r.access_uuid = a.access_uuid)"};
/// $1 member, $2 person, $3 now.
inline constexpr pg::Statement kOverdueOfPerson{
    "policy.overdue_reviews_of_person",
    "SELECT count(*) FROM policy.emergency_access a WHERE a.member = $1 AND a.person = $2 AND "
    "a.review_by < $3 AND NOT EXISTS (SELECT FROM policy.emergency_review r WHERE r.access_uuid = "
    "a.access_uuid)"};
inline constexpr pg::Statement kNotices{
    "policy.notices",
    "SELECT position, kind, recipient, patient, member, person, clause, reason, made_at FROM "
    "policy.notice WHERE ($1 = '' OR recipient = $1) AND position > $2 ORDER BY position LIMIT "
    "1000"};

}  // namespace musubi::policy::sql
