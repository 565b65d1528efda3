#pragma once
// What the repository's transactions work with. Lives as long as the module; thread-safe.

#include "core/ports.h"
#include "platform/base/ids.h"
#include "platform/blob/blob_store.h"
#include "platform/blob/segment_store.h"
#include "platform/pg/pool.h"
#include "platform/vault/key_ring.h"

namespace musubi::repository {

class SignatureChecker;

struct Deps {
    pg::Pool& pool;
    vault::KeyRing& keys;
    blob::BlobStore& blobs;
    blob::SegmentStore& segments;
    IdSource& ids;
    core::PatientIdentityPort& identity;
    core::DocumentRegistryPort& registry;
    std::string unique_id;                         ///< our repositoryUniqueId
    std::string home;                              ///< our homeCommunityId, urn:oid:...
    core::Ports const* ports = nullptr;            ///< who looks into documents; null: nobody
    SignatureChecker const* signatures = nullptr;  ///< null: signatures are not looked at
};

}  // namespace musubi::repository
