#pragma once
// The stored queries as SQL. Each query is one expression of candidates (kind, patient_key,
// object_key, uuid, status, label, updated); a statement wraps it for ObjectRef (slim rows only),
// LeafClass (with the sealed fragments), or for a search by author (with the sealed author list,
// judged by us).
//
// Parameters of all: $1 CX of living patients (each stands for all ids merged into it); $2 numbers
// of the visible labels, NULL = everything; $3 the asking member; $4 limit; $5 and $6 keys of
// entries that are hidden or visible whatever their label. Then of document queries $7..$28 the
// criteria, $29.. their own; of the others $7.. their own. NULL = no condition.
//
// Shape: sub-selects that stay scalar (LIMIT 1) or fenced (OFFSET 0) on purpose: so each is an
// index look-up inside one patient, whatever the statistics say. The first column, the number of
// labels, tells whether the caller's table was complete; it makes one row of NULLs when there is no
// hit.

#include "platform/pg/statement.h"

#define RQ_FAMILY                                                   \
    "ANY (ARRAY(SELECT rf.patient_key FROM registry.patient rs"     \
    " JOIN registry.patient rf ON rf.survivor_key = rs.patient_key" \
    " WHERE rs.cx = ANY ($1::text[]) AND rs.survivor_key = rs.patient_key))"
// Some documents are judged one by one: keys that are hidden or shown whatever their label.
#define RQ_SEEN(e)                                                                            \
    "(" e ".label = ANY ($2) AND ($5::bigint[] IS NULL OR " e ".entry_key <> ALL ($5)) OR " e \
    ".entry_key = ANY ($6::bigint[]))"
#define RQ_LABEL(e) "($2::integer[] IS NULL OR " RQ_SEEN(e) ")"

// Visibility: a set or folder shows when it is the asking member's own, or when an entry in it
// does; an association when both its ends do. Other patients' ends are visible only to permits that
// cover everything.
#define RQ_SET_SHOWS(s)                                             \
    "($2::integer[] IS NULL OR " s                                  \
    ".owner = $3 OR (SELECT true FROM registry.entry sv"            \
    " WHERE sv.patient_key = " s ".patient_key AND sv.set_key = " s \
    ".set_key AND " RQ_SEEN("sv") " LIMIT 1))"
#define RQ_ENTRY_AT(p, k)                                                                    \
    "(SELECT true FROM registry.entry av WHERE av.patient_key = " p " AND av.entry_key = " k \
    " AND av.patient_key = " RQ_FAMILY " AND " RQ_SEEN("av") " LIMIT 1)"
#define RQ_SET_AT(p, k)                                                      \
    "(SELECT true FROM registry.submission_set ss WHERE ss.patient_key = " p \
    " AND ss.set_key = " k " AND ss.patient_key = " RQ_FAMILY                \
    " AND " RQ_SET_SHOWS("ss") " LIMIT 1)"
#define RQ_FOLDER_AT(p, k)                                                                     \
    "(SELECT true FROM registry.folder ff WHERE ff.patient_key = " p " AND ff.folder_key = " k \
    " AND ff.patient_key = " RQ_FAMILY                                                         \
    " AND (ff.owner = $3 OR (SELECT true FROM registry.association fm"                         \
    " JOIN registry.entry fv ON fv.patient_key = fm.target_patient_key AND fv.entry_key = "    \
    "fm.target_key"                                                                            \
    " WHERE fm.patient_key = ff.patient_key AND fm.source_key = ff.folder_key AND fm.type = 1" \
    " AND " RQ_SEEN("fv") " LIMIT 1)) LIMIT 1)"
#define RQ_MEMBERSHIP_AT(p, k)                                                                     \
    "(SELECT true FROM registry.association mm WHERE mm.patient_key = " p " AND mm.assoc_key = " k \
    " AND " RQ_ENTRY_AT("mm.target_patient_key", "mm.target_key") " LIMIT 1)"
