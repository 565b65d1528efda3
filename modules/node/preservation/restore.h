#pragma once
// Bringing a generation of a backup back, and proving that it is what was backed up. Nothing that
// is there is overwritten: database and folders must be empty. Used by one thread.

#include "core/config.h"
#include "node/preservation/manifest.h"

#include <memory>

namespace musubi::node {

struct RestoreTarget {
    std::string database;  ///< connection of the owner role
    std::filesystem::path keys, blobs, journal, operators, evidence;
};

struct RestorePlan {
    std::filesystem::path data, keys;
    std::shared_ptr<vault::MasterKey> key;  ///< of the backup
    std::string generation;                 ///< empty: the newest
    RestoreTarget target;
    std::function<void(std::uint64_t octets, std::size_t files)> progress = {};
};

Result<BackupManifest> read_generation(RestorePlan const& plan);
/// Every octet is compared with its hash on the way.
Status restore(RestorePlan const& plan, BackupManifest const& manifest);

struct Proof {
    std::int64_t rows = 0, tables = 0;
    std::int64_t documents_read = 0, documents_destroyed = 0;
    std::int64_t audit_records = 0;
    std::vector<std::string> faults;  ///< empty: proven
};
struct ProofPlan {
    vault::MasterKeys masters;  ///< of the node
    std::vector<std::string> regional_authorities;
    int documents = 20;  ///< chosen at random
};
/// Counts, data keys that open, documents that are what their rows say, an audit chain without a
/// break. Faults are no error: an error means that it could not be looked at.
Result<Proof> prove(RestoreTarget const& target, BackupManifest const& manifest,
                    ProofPlan const& plan);

}  // namespace musubi::node
