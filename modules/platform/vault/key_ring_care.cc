// What operators do with the keys of a ring: look at them, wrap them anew, destroy them.

#include "platform/base/clock.h"
#include "platform/base/fault.h"
#include "platform/vault/key_ring_impl.h"

namespace musubi::vault {
namespace {

std::string fingerprint_of(SecretKey const& key) {
    SecretKey derived;
    hkdf(key.view(), {}, "musubi 1 fingerprint", derived);
    return to_hex(derived.view().first(16));
}

}  // namespace

Status KeyRing::refresh() {
    std::unique_lock const lock(impl_->mutex);
    return impl_->load();
}

Result<std::vector<KeyInfo>> KeyRing::list() {
    std::unique_lock const lock(impl_->mutex);
    TRY(impl_->load());
    std::map<KeyId, KeyInfo> out;
    for (auto const& [id, key] : impl_->keys) {
        auto const file = TRY(read_data_key(data_key_path(impl_->folder, id), impl_->masters));
        auto const found = impl_->current.find(key->institution);
        out[id] = {.id = id,
                   .version = key->version,
                   .institution = key->institution,
                   .made_at = key->made_at,
                   .master = file.master,
                   .erased_at = {},
                   .current = found != impl_->current.end() && found->second->id == id,
                   .fingerprint = fingerprint_of(file.key)};
    }
    for (auto const& [id, key] : impl_->erased) {
        out[id] = {.id = id,
                   .version = key.version,
                   .institution = key.institution,
                   .made_at = {},
                   .master = {},
                   .erased_at = key.erased_at};
    }
    std::vector<KeyInfo> list;
    for (auto& [id, info] : out) list.push_back(std::move(info));
    return list;
}

Result<int> KeyRing::rewrap() {
    std::unique_lock const lock(impl_->mutex);
    FolderLock const folder_lock = TRY(FolderLock::take(impl_->folder));
    TRY(impl_->load());
    MasterKey& master = *impl_->masters.current;
    // First of all: from the first data key on, nobody could tell any more from which master the
    // token key was derived.
    auto const token = TRY(read_token_key(impl_->folder, impl_->masters));
    bool const derived = impl_->masters.previous == nullptr;
    if (token ? token->master != master.name() : !derived)
        TRY(write_token_key(impl_->folder, impl_->token_key, master));
    int count = 0;
    for (auto const& [id, key] : impl_->keys) {
        auto file = TRY(read_data_key(data_key_path(impl_->folder, id), impl_->masters));
        if (file.master == master.name()) continue;
        if (file.made_at.empty()) file.made_at = to_rfc3339(system_clock().now());
        TRY(FAULT("vault.rewrap_key"));
        TRY(write_data_key(impl_->folder, file, master));
        ++count;
    }
    return count;
}

Result<int> KeyRing::erase(std::string_view institution) {
    std::unique_lock const lock(impl_->mutex);
    FolderLock const folder_lock = TRY(FolderLock::take(impl_->folder));
    TRY(impl_->load());
    std::vector<ErasedKey> keys;
    std::string const now = to_rfc3339(system_clock().now());
    for (auto const& [id, key] : impl_->keys) {
        if (key->institution == institution)
            keys.push_back({id, key->version, key->institution, now});
    }
    int const count = static_cast<int>(keys.size());
    // What an interrupted call noted and did not finish.
    for (auto const& [id, key] : impl_->erased)
        if (key.institution == institution) keys.push_back(key);
    if (keys.empty())
        return Error(Code::kNotFound, "no key of this institution is in the key folder");
    for (ErasedKey& key : keys) {
        TRY(erase_data_key(impl_->folder, key));
        impl_->note_erased(std::move(key));
    }
    return count;
}

bool KeyRing::is_erased(std::string_view institution) {
    std::shared_lock const lock(impl_->mutex);
    return !impl_->current.contains(institution) && impl_->erased_version(institution) > 0;
}

bool KeyRing::any_erased() const {
    std::shared_lock const lock(impl_->mutex);
    return !impl_->erased.empty();
}

}  // namespace musubi::vault