#define RQ_ASSOCIATION_SHOWS(a) \
    "($2::integer[] IS NULL OR (CASE " a ".source_kind"                                               \
    " WHEN 1 THEN " RQ_ENTRY_AT(a ".patient_key", a ".source_key")                                    \
    " WHEN 2 THEN " RQ_SET_AT(a ".patient_key", a ".source_key")                                      \
    " WHEN 3 THEN " RQ_FOLDER_AT(a ".patient_key", a ".source_key") " END AND CASE " a ".target_kind" \
    " WHEN 1 THEN " RQ_ENTRY_AT(a ".target_patient_key", a ".target_key")                             \
    " WHEN 3 THEN " RQ_FOLDER_AT(a ".target_patient_key", a ".target_key")                            \
    " WHEN 4 THEN " RQ_MEMBERSHIP_AT(a ".target_patient_key", a ".target_key") " END))"

#define RQ_ENTRY                                                                                 \
    "1::smallint AS kind, e.patient_key, e.entry_key AS object_key, e.uuid, e.status, e.label, " \
    "NULL::bigint AS updated"
#define RQ_SET "2::smallint, s.patient_key, s.set_key, s.uuid, s.status, 0, NULL::bigint"
#define RQ_ASSOCIATION "4::smallint, a.patient_key, a.assoc_key, a.uuid, a.status, 0, NULL::bigint"
// lastUpdateTime is that of the newest membership that the asking member may know of.
#define RQ_FOLDER                                                                         \
    "3::smallint, x.patient_key, x.folder_key, x.uuid, x.status, 0, greatest(x.created, " \
    "xm.latest)"
#define RQ_FROM_FOLDER \
    " registry.folder x CROSS JOIN LATERAL (SELECT max(xa.added) AS latest FROM " \
    "registry.association xa"   \
    " CROSS JOIN LATERAL (SELECT 1 FROM registry.entry xv WHERE xv.patient_key = xa.target_patient_key"    \
    " AND xv.entry_key = xa.target_key AND " RQ_LABEL("xv") " OFFSET 0) xl"                                \
    " WHERE xa.patient_key = x.patient_key AND xa.source_key = x.folder_key AND xa.type = 1 OFFSET 0) xm"
#define RQ_FOLDER_SHOWS "($2::integer[] IS NULL OR x.owner = $3 OR xm.latest IS NOT NULL)"

#define RQ_GROUPS(column, codes, groups, count)                                                  \
    "(" count "::integer IS NULL OR (SELECT count(DISTINCT cg.n) FROM unnest(" codes ", " groups \
    "::integer[])"                                                                               \
    " cg (c, n) WHERE cg.c = ANY (" column ")) = " count ")"
#define RQ_ANY_TEXT(column, parameter) \
    "(" parameter "::text[] IS NULL OR " column " = ANY (" parameter "))"
// A time that an entry does not tell meets every range (ITI TF-2 3.18.4.1.2.3.7.1).
#define RQ_TIME(column, from, to)                                                         \
    "(" from "::bigint IS NULL OR " column " IS NULL OR " column " >= " from ") AND (" to \
    "::bigint IS NULL OR " column " IS NULL OR " column " < " to ")"
#define RQ_ENTRY_MATCHES \
    RQ_LABEL("e")        \
    " AND ($7::smallint[] IS NULL OR e.status = ANY ($7)) AND ($8::smallint[] IS NULL OR e.kind " \
    "= ANY ($8))"  \
    " AND " RQ_ANY_TEXT("e.class_code", "$9") " AND " RQ_ANY_TEXT("e.type_code", "$10")                        \
    " AND " RQ_ANY_TEXT("e.practice_setting_code", "$11") " AND " RQ_ANY_TEXT("e.facility_type_code", "$12")  \
    " AND " RQ_ANY_TEXT("e.format_code", "$13")                                                               \
    " AND " RQ_GROUPS("e.event_codes", "$14::text[]", "$15", "$16")                                           \
    " AND " RQ_GROUPS("e.confidentiality_codes", "$17::text[]", "$18", "$19")                                 \
    " AND " RQ_TIME("e.creation_time", "$20", "$21") " AND " RQ_TIME("e.service_start", "$22", "$23")         \
    " AND " RQ_TIME("e.service_stop", "$24", "$25")                                                           \
    " AND " RQ_GROUPS("e.reference_tokens", "$26::bytea[]", "$27", "$28")

