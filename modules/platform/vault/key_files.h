#pragma once
// The files that keys lie in: reading, writing, wrapping. Internal to this room; formats in
// README.md.

#include "platform/base/result.h"
#include "platform/vault/crypto.h"
#include "platform/vault/key_ring.h"

#include <filesystem>
#include <vector>

namespace musubi::vault {

struct DataKeyFile {
    KeyId id = 0;
    std::uint32_t version = 0;
    std::string institution;
    SecretKey key;
};

Result<SecretKey> read_master_key(std::filesystem::path const& path);
Status create_master_key(std::filesystem::path const& path);

/// `wrapping` is derived from the master key.
Result<DataKeyFile> read_data_key(std::filesystem::path const& path, CipherKey const& wrapping);
Status write_data_key(std::filesystem::path const& folder, DataKeyFile const& key,
                      CipherKey const& wrapping);
/// The ids of the keys that lie in the folder, ascending.
Result<std::vector<KeyId>> list_data_keys(std::filesystem::path const& folder);
std::filesystem::path data_key_path(std::filesystem::path const& folder, KeyId id);

}  // namespace musubi::vault
