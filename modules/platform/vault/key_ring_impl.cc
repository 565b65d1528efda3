#include "platform/vault/key_ring_impl.h"

#include "platform/base/clock.h"
#include "platform/base/log.h"
#include "platform/vault/durable_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace musubi::vault {
namespace {

constexpr std::size_t kMaxInstitution = 256;

std::string_view info_of(Purpose purpose) {
    switch (purpose) {
        case Purpose::kDocument: return "musubi 1 document";
        case Purpose::kMetadata: return "musubi 1 metadata";
        case Purpose::kAudit: return "musubi 1 audit";
    }
    return "";
}

bool is_usable(std::string_view institution) {
    return !institution.empty() && institution.size() <= kMaxInstitution &&
           std::none_of(institution.begin(), institution.end(),
                        [](char c) { return c >= 0 && c < 0x20; });
}

Error destroyed() { return {Code::kNotFound, "the keys of this institution were destroyed"}; }

}  // namespace

Result<FolderLock> FolderLock::take(std::filesystem::path const& folder) {
    std::filesystem::path const path = folder / "lock";
    int const fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return system_error("open", path, errno);
    FolderLock lock(fd);
    while (::flock(fd, LOCK_EX) != 0) {
        if (errno != EINTR) return system_error("lock", path, errno);
    }
    return lock;
}

FolderLock::~FolderLock() {
    if (fd_ >= 0) ::close(fd_);
}

DataKey const* KeyRing::Impl::find(KeyId id) {
    std::shared_lock const lock(mutex);
    auto const found = keys.find(id);
    return found == keys.end() ? nullptr : found->second.get();
}

DataKey const* KeyRing::Impl::find(std::string_view institution) {
    std::shared_lock const lock(mutex);
    auto const found = current.find(institution);
    return found == current.end() ? nullptr : found->second;
}

void KeyRing::Impl::add(DataKeyFile const& file) {
    if (keys.contains(file.id)) return;
    auto key = std::make_unique<DataKey>();
    key->id = file.id;
    key->version = file.version;
    key->institution = file.institution;
    key->made_at = file.made_at;
    for (Purpose const purpose : {Purpose::kDocument, Purpose::kMetadata, Purpose::kAudit}) {
        hkdf(file.key.view(), {}, info_of(purpose),
             key->by_purpose[static_cast<std::size_t>(purpose) - 1].key);
    }
    DataKey const*& newest = current[key->institution];
    if (!newest || newest->version < key->version) newest = key.get();
    keys.emplace(key->id, std::move(key));
}

Status KeyRing::Impl::load() {
    for (KeyId const id : TRY(list_data_keys(folder))) {
        if (!keys.contains(id)) add(TRY(read_data_key(data_key_path(folder, id), masters)));
    }
    for (ErasedKey& key : TRY(list_erased_keys(folder))) note_erased(std::move(key));
    return {};
}

void KeyRing::Impl::note_erased(ErasedKey key) {
    if (auto const found = current.find(key.institution);
        found != current.end() && found->second->id == key.id)
        current.erase(found);
    if (auto const found = keys.find(key.id); found != keys.end()) {
        retired.push_back(std::move(found->second));
        keys.erase(found);
    }
    erased.insert_or_assign(key.id, std::move(key));
}

std::uint32_t KeyRing::Impl::erased_version(std::string_view institution) const {
    std::uint32_t newest = 0;
    for (auto const& [id, key] : erased)
        if (key.institution == institution) newest = std::max(newest, key.version);
    return newest;
}

KeyId KeyRing::Impl::next_id() const {
    KeyId const kept = keys.empty() ? 0 : keys.rbegin()->first;
    return std::max(kept, erased.empty() ? 0 : erased.rbegin()->first) + 1;
}

Status KeyRing::Impl::take_token_key(IfAbsent if_absent) {
    if (auto kept = TRY(read_token_key(folder, masters))) {
        token_key = std::move(kept->key);
        return {};
    }
    auto const& first = masters.previous ? masters.previous : masters.current;
    if (first->derive_token_key(token_key)) return {};
    if (if_absent != IfAbsent::kCreate || !keys.empty() || !erased.empty())
        return Error(Code::kStorageUnavailable, "token.key is not in the key folder");
    random_octets(token_key.data(), SecretKey::kSize);
    return write_token_key(folder, token_key, *masters.current);
}

Result<DataKey const*> KeyRing::Impl::make(std::string const& institution, std::uint32_t than) {
    std::unique_lock const lock(mutex);
    FolderLock const folder_lock = TRY(FolderLock::take(folder));
    TRY(load());
    auto const found = current.find(institution);
    if (found != current.end() && found->second->version > than) return found->second;
    if (erased_version(institution) > than) return destroyed();
    DataKeyFile file;
    file.id = next_id();
    file.version = than + 1;
    file.institution = institution;
    file.made_at = to_rfc3339(system_clock().now());
    random_octets(file.key.data(), SecretKey::kSize);
    TRY(write_data_key(folder, file, *masters.current));
    add(file);
    log_info("vault.key_made",
             {{"key", std::to_string(file.id)}, {"version", std::to_string(file.version)}});
    return current.find(institution)->second;
}

Result<DataKey const*> KeyRing::Impl::known(KeyId id) {
    if (DataKey const* key = find(id)) return key;
    {
        std::unique_lock const lock(mutex);
        TRY(load());
    }
    if (DataKey const* key = find(id)) return key;
    {
        std::shared_lock const lock(mutex);
        if (erased.contains(id)) return destroyed();
    }
    return Error(Code::kStorageUnavailable,
                 "data key " + std::to_string(id) + " is not in the key folder");
}

Result<DataKey const*> KeyRing::Impl::current_key(std::string_view institution) {
    if (DataKey const* key = find(institution)) return key;
    if (!is_usable(institution)) {
        return Error(Code::kInvalidContent,
                     "institution name is empty, too long or has control characters");
    }
    return make(std::string(institution), 0);
}

}  // namespace musubi::vault
