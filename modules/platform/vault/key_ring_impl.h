#pragma once
// The inside of KeyRing, shared by key_ring.cc (what everybody does with keys) and key_ring_care.cc
// (what operators do with them). Internal to this room.

#include "platform/vault/crypto.h"
#include "platform/vault/key_files.h"
#include "platform/vault/key_ring.h"
#include "platform/vault/master_key.h"

#include <map>
#include <mutex>
#include <shared_mutex>

namespace musubi::vault {

/// One data key with what is derived from it; never changes, never moves.
struct DataKey {
    KeyId id = 0;
    std::uint32_t version = 0;
    std::string institution, made_at;
    std::array<CipherKey, 3> by_purpose;
    CipherKey const& operator[](Purpose purpose) const {
        return by_purpose[static_cast<std::size_t>(purpose) - 1];
    }
};

/// Held while the folder is changed, so that two processes do not both make a key.
class FolderLock {
public:
    static Result<FolderLock> take(std::filesystem::path const& folder);
    FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    ~FolderLock();

private:
    explicit FolderLock(int fd) : fd_(fd) {}
    int fd_;
};

struct KeyRing::Impl {
    std::filesystem::path folder;
    MasterKeys masters;
    SecretKey token_key;

    std::shared_mutex mutex;
    std::map<KeyId, std::unique_ptr<DataKey const>> keys;
    std::map<std::string, DataKey const*, std::less<>> current;
    std::map<KeyId, ErasedKey> erased;
    /// Destroyed while this process ran: out of reach, but somebody may still be reading with one.
    std::vector<std::unique_ptr<DataKey const>> retired;

    DataKey const* find(KeyId id);
    DataKey const* find(std::string_view institution);
    Result<DataKey const*> known(KeyId id);
    Result<DataKey const*> current_key(std::string_view institution);
    /// Makes a version newer than `than`, unless another process has done so meanwhile.
    Result<DataKey const*> make(std::string const& institution, std::uint32_t than);
    /// Rings that keep no token key derive it from the master that they began with.
    Status take_token_key(IfAbsent if_absent);

    // With the mutex held:
    void add(DataKeyFile const& file);
    Status load();
    void note_erased(ErasedKey key);
    /// Of the destroyed keys of an institution the newest version; 0: none.
    std::uint32_t erased_version(std::string_view institution) const;
    KeyId next_id() const;
};

}  // namespace musubi::vault