// Objects named by $29 (patient keys) and $30 (object keys); of queries without document criteria
// by $7 and $8.
#define RQ_NAMED "unnest($29::bigint[], $30::bigint[]) n (p, k)"
#define RQ_NAMED_SHORT "unnest($7::bigint[], $8::bigint[]) n (p, k)"

#define RQ_FIND_DOCUMENTS                                                        \
    "SELECT " RQ_ENTRY " FROM registry.entry e WHERE e.patient_key = " RQ_FAMILY \
    " AND " RQ_ENTRY_MATCHES
#define RQ_FIND_SETS \
    "SELECT 2::smallint AS kind, s.patient_key, s.set_key AS object_key, s.uuid, s.status, 0 AS " \
    "label,"      \
    " NULL::bigint AS updated, s.has_author FROM registry.submission_set s"                                  \
    " WHERE s.patient_key = " RQ_FAMILY " AND s.status = ANY ($7::smallint[]) AND " RQ_SET_SHOWS("s")        \
    " AND " RQ_ANY_TEXT("s.source_id", "$8") " AND " RQ_ANY_TEXT("s.content_type", "$9")                     \
    " AND ($10::bigint IS NULL OR s.submission_time >= $10) AND ($11::bigint IS NULL OR s.submission_time < $11)"
#define RQ_FIND_FOLDERS                                                                           \
    "SELECT 3::smallint AS kind, x.patient_key, x.folder_key AS object_key, x.uuid, x.status, 0 " \
    "AS label,"                                                                                   \
    " greatest(x.created, xm.latest) AS updated FROM" RQ_FROM_FOLDER                              \
    " WHERE x.patient_key = " RQ_FAMILY                                                           \
    " AND x.status = ANY ($7::smallint[]) AND " RQ_FOLDER_SHOWS                                   \
    " AND ($8::bigint IS NULL OR greatest(x.created, xm.latest) >= $8)"                           \
    " AND ($9::bigint IS NULL OR greatest(x.created, xm.latest) < $9)"                            \
    " AND " RQ_GROUPS("x.codes", "$10::text[]", "$11", "$12")

#define RQ_GET_ALL                                                                             \
    "WITH ge AS MATERIALIZED (" RQ_FIND_DOCUMENTS "), gs AS MATERIALIZED (SELECT " RQ_SET      \
    " FROM registry.submission_set s WHERE s.patient_key = " RQ_FAMILY                         \
    " AND s.status = ANY ($29::smallint[]) AND " RQ_SET_SHOWS(                                 \
        "s") "), gf AS MATERIALIZED (SELECT " RQ_FOLDER " FROM" RQ_FROM_FOLDER                 \
             " WHERE x.patient_key = " RQ_FAMILY                                               \
             " AND x.status = ANY ($30::smallint[]) AND " RQ_FOLDER_SHOWS                      \
             "), go AS MATERIALIZED (SELECT * FROM ge"                                         \
             " UNION ALL SELECT * FROM gs UNION ALL SELECT * FROM gf)"                         \
             " SELECT * FROM go UNION ALL SELECT " RQ_ASSOCIATION                              \
             " FROM (SELECT b.* FROM registry.association b WHERE b.patient_key = " RQ_FAMILY  \
             " UNION SELECT b.* FROM registry.association b WHERE b.target_patient_key "       \
             "= " RQ_FAMILY                                                                    \
             ") a"                                                                             \
             " WHERE (a.source_key IN (SELECT object_key FROM go) OR a.target_key IN (SELECT " \
             "object_key FROM go))"                                                            \
             " AND " RQ_ASSOCIATION_SHOWS("a")

