#pragma once
// Manifests in the database. Functions are thread-safe; each is one round trip or is queued.

#include "domain/access.h"
#include "imaging/references.h"
#include "platform/pg/pool.h"

namespace musubi::imaging {

struct ManifestRow {
    std::int64_t key = 0;
    std::string entry_key;  ///< when written
    std::string unique_id;
    std::string patient;    ///< CX: at submission when written, the surviving one when read
    std::string owner_oid;  ///< institution whose key seals the references
    domain::Label label;
    bool rejects = false;
};

/// One study of one manifest, still sealed.
struct StudyRow {
    ManifestRow manifest;
    Bytes study_token;
    Bytes sealed;
};

/// More manifests of the asked studies than these are passed over: nobody publishes so many.
inline constexpr int kMostManifests = 2000;

/// Queued: durable with the commit. `source_token` may be empty.
void insert(pg::Tx& tx, ManifestRow const& row, Bytes const& source_token);
/// What the manifest of this unique id that was inserted in the same transaction refers to. One
/// round trip.
Status insert_studies(pg::Tx& tx, vault::KeyRing& keys, std::string const& unique_id,
                      domain::ImagingManifest const& manifest);
void deprecate(pg::Tx& tx, std::vector<std::string> const& entry_keys);
/// Approved manifests only.
Result<std::vector<StudyRow>> find_studies(pg::Pool& pool, vault::KeyRing const& keys,
                                           std::vector<std::string> const& studies);

/// Queued. `subsumed` and `surviving` are regional ids (CX), neither merged away before.
void note_merge(pg::Tx& tx, std::string const& subsumed, std::string const& surviving);
void note_added(pg::Tx& tx, std::vector<std::string> const& aliases,
                std::vector<std::string> const& survivors);
void note_unmerge(pg::Tx& tx, std::string const& subsumed);

/// Of a sourcePatientId (CX); empty when that is none.
Bytes source_token(vault::KeyRing const& keys, std::string const& source_patient_id);
void move_sources(pg::Tx& tx, vault::KeyRing const& keys, std::vector<domain::PatientId> const& ids,
                  std::string const& from, std::string const& to);

}  // namespace musubi::imaging
