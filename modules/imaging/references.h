#pragma once
// The images of one study that a manifest refers to, as they lie in the database: folded and
// sealed. Thread-safe.

#include "domain/imaging.h"
#include "platform/base/bytes.h"
#include "platform/vault/key_ring.h"

namespace musubi::imaging {

struct StudyReferences {
    std::string patient_id;  ///< the hospital's own, as the manifest says; may be empty
    domain::StudyReference study;
};

/// Stands for a Study Instance UID in the database.
Bytes study_token(vault::KeyRing const& keys, std::string const& study);

Result<Bytes> seal_references(vault::KeyRing& keys, std::string const& institution,
                              std::int64_t manifest_key, StudyReferences const& references);
/// kStorageUnavailable when it is damaged, another manifest's, or its keys were destroyed.
Result<StudyReferences> open_references(vault::KeyRing& keys, std::string const& institution,
                                        std::int64_t manifest_key, ByteView sealed);

}  // namespace musubi::imaging
