#pragma once
// Statements about disasters. Executed in disaster.cc only.

#include "platform/pg/statement.h"

namespace musubi::policy::sql {

inline constexpr pg::Statement kDisasters{
    "policy.disasters",
    "SELECT s.statement_uuid, s.canonical, s.registered_at, s.ends_at, coalesce(r.findings, ''), "
    "coalesce(r.reviewed_by, '') FROM policy.statement s LEFT JOIN policy.disaster_review r USING "
    "(statement_uuid) WHERE s.kind = 2 ORDER BY s.position LIMIT 1000"};
inline constexpr pg::Statement kDisastersInForce{
    "policy.disasters_in_force",
    "SELECT s.statement_uuid, s.canonical, s.registered_at, s.ends_at, ''::text, ''::text FROM "
    "policy.statement s WHERE s.kind = 2 AND s.ends_at > $1 ORDER BY s.position LIMIT 1000"};
inline constexpr pg::Statement kDisasterEnds{
    "policy.disaster_ends",
    "SELECT statement_uuid, canonical, registered_at FROM policy.statement WHERE kind = 3 AND "
    "about = ANY ($1::text[]) ORDER BY position LIMIT 1000"};
inline constexpr pg::Statement kReviewDisaster{
    "policy.review_disaster",
    "INSERT INTO policy.disaster_review (statement_uuid, findings, reviewed_by, reviewed_at) "
    "VALUES ($1, $2, $3, $4)"};

}  // namespace musubi::policy::sql