#define RQ_NAMED_ENTRIES                                                \
    "SELECT e.* FROM " RQ_NAMED " CROSS JOIN LATERAL (SELECT " RQ_ENTRY \
    " FROM registry.entry e"                                            \
    " WHERE e.patient_key = n.p AND e.entry_key = n.k AND " RQ_ENTRY_MATCHES " OFFSET 0) e"
// Associations from or to the named objects.
#define RQ_TOUCHING(named)                                          \
    "SELECT b.* FROM " named                                        \
    " CROSS JOIN LATERAL (SELECT * FROM registry.association t"     \
    " WHERE t.patient_key = n.p AND t.source_key = n.k OFFSET 0) b" \
    " UNION SELECT b.* FROM " named                                 \
    " CROSS JOIN LATERAL (SELECT * FROM registry.association t"     \
    " WHERE t.target_patient_key = n.p AND t.target_key = n.k OFFSET 0) b"

#define RQ_GET_FOLDERS                                                                           \
    "SELECT f.* FROM " RQ_NAMED_SHORT                                                            \
    " CROSS JOIN LATERAL (SELECT 3::smallint AS kind, x.patient_key,"                            \
    " x.folder_key AS object_key, x.uuid, x.status, 0 AS label, greatest(x.created, xm.latest) " \
    "AS updated FROM" RQ_FROM_FOLDER                                                             \
    " WHERE x.patient_key = n.p AND x.folder_key = n.k AND " RQ_FOLDER_SHOWS " OFFSET 0) f"
#define RQ_GET_ASSOCIATIONS                                                                      \
    "SELECT 4::smallint AS kind, a.patient_key, a.assoc_key AS object_key, a.uuid, a.status, 0 " \
    "AS label,"                                                                                  \
    " NULL::bigint AS updated FROM (" RQ_TOUCHING(                                               \
        RQ_NAMED_SHORT) ") a WHERE " RQ_ASSOCIATION_SHOWS("a")
#define RQ_GET_DOCUMENTS_AND_ASSOCIATIONS                \
    RQ_NAMED_ENTRIES " UNION ALL SELECT " RQ_ASSOCIATION \
                     " FROM (" RQ_TOUCHING(RQ_NAMED) ") a WHERE " RQ_ASSOCIATION_SHOWS("a")
#define RQ_GET_SETS \
    "WITH ga AS MATERIALIZED (SELECT a.* FROM " RQ_NAMED_SHORT " CROSS JOIN LATERAL (SELECT * FROM"            \
    " registry.association t WHERE t.target_patient_key = n.p AND t.target_key = n.k AND t.type = 1"           \
    " AND t.source_kind = 2 OFFSET 0) a WHERE a.target_kind IN (1, 3) AND " RQ_ASSOCIATION_SHOWS("a") ")"      \
    " SELECT 2::smallint AS kind, s.patient_key, s.set_key AS object_key, s.uuid, s.status, 0 AS label,"       \
    " NULL::bigint AS updated FROM (SELECT DISTINCT patient_key, source_key FROM ga) g CROSS JOIN LATERAL"     \
    " (SELECT * FROM registry.submission_set t WHERE t.patient_key = g.patient_key AND t.set_key = g.source_key" \
    " OFFSET 0) s UNION ALL SELECT " RQ_ASSOCIATION " FROM ga a"

#define RQ_MEMBERS_OF_NAMED(kinds)                                                           \
    "(SELECT t.* FROM " RQ_NAMED                                                             \
    " CROSS JOIN LATERAL (SELECT * FROM registry.association m"                              \
    " WHERE m.patient_key = n.p AND m.source_key = n.k AND m.type = 1 AND m.target_kind IN " \
    "(" kinds                                                                                \
    ")"                                                                                      \
    " OFFSET 0) t)"
