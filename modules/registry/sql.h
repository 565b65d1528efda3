#pragma once
// Every statement of the registry that is not a stored query (those: query_sql.h). Executed in
// store.cc, labels.cc and watcher.cc only.

#include "platform/pg/statement.h"

namespace musubi::registry::sql {

inline constexpr pg::Statement kLabelsAfter{
    "registry.labels_after",
    "SELECT label_id, owner, class_code, type_code, practice_setting_code, confidentiality_codes"
    " FROM registry.label WHERE label_id > $1 ORDER BY label_id"};
inline constexpr pg::Statement kLabelOf{"registry.label_of",
                                        "SELECT registry.label_of($1, $2, $3, $4, $5::text[])"};

inline constexpr pg::Statement kPatientKnown{
    "registry.patient_known",
    "INSERT INTO registry.patient (patient_key, cx, survivor_key) VALUES ($1, $2, $1) ON CONFLICT "
    "(cx) DO NOTHING"};
inline constexpr pg::Statement kPatientsKnown{
    "registry.patients_known",
    "INSERT INTO registry.patient (patient_key, cx, survivor_key) SELECT n.k, n.c, n.k"
    " FROM unnest($1::bigint[], $2::text[]) n (k, c) ON CONFLICT (cx) DO NOTHING"};
/// Ids that were issued a moment ago. $3: who stands for each, known here or one of them, whose key
/// $4 is then; empty and 0: itself.
inline constexpr pg::Statement kPatientsAdded{
    "registry.patients_added",
    "INSERT INTO registry.patient (patient_key, cx, survivor_key) SELECT n.k, n.c, "
    "coalesce(nullif(n.sk, 0), (SELECT p.survivor_key FROM registry.patient p WHERE p.cx = n.s), "
    "n.k) FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[]) n (k, c, s, sk)"
    " ON CONFLICT (cx) DO NOTHING"};
inline constexpr pg::Statement kMergePatients{"registry.merge_patients",
                                              "SELECT registry.merge_patients($1, $2, $3, $4)"};

/// Aliases are told flat: whoever parts stands for itself again.
inline constexpr pg::Statement kUnmergePatient{
    "registry.unmerge_patient",
    "UPDATE registry.patient SET survivor_key = patient_key WHERE cx = $1"};
inline constexpr pg::Statement kMoveSources{
    "registry.move_sources", "SELECT registry.move_sources($1::bytea[], $2, $3, $4)"};

inline constexpr pg::Statement kOpenSubmission{
    "registry.open_submission",
    "SELECT what, txt, id, other, patient, key, survivor, kind, entry_kind, status, owner, labels, "
    "hash, size"
    " FROM registry.open_submission($1::text[], $2, $3::uuid[], $4::smallint[], $5::bigint[], "
    "$6::uuid[], $7::uuid[],"
    " $8::text[], $9::smallint[], $10::bigint[], $11::text[], $12::bigint[])"};

inline constexpr pg::Statement kInsertSet{
    "registry.insert_set",
    "INSERT INTO registry.submission_set (patient_key, set_key, uuid, unique_id, status, "
    "source_id, content_type,"
    " submission_time, has_author, owner) VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9)"};
inline constexpr pg::Statement kInsertEntry{
    "registry.insert_entry",
    "INSERT INTO registry.entry (patient_key, entry_key, set_key, uuid, lid, version, status, "
    "kind, label, unique_id,"
    " class_code, type_code, format_code, practice_setting_code, facility_type_code, event_codes,"
    " confidentiality_codes, creation_time, service_start, service_stop, mime_type, size, hash, "
    "repository,"
    " has_author, reference_tokens, source_token) VALUES ($1, $2, $3, $4, $4, 1, 1, $5, $6, $7, "
    "$8, $9, $10, $11, $12,"
    " nullif($13::text[], '{}'), $14, $15, $16, $17, $18, $19, $20, $21, $22, nullif($23::bytea[], "
    "'{}'), nullif($24::bytea, ''))"};
inline constexpr pg::Statement kInsertFolder{
    "registry.insert_folder",
    "INSERT INTO registry.folder (patient_key, folder_key, uuid, unique_id, status, created, "
    "owner, codes)"
    " VALUES ($1, $2, $3, $4, 1, $5, $6, $7::text[])"};
inline constexpr pg::Statement kInsertAssociations{
    "registry.insert_associations",
    "INSERT INTO registry.association (patient_key, assoc_key, uuid, type, status, source_kind, "
    "source_key,"
    " target_kind, target_patient_key, target_key, added)"
    " SELECT a.p, a.k, a.u, a.t, 1, a.sk, a.s, a.tk, a.tp, a.g, $9 FROM unnest($1::bigint[], "
    "$2::bigint[],"
    " $3::uuid[], $4::smallint[], $5::smallint[], $6::bigint[], $7::smallint[], $8::bigint[], "
    "$10::bigint[])"
    " a (p, k, u, t, sk, s, tk, tp, g)"};
inline constexpr pg::Statement kInsertFragments{
    "registry.insert_fragments",
    "INSERT INTO registry.fragment (patient_key, object_key, institution, sealed, author_persons)"
    " SELECT f.p, f.k, $5, f.s, nullif(f.a, '') FROM unnest($1::bigint[], $2::bigint[], "
    "$3::bytea[], $4::bytea[])"
    " f (p, k, s, a)"};
inline constexpr pg::Statement kInsertUuids{
    "registry.insert_uuids",
    "INSERT INTO registry.uuid_dir (uuid, patient_key, object_key, kind)"
    " SELECT d.u, d.p, d.k, 4 FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) d (u, p, k)"};
inline constexpr pg::Statement kInsertRepeats{
    "registry.insert_repeats",
    "INSERT INTO registry.unique_id_again (unique_id, patient_key, object_key)"
    " SELECT r.u, $2, r.k FROM unnest($1::text[], $3::bigint[]) r (u, k)"};
/// With the expected number of rows: the entries were approved when their patient was locked.
inline constexpr pg::Statement kDeprecateEntries{
    "registry.deprecate_entries",
    "UPDATE registry.entry e SET status = 2 FROM unnest($1::bigint[], $2::bigint[]) d (p, k)"
    " WHERE e.patient_key = d.p AND e.entry_key = d.k AND e.status = 1"};

inline constexpr pg::Statement kPatientLives{
    "registry.patient_lives",
    "SELECT 1 FROM registry.patient WHERE cx = $1 AND survivor_key = patient_key"};
/// Objects by UUID: where they are and whose.
inline constexpr pg::Statement kLocateUuids{
    "registry.locate_uuids",
    "SELECT d.patient_key, d.object_key, d.kind, s.patient_key, s.cx FROM registry.uuid_dir d"
    " JOIN registry.patient p ON p.patient_key = d.patient_key"
    " JOIN registry.patient s ON s.patient_key = p.survivor_key WHERE d.uuid = ANY ($1::uuid[])"};
inline constexpr pg::Statement kLocateUniqueIds{
    "registry.locate_unique_ids",
    "SELECT d.patient_key, d.object_key, d.kind, s.patient_key, s.cx FROM ("
    "SELECT u.patient_key, u.object_key, u.kind FROM registry.unique_id_dir u WHERE u.unique_id = "
    "ANY ($1::text[])"
    " UNION ALL SELECT a.patient_key, a.object_key, 1::smallint FROM registry.unique_id_again a"
    " WHERE a.unique_id = ANY ($1::text[])) d"
    " JOIN registry.patient p ON p.patient_key = d.patient_key"
    " JOIN registry.patient s ON s.patient_key = p.survivor_key"};
/// Entries by unique id: whose they are, and their labels.
inline constexpr pg::Statement kSingleDocuments{
    "registry.single_documents",
    "SELECT d.unique_id, s.cx, e.entry_key, e.label FROM ("
    "SELECT u.unique_id, u.patient_key, u.object_key FROM registry.unique_id_dir u"
    " WHERE u.unique_id = ANY ($1::text[]) AND u.kind = 1"
    " UNION ALL SELECT a.unique_id, a.patient_key, a.object_key FROM registry.unique_id_again a"
    " WHERE a.unique_id = ANY ($1::text[])) d"
    " JOIN registry.entry e ON e.patient_key = d.patient_key AND e.entry_key = d.object_key"
    " JOIN registry.patient p ON p.patient_key = d.patient_key"
    " JOIN registry.patient s ON s.patient_key = p.survivor_key"};
/// The entries in these folders.
inline constexpr pg::Statement kFolderEntries{
    "registry.folder_entries",
    "SELECT f.k, e.entry_key, e.label FROM unnest($1::bigint[], $2::bigint[]) f (p, k)"
    " JOIN registry.association a ON a.patient_key = f.p AND a.source_key = f.k AND a.type = 1"
    " JOIN registry.entry e ON e.patient_key = a.target_patient_key AND e.entry_key = "
    "a.target_key"};
/// Living patients among those asked for, with the keys of all that was merged into them.
inline constexpr pg::Statement kFamilies{
    "registry.families",
    "SELECT s.cx, f.patient_key FROM registry.patient s JOIN registry.patient f ON f.survivor_key "
    "= s.patient_key"
    " WHERE s.cx = ANY ($1::text[]) AND s.survivor_key = s.patient_key"};
/// ITI-51 without a patient: those who have an entry with one of the codes, patient by patient.
inline constexpr pg::Statement kPatientsWithEntries{
    "registry.patients_with_entries",
    "SELECT DISTINCT s.cx FROM registry.patient f JOIN registry.patient s ON s.patient_key = "
    "f.survivor_key"
    " WHERE (SELECT true FROM registry.entry e WHERE e.patient_key = f.patient_key"
    " AND ($1::text[] IS NULL OR e.class_code = ANY ($1)) AND ($2::text[] IS NULL OR e.event_codes "
    "&& $2)"
    " AND ($3::text[] IS NULL OR e.facility_type_code = ANY ($3)) LIMIT 1) LIMIT $4::bigint"};
inline constexpr pg::Statement kPatientsWithFolders{
    "registry.patients_with_folders",
    "SELECT DISTINCT s.cx FROM registry.patient f JOIN registry.patient s ON s.patient_key = "
    "f.survivor_key"
    " WHERE (SELECT true FROM registry.folder x WHERE x.patient_key = f.patient_key AND x.codes && "
    "$1::text[]"
    " LIMIT 1) LIMIT $2::bigint"};

}  // namespace musubi::registry::sql
