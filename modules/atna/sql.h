#pragma once
// Every statement of this module. Executed in store.cc only.

#include "platform/pg/statement.h"

namespace musubi::atna::sql {

inline constexpr pg::Statement kInsertPending{"atna.insert_pending",
                                              "INSERT INTO atna.pending (event_uuid, sealed) VALUES ($1, $2)"};

/// One sealer at a time: released with the transaction.
inline constexpr pg::Statement kTrySealerLock{
    "atna.try_sealer_lock", "SELECT pg_try_advisory_xact_lock(hashtextextended('atna.sealer', 0))"};

inline constexpr pg::Statement kPending{
    "atna.pending", "SELECT event_uuid, sealed FROM atna.pending ORDER BY position LIMIT $1"};

inline constexpr pg::Statement kPendingCount{"atna.pending_count", "SELECT count(*) FROM atna.pending"};

inline constexpr pg::Statement kDeletePending{"atna.delete_pending",
                                              "DELETE FROM atna.pending WHERE event_uuid = ANY($1)"};

inline constexpr pg::Statement kKnown{"atna.known",
                                      "SELECT event_uuid FROM atna.record WHERE event_uuid = ANY($1)"};

inline constexpr pg::Statement kLast{"atna.last", "SELECT seq, hash FROM atna.record ORDER BY seq DESC LIMIT 1"};

inline constexpr pg::Statement kHashAt{"atna.hash_at", "SELECT hash FROM atna.record WHERE seq = $1"};

inline constexpr pg::Statement kInsertRecord{
    "atna.insert_record",
    "INSERT INTO atna.record (seq, event_uuid, time, transaction, event, event_type, outcome, organisation, "
    "user_token, patients, documents, rule, trace, sealed, hash) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"};

#define ATNA_COLUMNS                                                                                         \
    "SELECT seq, event_uuid, time, transaction, event, event_type, outcome, organisation, user_token, "      \
    "patients, documents, rule, trace, sealed, hash FROM atna.record "

inline constexpr pg::Statement kPage{"atna.page", ATNA_COLUMNS "WHERE seq > $1 ORDER BY seq LIMIT $2"};

// One statement for each index that may lead, so that a plan made without the values is still the right one. An empty
// array, text or token means no condition.
#define ATNA_REST                                                                                            \
    " AND (cardinality($1::text[]) = 0 OR patients && $1) AND (cardinality($2::text[]) = 0 OR documents && $2)" \
    " AND ($3::bytea = ''::bytea OR user_token = $3) AND ($4::text = '' OR organisation = $4)"               \
    " AND ($5::text = '' OR transaction = $5) AND ($6::int < 0 OR outcome = $6)"                             \
    " AND time >= $7::timestamptz AND time < $8::timestamptz ORDER BY time DESC, seq DESC LIMIT $9"

inline constexpr pg::Statement kSearchPatient{"atna.search_patient", ATNA_COLUMNS "WHERE patients && $1" ATNA_REST};
inline constexpr pg::Statement kSearchDocument{"atna.search_document",
                                               ATNA_COLUMNS "WHERE documents && $2" ATNA_REST};
inline constexpr pg::Statement kSearchUser{"atna.search_user", ATNA_COLUMNS "WHERE user_token = $3" ATNA_REST};
inline constexpr pg::Statement kSearchMember{"atna.search_member", ATNA_COLUMNS "WHERE organisation = $4" ATNA_REST};
inline constexpr pg::Statement kSearchTime{"atna.search_time", ATNA_COLUMNS "WHERE true" ATNA_REST};

#undef ATNA_REST
#undef ATNA_COLUMNS

}  // namespace musubi::atna::sql