#define RQ_ENTRY_OF(a)                                                                        \
    " CROSS JOIN LATERAL (SELECT " RQ_ENTRY " FROM registry.entry e WHERE e.patient_key = " a \
    ".target_patient_key AND e.entry_key = " a                                                \
    ".target_key AND ($2::integer[] IS NULL OR e.patient_key = " RQ_FAMILY                    \
    ") AND " RQ_ENTRY_MATCHES " OFFSET 0) e"
#define RQ_GET_SET_AND_CONTENTS \
    "WITH cs AS MATERIALIZED (SELECT s.* FROM " RQ_NAMED " CROSS JOIN LATERAL (SELECT * FROM"                   \
    " registry.submission_set t WHERE t.patient_key = n.p AND t.set_key = n.k AND " RQ_SET_SHOWS("t")           \
    " OFFSET 0) s), ca AS MATERIALIZED (SELECT a.* FROM cs CROSS JOIN LATERAL (SELECT * FROM"                   \
    " registry.association m WHERE m.patient_key = cs.patient_key AND m.source_key = cs.set_key AND m.type = 1" \
    " OFFSET 0) a), ce AS MATERIALIZED (SELECT e.*, a.patient_key AS ap, a.assoc_key AS ak FROM ca a"           \
    RQ_ENTRY_OF("a") " WHERE a.target_kind = 1), cf AS MATERIALIZED (SELECT f.*, a.patient_key AS ap,"          \
    " a.assoc_key AS ak FROM ca a CROSS JOIN LATERAL (SELECT 3::smallint AS kind, x.patient_key,"               \
    " x.folder_key AS object_key, x.uuid, x.status, 0 AS label, greatest(x.created, xm.latest) AS updated FROM" \
    RQ_FROM_FOLDER " WHERE a.target_kind = 3 AND x.patient_key = a.target_patient_key"                          \
    " AND x.folder_key = a.target_key AND " RQ_FOLDER_SHOWS " OFFSET 0) f), cm AS MATERIALIZED (SELECT b.*,"    \
    " a.patient_key AS ap, a.assoc_key AS ak FROM ca a CROSS JOIN LATERAL (SELECT * FROM registry.association m" \
    " WHERE a.target_kind = 4 AND m.patient_key = a.target_patient_key AND m.assoc_key = a.target_key"          \
    " OFFSET 0) b WHERE b.source_key IN (SELECT object_key FROM cf)"                                            \
    " AND b.target_key IN (SELECT object_key FROM ce))"                                                         \
    " SELECT " RQ_SET_NAMED " FROM cs s UNION ALL SELECT DISTINCT ON (object_key) kind, patient_key,"           \
    " object_key, uuid, status, label, updated FROM ce UNION ALL SELECT kind, patient_key, object_key, uuid,"   \
    " status, label, updated FROM cf UNION ALL SELECT " RQ_ASSOCIATION " FROM cm a UNION ALL SELECT "           \
    RQ_ASSOCIATION " FROM ca a WHERE a.assoc_key IN (SELECT ak FROM ce UNION ALL SELECT ak FROM cf"             \
    " UNION ALL SELECT ak FROM cm)"
#define RQ_SET_NAMED                                                                             \
    "2::smallint AS kind, s.patient_key, s.set_key AS object_key, s.uuid, s.status, 0 AS label," \
    " NULL::bigint AS updated"
#define RQ_GET_FOLDER_AND_CONTENTS \
    "WITH cf AS MATERIALIZED (SELECT f.* FROM " RQ_NAMED " CROSS JOIN LATERAL (SELECT 3::smallint AS kind,"     \
    " x.patient_key, x.folder_key AS object_key, x.uuid, x.status, 0 AS label,"                                \
    " greatest(x.created, xm.latest) AS updated FROM" RQ_FROM_FOLDER                                           \
    " WHERE x.patient_key = n.p AND x.folder_key = n.k AND " RQ_FOLDER_SHOWS " OFFSET 0) f),"                  \
    " ca AS MATERIALIZED (SELECT a.* FROM cf CROSS JOIN LATERAL (SELECT * FROM registry.association m"         \
    " WHERE m.patient_key = cf.patient_key AND m.source_key = cf.object_key AND m.type = 1 OFFSET 0) a),"      \
    " ce AS MATERIALIZED (SELECT e.*, a.assoc_key AS ak FROM ca a" RQ_ENTRY_OF("a") ")"                        \
    " SELECT * FROM cf UNION ALL SELECT DISTINCT ON (object_key) kind, patient_key, object_key, uuid, status," \
    " label, updated FROM ce UNION ALL SELECT " RQ_ASSOCIATION                                                 \
    " FROM ca a WHERE a.assoc_key IN (SELECT ak FROM ce)"
