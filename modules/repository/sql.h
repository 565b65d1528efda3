#pragma once
// The statements of schema repository; executed only in store.cc, pending.cc,
// signature_store.cc and stock.cc.

#include "platform/pg/statement.h"

namespace musubi::repository::sql {

// All documents of a submission in one statement; confidentiality codes are joined by line feeds,
// as arrays of arrays must be rectangular. 0 stands for no place in a segment.
inline constexpr pg::Statement kInsertDocuments{
    "repository.insert_documents",
    "insert into repository.document (unique_id, document_key, patient, owner, owner_oid, "
    "class_code, type_code,"
    " practice_code, confidentiality, mime_type, size, sha1, blob_id, segment, segment_offset, "
    "segment_length, source_token)"
    " select u, k, $3, $4, $5, c, t, p, string_to_array(f, E'\\n'), m, s, h, b, nullif(g, 0), "
    "nullif(o, 0), nullif(l, 0), x"
    " from unnest($1::text[], $2::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], "
    "$10::text[],"
    " $11::bigint[], $12::bytea[], $13::uuid[], $14::int[], $15::int[], $16::int[], "
    "$17::bytea[])"
    " as d (u, k, c, t, p, f, m, s, h, b, g, o, l, x)"};

// Neither joined nor sorted here: for the one or two rows of most requests both cost more than
// finding them.
inline constexpr pg::Statement kFindDocuments{
    "repository.find_documents",
    "select unique_id, document_key, patient, owner, owner_oid, class_code, type_code, "
    "practice_code, confidentiality, mime_type, size, blob_id,"
    " (select submission_key from repository.pending_document p where p.document_key = "
    "d.document_key),"
    " (select survivor from repository.merged_patient m where m.patient = d.patient),"
    " segment, segment_offset, segment_length"
    " from repository.document d where unique_id = any($1) and not whose_unknown"};

// $1 was merged into $2. What stood for $1 so far is $2 from now on.
inline constexpr pg::Statement kNoteMerge{
    "repository.note_merge",
    "with moved as (update repository.merged_patient set survivor = $2 where survivor = $1)"
    " insert into repository.merged_patient (patient, survivor) values ($1, $2)"};

// Ids that were issued a moment ago: nobody stands behind them yet.
inline constexpr pg::Statement kNoteAdded{
    "repository.note_added",
    "insert into repository.merged_patient (patient, survivor)"
    " select * from unnest($1::text[], $2::text[])"};

// $1 stands for itself again.
inline constexpr pg::Statement kNoteUnmerge{
    "repository.note_unmerge", "delete from repository.merged_patient where patient = $1"};

inline constexpr pg::Statement kMoveSources{"repository.move_sources",
                                            "select repository.move_sources($1::bytea[], $2, $3)"};

inline constexpr pg::Statement kReadContents{
    "repository.read_contents",
    "select document_key, sealed from repository.content where document_key = any($1)"};

inline constexpr pg::Statement kBlobKnown{
    "repository.blob_known", "select 1 from repository.document where blob_id = $1 limit 1"};

inline constexpr pg::Statement kSegmentRows{
    "repository.segment_rows",
    "select document_key, segment_offset, segment_length from repository.document where segment = "
    "$1"};

inline constexpr pg::Statement kInsertPending{
    "repository.insert_pending",
    "insert into repository.pending_document (document_key, unique_id, submission_key, "
    "set_unique_id, member)"
    " select k, u, $3, $4, $5 from unnest($1::bigint[], $2::text[]) as d (k, u)"};

inline constexpr pg::Statement kConfirmPending{
    "repository.confirm_pending",
    "delete from repository.pending_document where submission_key = $1"};

inline constexpr pg::Statement kDropPending{"repository.drop_pending",
                                            "select * from repository.drop_pending($1)"};

inline constexpr pg::Statement kPendingBefore{
    "repository.pending_before",
    "select submission_key, set_unique_id, member, since, array_agg(unique_id), array_agg(d.sha1)"
    " from repository.pending_document p join repository.document d using (unique_id, document_key)"
    " where since < $1 group by submission_key, set_unique_id, member, since order by since limit "
    "$2"};

inline constexpr pg::Statement kFindPending{
    "repository.find_pending",
    "select submission_key, set_unique_id, member, since, array_agg(unique_id), array_agg(d.sha1)"
    " from repository.pending_document p join repository.document d using (unique_id, document_key)"
    " where submission_key = $1 group by submission_key, set_unique_id, member, since"};

// Everything, in the order of the primary key.
inline constexpr pg::Statement kStockAfter{
    "repository.stock_after",
    "select unique_id, document_key, owner_oid, size, sha1, blob_id, segment, segment_offset, "
    "segment_length from repository.document where (unique_id, document_key) > ($1, $2)"
    " order by unique_id, document_key limit $3"};

inline constexpr pg::Statement kStockSample{
    "repository.stock_sample",
    "select unique_id, document_key, owner_oid, size, sha1, blob_id, segment, segment_offset, "
    "segment_length from repository.document order by random() limit $1"};

inline constexpr pg::Statement kStockCount{
    "repository.stock_count",
    "select count(*), coalesce(sum(size), 0)::bigint, count(*) filter (where blob_id is not null),"
    " count(distinct segment) from repository.document where $1 = '' or owner_oid = $1"};

inline constexpr pg::Statement kInsertSignatures{
    "repository.insert_signatures",
    "insert into repository.signature (document_key, number, unique_id, owner_oid, form, state, "
    "sealed) select k, n, u, o, f, s, x from unnest($1::bigint[], $2::bigint[], $3::text[], "
    "$4::text[], $5::text[], $6::text[], $7::bytea[]) as d (k, n, u, o, f, s, x)"};

inline constexpr pg::Statement kFindSignatures{
    "repository.find_signatures",
    "select unique_id, form, state, checked_at, document_key, number::bigint, sealed, "
    "owner_oid from "
    "repository.signature where ($1 = '' or unique_id = $1) and ($2 = '' or state = $2) and "
    "checked_at >= $3 order by checked_at desc, document_key, number limit $4"};

}  // namespace musubi::repository::sql
