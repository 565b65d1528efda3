#pragma once
// Documents in the database. Functions are thread-safe; each is one round trip or is queued.

#include "domain/access.h"
#include "platform/base/content.h"
#include "repository/deps.h"

#include <map>

namespace musubi::repository {

/// One copy of a document: identical content may have been registered more than once, each with its
/// own label.
struct DocumentRow {
    std::string unique_id;
    std::int64_t key = 0;
    std::string patient;  ///< CX: at submission when written, the surviving one when read
    std::string owner_oid;
    domain::Label label;
    std::string mime_type;
    std::uint64_t size = 0;
    Bytes sha1;                   ///< filled when writing
    Bytes source_token = {};      ///< of the hospital's own id of the patient; filled when writing
    std::optional<Uuid> blob_id;  ///< a large document
    std::optional<blob::Location> location =
        std::nullopt;  ///< a small one; neither: stored before there were segments
    std::optional<std::int64_t> pending =
        std::nullopt;  ///< submission whose registration is not confirmed; when read
};

/// Queued: durable with the commit. All rows are of one patient and one owner; contents are durable
/// already.
void insert(pg::Tx& tx, std::vector<DocumentRow> const& documents);

/// One round trip. Sorted by unique id; of the copies of one document those that are confirmed come
/// first.
Result<std::vector<DocumentRow>> find(pg::Pool& pool, std::vector<std::string> const& unique_ids);
Result<std::vector<DocumentRow>> find(pg::Tx& tx, std::vector<std::string> const& unique_ids);

/// Sealed documents that lie in the database, as it sent them; the views live as long as `rows` or
/// a copy of it.
struct SealedContents {
    pg::Rows rows;
    std::map<std::int64_t, ByteView> by_key;
};
Result<SealedContents> read_sealed(pg::Pool& pool, std::vector<std::int64_t> const& keys);
Result<bool> knows_blob(pg::Pool& pool, Uuid const& blob_id);
/// Which documents lie in a segment, by their keys.
Result<std::map<std::int64_t, blob::Location>> rows_of_segment(pg::Pool& pool,
                                                               std::uint32_t segment);

/// Queued. `subsumed` and `surviving` are regional ids (CX), neither merged away before.
void note_merge(pg::Tx& tx, std::string const& subsumed, std::string const& surviving);
/// Of ids that this transaction issued.
void note_added(pg::Tx& tx, std::vector<std::string> const& aliases,
                std::vector<std::string> const& survivors);
/// Queued: the id stands for itself again.
void note_unmerge(pg::Tx& tx, std::string const& subsumed);

/// Of a sourcePatientId (CX); empty when that is none. The registry makes the same.
Bytes source_token(vault::KeyRing const& keys, std::string const& source_patient_id);
/// Queued: what was published under `from` with one of these ids is `to`'s. What was stored before
/// tokens were kept may be either's, and is found no more.
void move_sources(pg::Tx& tx, vault::KeyRing const& keys, std::vector<domain::PatientId> const& ids,
                  std::string const& from, std::string const& to);

/// What a sealed document belongs to: it opens nowhere else.
Bytes content_aad(std::int64_t document_key, std::string const& unique_id);

}  // namespace musubi::repository
