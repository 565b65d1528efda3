#pragma once
// The platform of one node: keys, database pool, blob store, affinity domain. Made from the
// configuration by every subcommand that works on the node's data, so that operators' commands and
// the server cannot disagree.

#include "core/config.h"
#include "domain/affinity_domain.h"
#include "platform/blob/blob_spool.h"
#include "platform/blob/local_blob_store.h"
#include "platform/pg/pool.h"
#include "platform/vault/key_ring.h"

#include <memory>

namespace musubi::node {

struct PlatformServices {
    core::Config config;
    std::unique_ptr<vault::KeyRing> keys;
    std::unique_ptr<blob::LocalBlobStore> blobs;
    std::unique_ptr<blob::BlobSpool> spool;
    std::unique_ptr<pg::Pool> pool;
    domain::AffinityDomain affinity_domain;

    /// Reads the file and opens everything; nothing is created but missing keys and folders.
    static Result<std::unique_ptr<PlatformServices>> open(std::string const& config_file);
};

}  // namespace musubi::node
