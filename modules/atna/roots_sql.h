#pragma once
// Statements about roots. Executed in roots_store.cc only.

#include "platform/pg/statement.h"

namespace musubi::atna::sql {

/// One maker at a time: released with the transaction.
inline constexpr pg::Statement kTryRootLock{
    "atna.try_root_lock", "SELECT pg_try_advisory_xact_lock(hashtextextended('atna.roots', 0))"};

#define ATNA_ROOT                                                                   \
    "SELECT r.number, r.document, r.signature, s.stamp FROM atna.root r LEFT JOIN " \
    "atna.root_stamp s USING (number) "
inline constexpr pg::Statement kNewestRoot{"atna.newest_root",
                                           ATNA_ROOT "ORDER BY r.number DESC LIMIT 1"};
inline constexpr pg::Statement kRootsAfter{
    "atna.roots_after", ATNA_ROOT "WHERE r.number > $1 ORDER BY r.number LIMIT $2"};
inline constexpr pg::Statement kRootOver{
    "atna.root_over", ATNA_ROOT "WHERE r.last_seq >= $1 ORDER BY r.last_seq LIMIT 1"};
inline constexpr pg::Statement kUnstamped{
    "atna.unstamped_roots", ATNA_ROOT "WHERE s.number IS NULL ORDER BY r.number LIMIT $1"};
#undef ATNA_ROOT

inline constexpr pg::Statement kInsertRoot{
    "atna.insert_root",
    "INSERT INTO atna.root (number, first_seq, last_seq, document, signature) VALUES ($1, $2, $3, "
    "$4, $5)"};
inline constexpr pg::Statement kInsertStamp{
    "atna.insert_root_stamp",
    "INSERT INTO atna.root_stamp (number, stamp) VALUES ($1, $2) ON CONFLICT DO NOTHING"};

}  // namespace musubi::atna::sql