// The entry itself must show, else its folders tell of it.
#define RQ_GET_FOLDERS_FOR_DOCUMENT \
    "SELECT f.* FROM (SELECT DISTINCT a.patient_key, a.source_key FROM " RQ_NAMED_SHORT                         \
    " CROSS JOIN LATERAL (SELECT * FROM registry.association m WHERE m.target_patient_key = n.p"                \
    " AND m.target_key = n.k AND m.type = 1 AND m.source_kind = 3 OFFSET 0) a"                                  \
    " WHERE ($2::integer[] IS NULL OR " RQ_ENTRY_AT("n.p", "n.k") ")) g"                                        \
    " CROSS JOIN LATERAL (SELECT 3::smallint AS kind, x.patient_key, x.folder_key AS object_key, x.uuid,"       \
    " x.status, 0 AS label, greatest(x.created, xm.latest) AS updated FROM" RQ_FROM_FOLDER                      \
    " WHERE x.patient_key = g.patient_key AND x.folder_key = g.source_key AND " RQ_FOLDER_SHOWS " OFFSET 0) f"
// $31 association types. Both ends must meet the entry criteria (here: the document entry types).
#define RQ_ENTRY_END(name, p, k)                                                                  \
    " CROSS JOIN LATERAL (SELECT " RQ_ENTRY " FROM registry.entry e WHERE e.patient_key = " p     \
    " AND e.entry_key"                                                                            \
    " = " k " AND ($2::integer[] IS NULL OR e.patient_key = " RQ_FAMILY ") AND " RQ_ENTRY_MATCHES \
    " OFFSET 0) " name
#define RQ_GET_RELATED \
    "WITH ra AS MATERIALIZED (SELECT a.*, se.status AS s_status, se.label AS s_label, se.uuid AS " \
    "s_uuid,"       \
    " te.status AS t_status, te.label AS t_label, te.uuid AS t_uuid FROM (" RQ_TOUCHING(RQ_NAMED) ") a"         \
    RQ_ENTRY_END("se", "a.patient_key", "a.source_key")                                                         \
    RQ_ENTRY_END("te", "a.target_patient_key", "a.target_key")                                                  \
    " WHERE a.type = ANY ($31::smallint[]) AND a.source_kind = 1 AND a.target_kind = 1)"                        \
    " SELECT 1::smallint AS kind, patient_key, source_key AS object_key, s_uuid AS uuid, s_status AS status,"   \
    " s_label AS label, NULL::bigint AS updated FROM ra UNION SELECT 1::smallint, target_patient_key,"          \
    " target_key, t_uuid, t_status, t_label, NULL FROM ra UNION SELECT " RQ_ASSOCIATION " FROM ra a"

#define RQ_ROWS "kind, patient_key, object_key, uuid, status, label, updated"
#define RQ_LIMITED(q) "(SELECT * FROM (" q ") u ORDER BY kind, object_key LIMIT $4::bigint)"
#define RQ_REFS(q)                                                                             \
    "SELECT c.last, q.kind, q.patient_key, q.object_key, q.uuid, q.status, q.label, q.updated" \
    " FROM registry.label_count c LEFT JOIN " RQ_LIMITED(q) " q ON true"
