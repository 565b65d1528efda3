#pragma once
// Forward-only schema migrations, embedded in the program.
//
// Files are named <module>/V0001__what_it_does.sql, versions counting from 1 without gaps in each
// module. Each file runs once, in one transaction together with its row in
// musubi_meta.migration(module, version, name, sha256, applied_at). A file never changes after it
// was applied. Files of modules that are switched off are not given; what the database holds of
// such modules is left alone. Thread-safe.

#include "platform/base/result.h"

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::pg {

struct MigrationFile {
    std::string_view path;  ///< relative to db/
    std::string_view bytes;
};

/// For the generated lists of embedded files:
/// `migration_files(embedded::migrations::migrations_files())`.
template <class EmbeddedFiles>
std::vector<MigrationFile> migration_files(EmbeddedFiles const& files) {
    std::vector<MigrationFile> out;
    for (auto const& file : files) out.push_back({file.path, file.bytes});
    return out;
}

struct Applied {
    int files = 0;  ///< applied now; 0 means that everything was there
};

/// Applies what is missing, under an advisory lock, as the owner of the database. Errors:
/// kInvalidContent (names, gaps), kConflict (history was altered, or the database is newer than
/// this program), kBusy (another migration holds the lock for longer than `lock_wait`), kInternal
/// (a file failed: its name and the server's message), and kStorageUnavailable. What was applied
/// before the failing file stays.
Result<Applied> migrate(std::string const& conninfo, std::span<MigrationFile const> files,
                        std::chrono::seconds lock_wait = std::chrono::seconds(60));

/// Whether the database fits this program, changing nothing; any role may ask. kConflict lists all
/// that is missing, altered or unknown, one issue each.
Status verify(std::string const& conninfo, std::span<MigrationFile const> files);

}  // namespace musubi::pg
