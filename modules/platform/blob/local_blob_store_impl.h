#pragma once
// The inside of LocalBlobStore, shared with the spool. Internal to this room.

#include "platform/blob/local_blob_store.h"
#include "platform/blob/sealed_file.h"

#include <mutex>

namespace musubi::blob {

struct LocalBlobStore::Impl {
    Impl(std::filesystem::path const& root, vault::KeyRing& k)
        : staging(root / "staging"), data(root / "data"), keys(k) {}

    std::filesystem::path const staging;
    std::filesystem::path const data;
    vault::KeyRing& keys;
    std::mutex folders;  ///< held while a folder is made, so that nobody relies on one that is not
                         ///< durable yet

    std::filesystem::path folder_of(Uuid const& id) const;
    std::filesystem::path path_of(Uuid const& id) const;
    Status prepare();
    /// Makes a finished staging file durable under its final name. Afterwards it is either that or
    /// gone.
    Status commit(StagingFile& staged, vault::File& file);
};

}  // namespace musubi::blob
