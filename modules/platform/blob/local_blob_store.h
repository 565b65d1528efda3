#pragma once
// BlobStore in local files, one for each blob, always encrypted (README.md has layout and format).
// For documents too large for the database: small ones belong there, because a file each costs more
// than the rest of a submission.

#include "platform/blob/blob_store.h"
#include "platform/vault/key_ring.h"

#include <filesystem>

namespace musubi::blob {

class LocalBlobStore final : public BlobStore {
public:
    /// Makes the folders that are missing. `keys` outlives the store. Two processes may share a
    /// root.
    static Result<std::unique_ptr<LocalBlobStore>> open(std::filesystem::path const& root,
                                                        vault::KeyRing& keys);
    ~LocalBlobStore() override;

    Result<StoredBlob> put(Content const& content, std::string const& owner) override;
    Result<StoredBlob> adopt(ReceivedContent& content, std::string const& owner) override;
    Result<std::shared_ptr<Content>> get(Uuid const& id, std::string const& owner) override;
    Status verify(Uuid const& id) override;
    Status check(Uuid const& id) override;
    Result<bool> exists(Uuid const& id) override;
    Status remove(Uuid const& id) override;
    Status list(WallTime older_than, std::function<Status(BlobInfo const&)> const& visit) override;

    /// Removes what interrupted uploads left in the staging folder, last written before
    /// `older_than`. Returns how many.
    Result<int> sweep_staging(WallTime older_than);

    /// Whether documents can be stored now: kNotFound when a folder is missing, kStorageUnavailable
    /// when nothing can be written there. Costs a page, no sync.
    Status probe() const;

    /// For what is sealed and on its way, here or through the node; swept by sweep_staging().
    std::filesystem::path const& staging_folder() const;

    struct Impl;
    Impl& impl() { return *impl_; }  ///< for the spool

private:
    explicit LocalBlobStore(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace musubi::blob