#define RQ_JOINED(q, column) \
    "SELECT c.last, q.kind, q.patient_key, q.object_key, q.uuid, q.status, q.label, q.updated, " \
    "f.institution, f." column   \
    " FROM registry.label_count c LEFT JOIN " RQ_LIMITED(q) " q ON true"                                    \
    " LEFT JOIN LATERAL (SELECT g.institution, g." column " FROM registry.fragment g WHERE g.patient_key = q.patient_key"  \
    " AND g.object_key = q.object_key OFFSET 0) f ON true"
#define RQ_AUTHORS(q) RQ_JOINED("SELECT * FROM (" q ") w WHERE w.has_author", "author_persons")

namespace musubi::registry::sql {

struct QueryStatements {
    pg::Statement object_ref;
    pg::Statement leaf_class;
};
#define RQ_BOTH(name, q)                                     \
    {                                                        \
        {"registry." name ".ref", RQ_REFS(q)}, {             \
            "registry." name ".leaf", RQ_JOINED(q, "sealed") \
        }                                                    \
    }

inline constexpr QueryStatements kFindDocuments = RQ_BOTH("find_documents", RQ_FIND_DOCUMENTS);
inline constexpr QueryStatements kFindSubmissionSets =
    RQ_BOTH("find_submission_sets", RQ_FIND_SETS);
inline constexpr QueryStatements kFindFolders = RQ_BOTH("find_folders", RQ_FIND_FOLDERS);
inline constexpr QueryStatements kGetAll = RQ_BOTH("get_all", RQ_GET_ALL);
inline constexpr QueryStatements kGetDocuments = RQ_BOTH("get_documents", RQ_NAMED_ENTRIES);
inline constexpr QueryStatements kGetFolders = RQ_BOTH("get_folders", RQ_GET_FOLDERS);
inline constexpr QueryStatements kGetAssociations =
    RQ_BOTH("get_associations", RQ_GET_ASSOCIATIONS);
inline constexpr QueryStatements kGetDocumentsAndAssociations =
    RQ_BOTH("get_documents_and_associations", RQ_GET_DOCUMENTS_AND_ASSOCIATIONS);
inline constexpr QueryStatements kGetSubmissionSets = RQ_BOTH("get_submission_sets", RQ_GET_SETS);
inline constexpr QueryStatements kGetSubmissionSetAndContents =
    RQ_BOTH("get_submission_set_and_contents", RQ_GET_SET_AND_CONTENTS);
inline constexpr QueryStatements kGetFolderAndContents =
    RQ_BOTH("get_folder_and_contents", RQ_GET_FOLDER_AND_CONTENTS);
inline constexpr QueryStatements kGetFoldersForDocument =
    RQ_BOTH("get_folders_for_document", RQ_GET_FOLDERS_FOR_DOCUMENT);
inline constexpr QueryStatements kGetRelatedDocuments =
    RQ_BOTH("get_related_documents", RQ_GET_RELATED);

/// Candidates of an AuthorPerson search: those that have an author, with the sealed list.
inline constexpr pg::Statement kFindDocumentsByAuthor{
    "registry.find_documents.author",
    RQ_AUTHORS("SELECT " RQ_ENTRY
               ", e.has_author FROM registry.entry e WHERE e.patient_key = " RQ_FAMILY
               " AND " RQ_ENTRY_MATCHES)};
inline constexpr pg::Statement kFindSubmissionSetsByAuthor{"registry.find_submission_sets.author",
                                                           RQ_AUTHORS(RQ_FIND_SETS)};
/// The fragments of what an author search found, in the order asked.
inline constexpr pg::Statement kFragments{
    "registry.fragments",
    "SELECT f.institution, f.sealed FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY n (p, "
    "k, i) LEFT JOIN LATERAL"
    " (SELECT g.institution, g.sealed FROM registry.fragment g WHERE g.patient_key = n.p AND "
    "g.object_key = n.k OFFSET 0) f ON true"
    " ORDER BY n.i"};

}  // namespace musubi::registry::sql

#undef RQ_BOTH
