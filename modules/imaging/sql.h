#pragma once
// The statements of schema imaging; executed only in store.cc.

#include "platform/pg/statement.h"

namespace musubi::imaging::sql {

inline constexpr pg::Statement kInsertManifest{
    "imaging.insert_manifest",
    "insert into imaging.manifest (manifest_key, entry_key, unique_id, patient, owner, owner_oid, "
    "class_code, type_code, practice_code, confidentiality, source_token)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"};

inline constexpr pg::Statement kInsertStudies{
    "imaging.insert_studies",
    "insert into imaging.study (study_token, manifest_key, rejects, sealed)"
    " select t, $2, $3, s from unnest($1::bytea[], $4::bytea[]) as u (t, s)"};

// Rows of this very transaction: now() is when it began, and a unique id is locked by whoever
// registers it.
inline constexpr pg::Statement kManifestOfNow{
    "imaging.manifest_of_now",
    "select manifest_key, owner_oid from imaging.manifest where unique_id = $1 and registered_at = "
    "now()"};

inline constexpr pg::Statement kDeprecate{
    "imaging.deprecate", "update imaging.manifest set deprecated = true where entry_key = any($1)"};

inline constexpr pg::Statement kFindStudies{
    "imaging.find_studies",
    "select s.study_token, s.sealed, m.manifest_key, m.unique_id,"
    " coalesce((select p.survivor from imaging.merged_patient p where p.patient = m.patient), "
    "m.patient), m.owner, m.owner_oid, m.class_code, m.type_code, m.practice_code, "
    "m.confidentiality, s.rejects"
    " from imaging.study s join imaging.manifest m using (manifest_key)"
    " where s.study_token = any($1) and not m.deprecated and not m.whose_unknown"
    " order by m.manifest_key limit $2"};

// $1 was merged into $2. What stood for $1 so far is $2 from now on.
inline constexpr pg::Statement kNoteMerge{
    "imaging.note_merge",
    "with moved as (update imaging.merged_patient set survivor = $2 where survivor = $1)"
    " insert into imaging.merged_patient (patient, survivor) values ($1, $2)"};

// Ids that were issued a moment ago: nobody stands behind them yet.
inline constexpr pg::Statement kNoteAdded{"imaging.note_added",
                                          "insert into imaging.merged_patient (patient, survivor)"
                                          " select * from unnest($1::text[], $2::text[])"};

// $1 stands for itself again.
inline constexpr pg::Statement kNoteUnmerge{
    "imaging.note_unmerge", "delete from imaging.merged_patient where patient = $1"};

inline constexpr pg::Statement kMoveSources{"imaging.move_sources",
                                            "select imaging.move_sources($1::bytea[], $2, $3)"};

}  // namespace musubi::imaging::sql
