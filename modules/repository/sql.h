#pragma once
// The statements of schema repository; executed only in store.cc.

#include "platform/pg/statement.h"

namespace musubi::repository::sql {

// All documents of a submission in one statement; confidentiality codes are joined by line feeds, as arrays of arrays
// must be rectangular.
inline constexpr pg::Statement kInsertDocuments{
    "repository.insert_documents",
    "insert into repository.document (unique_id, document_key, patient, owner, owner_oid, class_code, type_code,"
    " practice_code, confidentiality, mime_type, size, sha1, blob_id)"
    " select u, k, $3, $4, $5, c, t, p, string_to_array(f, E'\\n'), m, s, h, b"
    " from unnest($1::text[], $2::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],"
    " $11::bigint[], $12::bytea[], $13::uuid[]) as d (u, k, c, t, p, f, m, s, h, b)"};

inline constexpr pg::Statement kInsertContents{
    "repository.insert_contents",
    "insert into repository.content (document_key, sealed) select * from unnest($1::bigint[], $2::bytea[])"};

inline constexpr pg::Statement kFindDocuments{
    "repository.find_documents",
    "select unique_id, document_key, patient, owner, owner_oid, class_code, type_code, practice_code, confidentiality,"
    " mime_type, size, blob_id from repository.document where unique_id = any($1) order by unique_id, document_key"};

inline constexpr pg::Statement kReadContents{
    "repository.read_contents",
    "select document_key, sealed from repository.content where document_key = any($1)"};

inline constexpr pg::Statement kBlobKnown{"repository.blob_known",
                                          "select 1 from repository.document where blob_id = $1 limit 1"};

}  // namespace musubi::repository::sql
