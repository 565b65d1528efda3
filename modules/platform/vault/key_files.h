#pragma once
// The files that keys lie in: reading, writing, wrapping. Internal to this room; formats in
// README.md.

#include "platform/base/result.h"
#include "platform/vault/crypto.h"
#include "platform/vault/key_ring.h"
#include "platform/vault/master_key.h"

#include <filesystem>
#include <optional>
#include <vector>

namespace musubi::vault {

struct DataKeyFile {
    KeyId id = 0;
    std::uint32_t version = 0;
    std::string institution;
    std::string made_at;  ///< RFC 3339; empty in files of format 1
    std::string master;   ///< name of who wrapped it; empty in files of format 1
    SecretKey key;
};

/// What is left of a key that was destroyed: its number is never given again.
struct ErasedKey {
    KeyId id = 0;
    std::uint32_t version = 0;
    std::string institution;
    std::string erased_at;
};

Result<SecretKey> read_master_key(std::filesystem::path const& path);
Status create_master_key(std::filesystem::path const& path);
Status write_master_key(std::filesystem::path const& path, SecretKey const& key);

Result<DataKeyFile> read_data_key(std::filesystem::path const& path, MasterKeys const& masters);
Status write_data_key(std::filesystem::path const& folder, DataKeyFile const& key,
                      MasterKey& master);
/// The ids of the keys that lie in the folder, ascending; those that were destroyed are not there.
Result<std::vector<KeyId>> list_data_keys(std::filesystem::path const& folder);
std::filesystem::path data_key_path(std::filesystem::path const& folder, KeyId id);

struct TokenKeyFile {
    std::string master;
    SecretKey key;
};
/// Nothing when there is none: the token key is then derived from the master.
Result<std::optional<TokenKeyFile>> read_token_key(std::filesystem::path const& folder,
                                                   MasterKeys const& masters);
Status write_token_key(std::filesystem::path const& folder, SecretKey const& key,
                       MasterKey& master);

Result<std::vector<ErasedKey>> list_erased_keys(std::filesystem::path const& folder);
/// Writes down that it was destroyed, then overwrites and removes the file. Once more does no harm.
Status erase_data_key(std::filesystem::path const& folder, ErasedKey const& key);

}  // namespace musubi::vault
