#pragma once
// Making a generation of a backup. The order makes it whole while the node runs: the audit journal
// and its anchor, one moment of the database, documents (what a row names is in the files before
// the row is), data keys, and the journal once more. Used by one thread.
//
// Two folders, so that data and keys can lie in different hands: `data`, and `keys` with the
// wrapped data keys. Each has keys of its own under the backup's master key, which is never the
// node's.
//
// Data keys that were destroyed stay destroyed: each backup removes them from all generations that
// lie in the same folder, and no restore from it brings them back.

#include "core/config.h"
#include "node/preservation/manifest.h"

#include <memory>

namespace musubi::node {

struct BackupPlan {
    std::filesystem::path data, keys;
    std::shared_ptr<vault::MasterKey> key;
    bool read_everything = false;  ///< also what looks unchanged since the generation before
    std::function<void(std::uint64_t octets, std::size_t files)> progress = {};
};

struct BackupReport {
    std::string generation;
    std::size_t files = 0, fresh = 0;
    std::uint64_t octets = 0, fresh_octets = 0;
    std::int64_t rows = 0;
    std::int64_t chain_seq = 0;
    int keys_removed = 0;  ///< destroyed ones, from the generations before
};

Result<BackupReport> make_backup(core::Config const& config, BackupPlan const& plan);

/// Removes all generations but the newest `keep`, and what only they named. Returns how many.
Result<int> expire_backups(BackupPlan const& plan, std::size_t keep);

/// What make_backup() will read of files, for a progress bar.
std::uint64_t octets_to_back_up(core::Config const& config);

}  // namespace musubi::node
