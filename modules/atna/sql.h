#pragma once
// Every statement of this module. Executed in store.cc only.

#include "platform/pg/statement.h"

namespace musubi::atna::sql {

inline constexpr pg::Statement kInsertPending{
    "atna.insert_pending",
    "INSERT INTO atna.pending (event_uuid, sealed) SELECT * FROM unnest($1::uuid[], $2::bytea[])"};

/// One sealer at a time: released with the transaction.
inline constexpr pg::Statement kTrySealerLock{
    "atna.try_sealer_lock", "SELECT pg_try_advisory_xact_lock(hashtextextended('atna.sealer', 0))"};

inline constexpr pg::Statement kPending{
    "atna.pending", "SELECT event_uuid, sealed FROM atna.pending ORDER BY position LIMIT $1"};

inline constexpr pg::Statement kPendingCount{"atna.pending_count",
                                             "SELECT count(*) FROM atna.pending"};

// Joined, not compared with = ANY: with an array that is a parameter the server would try each
// element on each row.
inline constexpr pg::Statement kDeletePending{
    "atna.delete_pending",
    "DELETE FROM atna.pending p USING unnest($1::uuid[]) AS u(id) WHERE p.event_uuid = u.id"};

// LIMIT keeps the server at one probe of the unique index for each, however small it believed the
// table to be.
inline constexpr pg::Statement kKnown{
    "atna.known",
    "SELECT u.id FROM unnest($1::uuid[]) AS u(id), "
    "LATERAL (SELECT 1 FROM atna.record r WHERE r.event_uuid = u.id LIMIT 1) AS found"};

/// Of these, what waits for the sealer.
inline constexpr pg::Statement kWaiting{
    "atna.waiting", "SELECT event_uuid FROM atna.pending WHERE event_uuid = ANY ($1::uuid[])"};
inline constexpr pg::Statement kInsertReconciliation{
    "atna.insert_reconciliation",
    "INSERT INTO atna.reconciliation (batches, head, records, added, unacknowledged, first_time, "
    "last_time, brought_by, brought_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};

inline constexpr pg::Statement kLast{"atna.last",
                                     "SELECT seq, hash FROM atna.record ORDER BY seq DESC LIMIT 1"};

inline constexpr pg::Statement kHashAt{"atna.hash_at",
                                       "SELECT hash FROM atna.record WHERE seq = $1"};

inline constexpr pg::Statement kHashesAfter{
    "atna.hashes_after", "SELECT seq, hash FROM atna.record WHERE seq > $1 ORDER BY seq LIMIT $2"};

/// Many rows at once. The two array columns come as array literals: unnest() would flatten arrays
/// of arrays.
inline constexpr pg::Statement kInsertRecords{
    "atna.insert_records",
    "INSERT INTO atna.record (seq, event_uuid, time, transaction, event, event_type, outcome, "
    "organisation, "
    "user_token, patients, documents, rule, trace, sealed, hash) "
    "SELECT seq, event_uuid, time, transaction, event, event_type, outcome, organisation, "
    "user_token, "
    "patients::text[], documents::text[], rule, trace, sealed, hash "
    "FROM unnest($1::bigint[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], "
    "$7::smallint[], "
    "$8::text[], $9::bytea[], $10::text[], $11::text[], $12::text[], $13::text[], $14::bytea[], "
    "$15::bytea[]) "
    "AS t(seq, event_uuid, time, transaction, event, event_type, outcome, organisation, "
    "user_token, patients, "
    "documents, rule, trace, sealed, hash)"};

#define ATNA_NAMES                                                                          \
    "SELECT seq, event_uuid, time, transaction, event, event_type, outcome, organisation, " \
    "user_token, patients, documents, rule, trace, sealed, hash FROM "
#define ATNA_COLUMNS ATNA_NAMES "atna.record "

inline constexpr pg::Statement kPage{"atna.page",
                                     ATNA_COLUMNS "WHERE seq > $1 ORDER BY seq LIMIT $2"};

/// DCM 110103, 110104, 110106: instances accessed and transferred, export.
inline constexpr pg::Statement kDisclosures{
    "atna.disclosures", ATNA_COLUMNS
    "WHERE time >= $1 AND time < $2 AND (time > $1 OR seq > $3) AND seq <= $4 AND event IN "
    "('110103', '110104', '110106') AND cardinality(documents) > 0 ORDER BY time, seq LIMIT $5"};

// One statement for each index that may lead, so that a plan made without the values is still the
// right one. An empty array, text or token means no condition.
#define ATNA_REST                                                                             \
    " (cardinality($1::text[]) = 0 OR patients && $1) AND (cardinality($2::text[]) = 0 OR "   \
    "documents && $2) AND ($3::bytea = ''::bytea OR user_token = $3) AND ($4::text = '' OR "  \
    "organisation = $4) AND ($5::text = '' OR transaction = $5) AND ($6::int < 0 OR outcome " \
    "= $6) ORDER BY time DESC, seq DESC LIMIT $9"
#define ATNA_WITHIN "(time >= $7::timestamptz AND time < $8::timestamptz)"
// The few records of one patient or document are all looked at. Their time is compared in a form
// that no index knows: any period looks short to a plan without values, which would read the index
// of all times beside.
#define ATNA_LOOKED_AT(LEAD) ATNA_COLUMNS "WHERE " LEAD " AND " ATNA_WITHIN " IS TRUE AND" ATNA_REST
// Of many, the newest come first out of an index by time, and reading ends with the limit. OFFSET
// keeps the other conditions outside: together they look so selective that everything would be
// fetched and sorted.
#define ATNA_NEWEST(LEAD)                                           \
    ATNA_NAMES "(SELECT * FROM atna.record WHERE " LEAD ATNA_WITHIN \
               " ORDER BY time DESC, seq DESC OFFSET 0) AS newest WHERE" ATNA_REST

// As the indexes in V0001__init.sql are made: two forms of a patient id, one document, the
// beginning of a token.
inline constexpr pg::Statement kSearchPatient{
    "atna.search_patient",
    ATNA_LOOKED_AT("(hashtextextended(patients[1], 0) IN (hashtextextended(($1::text[])[1], 0), "
                   "hashtextextended(($1::text[])[2], 0)) OR (cardinality(patients) > 1 AND "
                   "patients && $1))")};
inline constexpr pg::Statement kSearchDocument{
    "atna.search_document",
    ATNA_LOOKED_AT("(hashtextextended(documents[1], 0) = hashtextextended(($2::text[])[1], 0) OR "
                   "(cardinality(documents) > 1 AND documents && $2))")};
inline constexpr pg::Statement kSearchUser{
    "atna.search_user", ATNA_NEWEST("user_token <> ''::bytea AND substr(user_token, 1, 8) = "
                                    "substr($3::bytea, 1, 8) AND ")};
inline constexpr pg::Statement kSearchMember{"atna.search_member",
                                             ATNA_NEWEST("organisation = $4 AND ")};
inline constexpr pg::Statement kSearchTime{"atna.search_time", ATNA_NEWEST("")};

#undef ATNA_NEWEST
#undef ATNA_LOOKED_AT
#undef ATNA_WITHIN
#undef ATNA_REST
#undef ATNA_COLUMNS
#undef ATNA_NAMES

}  // namespace musubi::atna::sql
