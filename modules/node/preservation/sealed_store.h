#pragma once
// Where a backup lies: contents sealed with keys of its own and named so that the same content lies
// there once, and one manifest for each generation that names them.
//
//   ring/                        data keys of the backup, wrapped by the backup's master key
//   objects/ab/<64 hex digits>   sealed streams (vault/stream.h); the name is a keyed token
//   generations/<name>           sealed manifests
//
// Whoever sees the folder learns sizes and times, nothing else. Used by one thread; a lock keeps
// other processes out. Errors: kConflict (in use, or made with another key), kNotFound,
// kStorageUnavailable.

#include "platform/base/content.h"
#include "platform/vault/key_ring.h"
#include "platform/vault/master_key.h"

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace musubi::node {

/// Hands everything to the sink once, in order.
using Source = std::function<Status(ByteSink const&)>;

struct StoredObject {
    std::string name;
    std::uint64_t size = 0;
    std::string sha256;  ///< of the plain octets, 64 hex digits
    bool fresh = false;  ///< was not there before
};

class SealedStore {
public:
    enum class Open : std::uint8_t { kToRead, kToWrite };
    /// kToWrite makes what is missing.
    static Result<SealedStore> open(std::filesystem::path const& root,
                                    std::shared_ptr<vault::MasterKey> key, Open how);
    SealedStore(SealedStore&& other) noexcept;
    SealedStore& operator=(SealedStore&&) = delete;
    ~SealedStore();

    /// Durable after sync().
    Result<StoredObject> put(Source const& source);
    bool has(std::string const& name) const;
    /// Fails when it is not what was stored; what the sink saw until then must not be used.
    Status get(StoredObject const& object, ByteSink const& sink);

    /// Syncs everything that was put, then writes it so that it is there wholly or not at all.
    Status put_generation(std::string const& name, std::string const& text);
    Result<std::string> generation(std::string const& name);
    Result<std::vector<std::string>> generations() const;  ///< oldest first
    Status remove_generation(std::string const& name);
    /// Removes these objects; those that are not there are no error. Returns how many were.
    Result<int> remove_objects(std::set<std::string> const& names);
    /// Removes the objects that are not named. Returns how many.
    Result<int> keep_only(std::set<std::string> const& names);

private:
    SealedStore(std::filesystem::path root, std::unique_ptr<vault::KeyRing> keys, int lock)
        : root_(std::move(root)), keys_(std::move(keys)), lock_(lock) {}
    std::filesystem::path object_path(std::string const& name) const;

    std::filesystem::path root_;
    std::unique_ptr<vault::KeyRing> keys_;
    int lock_;
};

/// A file's first `size` octets.
Source source_of_file(std::filesystem::path const& path, std::uint64_t size);

}  // namespace musubi::node
