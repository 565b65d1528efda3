#pragma once
// Statements about sealed accounts. Executed in sealed_accounts.cc only.

#include "platform/pg/statement.h"

namespace musubi::policy::sql {

#define PS_ACCOUNT                                                                                \
    "SELECT s.statement_uuid, s.canonical, s.registered_at, coalesce(o.code, ''), "               \
    "coalesce(o.person, ''), coalesce(o.reason, ''), o.opened_at, o.ends_at, c.closed_at FROM "   \
    "policy.statement s LEFT JOIN policy.account_opening o USING (statement_uuid) LEFT JOIN "     \
    "policy.account_closing c USING (statement_uuid) WHERE s.kind = 1 AND s.position IN (SELECT " \
    "max(n.position) FROM policy.statement n WHERE n.kind = 1 "
/// The newest seal of each account.
inline constexpr pg::Statement kSeals{
    "policy.seals", PS_ACCOUNT "AND n.about = ANY ($1::text[]) GROUP BY n.about)"};
#undef PS_ACCOUNT
inline constexpr pg::Statement kAccountOfCertificate{
    "policy.account_of_certificate",
    "SELECT about FROM policy.statement WHERE kind = 1 AND fingerprint = $1 AND fingerprint <> ''"};
inline constexpr pg::Statement kLockAccount{
    "policy.lock_account",
    "SELECT pg_advisory_xact_lock(hashtextextended('policy.account:' || $1::text, 0))"};
inline constexpr pg::Statement kOpenAccount{
    "policy.open_account",
    "INSERT INTO policy.account_opening (statement_uuid, code, person, reason, opened_by, "
    "opened_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING "
    "opened_at"};
inline constexpr pg::Statement kCloseAccount{
    "policy.close_account",
    "INSERT INTO policy.account_closing (statement_uuid, closed_by, closed_at) VALUES ($1, $2, $3) "
    "ON CONFLICT DO NOTHING RETURNING closed_at"};

}  // namespace musubi::policy::sql
