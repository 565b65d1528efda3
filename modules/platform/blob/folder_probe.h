#pragma once
// Whether files can be made in a folder now: for health reports, which must tell of a missing,
// read-only or full file system before a document does. Internal to this room. Thread-safe.

#include "platform/base/result.h"

#include <filesystem>

namespace musubi::blob {

/// Makes a file without a name, writes a page into it and lets it vanish; nothing is synced.
/// kNotFound when the folder is missing or no folder, kStorageUnavailable when nothing can be
/// written there.
Status probe_folder(std::filesystem::path const& folder);

}  // namespace musubi::blob
