#include "platform/vault/key_ring.h"

#include "platform/base/log.h"
#include "platform/vault/durable_file.h"
#include "platform/vault/key_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <mutex>
#include <shared_mutex>

namespace musubi::vault {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kMaxInstitution = 256;

std::string_view info_of(Purpose purpose) {
    switch (purpose) {
        case Purpose::kDocument: return "musubi 1 document";
        case Purpose::kMetadata: return "musubi 1 metadata";
        case Purpose::kAudit: return "musubi 1 audit";
    }
    return "";
}

/// One data key with what is derived from it; never changes, never moves.
struct DataKey {
    KeyId id = 0;
    std::uint32_t version = 0;
    std::string institution;
    std::array<CipherKey, 3> by_purpose;
    CipherKey const& operator[](Purpose purpose) const {
        return by_purpose[static_cast<std::size_t>(purpose) - 1];
    }
};

bool is_usable(std::string_view institution) {
    return !institution.empty() && institution.size() <= kMaxInstitution &&
           std::none_of(institution.begin(), institution.end(),
                        [](char c) { return c >= 0 && c < 0x20; });
}

/// Held while a key is made, so that two processes do not both make one.
class FolderLock {
public:
    static Result<FolderLock> take(std::filesystem::path const& folder) {
        std::filesystem::path const path = folder / "lock";
        int const fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0) return system_error("open", path, errno);
        FolderLock lock(fd);
        while (::flock(fd, LOCK_EX) != 0) {
            if (errno != EINTR) return system_error("lock", path, errno);
        }
        return lock;
    }
    FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    ~FolderLock() {
        if (fd_ >= 0) ::close(fd_);
    }

private:
    explicit FolderLock(int fd) : fd_(fd) {}
    int fd_;
};

void put_header(std::uint8_t* out, KeyId id) {
    out[0] = kFormat;
    for (int i = 0; i < 4; ++i) out[1 + i] = static_cast<std::uint8_t>(id >> (24 - 8 * i));
}

}  // namespace

struct KeyRing::Impl {
    std::filesystem::path folder;
    CipherKey wrapping;
    SecretKey token_key;

    std::shared_mutex mutex;
    std::map<KeyId, std::unique_ptr<DataKey const>> keys;
    std::map<std::string, DataKey const*, std::less<>> current;

    DataKey const* find(KeyId id) {
        std::shared_lock const lock(mutex);
        auto const found = keys.find(id);
        return found == keys.end() ? nullptr : found->second.get();
    }

    DataKey const* find(std::string_view institution) {
        std::shared_lock const lock(mutex);
        auto const found = current.find(institution);
        return found == current.end() ? nullptr : found->second;
    }

    void add(DataKeyFile const& file) {  // with the mutex held
        if (keys.contains(file.id)) return;
        auto key = std::make_unique<DataKey>();
        key->id = file.id;
        key->version = file.version;
        key->institution = file.institution;
        for (Purpose const purpose : {Purpose::kDocument, Purpose::kMetadata, Purpose::kAudit}) {
            hkdf(file.key.view(), {}, info_of(purpose),
                 key->by_purpose[static_cast<std::size_t>(purpose) - 1].key);
        }
        DataKey const*& newest = current[key->institution];
        if (!newest || newest->version < key->version) newest = key.get();
        keys.emplace(key->id, std::move(key));
    }

    Status load() {  // with the mutex held
        for (KeyId const id : TRY(list_data_keys(folder))) {
            if (!keys.contains(id)) add(TRY(read_data_key(data_key_path(folder, id), wrapping)));
        }
        return {};
    }

    /// Makes a version newer than `than`, unless another process has done so meanwhile.
    Result<DataKey const*> make(std::string const& institution, std::uint32_t than) {
        std::unique_lock const lock(mutex);
        FolderLock const folder_lock = TRY(FolderLock::take(folder));
        TRY(load());
        auto const found = current.find(institution);
        if (found != current.end() && found->second->version > than) return found->second;
        DataKeyFile file;
        file.id = keys.empty() ? 1 : keys.rbegin()->first + 1;
        file.version = than + 1;
        file.institution = institution;
        random_octets(file.key.data(), SecretKey::kSize);
        TRY(write_data_key(folder, file, wrapping));
        add(file);
        log_info("vault.key_made",
                 {{"key", std::to_string(file.id)}, {"version", std::to_string(file.version)}});
        return current.find(institution)->second;
    }

    Result<DataKey const*> known(KeyId id) {
        if (DataKey const* key = find(id)) return key;
        {
            std::unique_lock const lock(mutex);
            TRY(load());
        }
        if (DataKey const* key = find(id)) return key;
        return Error(Code::kStorageUnavailable,
                     "data key " + std::to_string(id) + " is not in the key folder");
    }

    Result<DataKey const*> current_key(std::string_view institution) {
        if (DataKey const* key = find(institution)) return key;
        if (!is_usable(institution)) {
            return Error(Code::kInvalidContent,
                         "institution name is empty, too long or has control characters");
        }
        return make(std::string(institution), 0);
    }
};

KeyRing::KeyRing(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KeyRing::~KeyRing() = default;

Result<std::unique_ptr<KeyRing>> KeyRing::open(std::filesystem::path const& folder,
                                               std::filesystem::path const& master_key_file,
                                               IfAbsent if_absent) {
    if (if_absent == IfAbsent::kCreate) {
        TRY(make_folder(folder));
        std::error_code ignored;
        // A new master key beside old data keys would only hide that the right one is lost.
        if (!std::filesystem::exists(master_key_file, ignored) &&
            TRY(list_data_keys(folder)).empty()) {
            if (master_key_file.has_parent_path()) TRY(make_folder(master_key_file.parent_path()));
            TRY(create_master_key(master_key_file));
        }
    }
    Result<SecretKey> master = read_master_key(master_key_file);
    if (!master) {
        return Error(Code::kStorageUnavailable, "master key: " + master.error().detail);
    }
    auto impl = std::make_unique<Impl>();
    impl->folder = folder;
    hkdf(master->view(), {}, "musubi 1 wrapping", impl->wrapping.key);
    hkdf(master->view(), {}, "musubi 1 token", impl->token_key);
    TRY(impl->load());
    return std::unique_ptr<KeyRing>(new KeyRing(std::move(impl)));
}

Result<KeyId> KeyRing::data_key(std::string_view institution) {
    return TRY(impl_->current_key(institution))->id;
}

Result<KeyId> KeyRing::rotate(std::string_view institution) {
    DataKey const* const key = TRY(impl_->current_key(institution));
    return TRY(impl_->make(key->institution, key->version))->id;
}

Result<std::string> KeyRing::institution_of(KeyId id) { return TRY(impl_->known(id))->institution; }

Result<CipherKey const*> KeyRing::derived(KeyId id, Purpose purpose) {
    return &(*TRY(impl_->known(id)))[purpose];
}

// version 1 | key id 4 | nonce 12 | cipher text | tag 16; the first five octets are authenticated
// in front of `aad`.
Result<Bytes> KeyRing::seal(Purpose purpose, std::string_view institution, ByteView plain,
                            ByteView aad) {
    DataKey const* const key = TRY(impl_->current_key(institution));
    Bytes bound(5 + aad.size());
    put_header(bound.data(), key->id);
    std::copy(aad.begin(), aad.end(), bound.begin() + 5);
    Bytes out(kSealOverhead + plain.size());
    put_header(out.data(), key->id);
    random_octets(out.data() + 5, kNonceSize);
    gcm_seal((*key)[purpose], ByteView(out).subspan(5, kNonceSize), bound, plain,
             out.data() + 5 + kNonceSize);
    return out;
}

Result<Bytes> KeyRing::open(Purpose purpose, std::string_view institution, ByteView sealed,
                            ByteView aad) {
    if (sealed.size() < kSealOverhead || sealed[0] != kFormat) {
        return Error(Code::kStorageUnavailable, "sealed data is damaged");
    }
    KeyId id = 0;
    for (std::size_t i = 1; i < 5; ++i) id = id << 8 | sealed[i];
    DataKey const* const key = TRY(impl_->known(id));
    if (key->institution != institution) {
        return Error(Code::kStorageUnavailable, "sealed data belongs to another institution");
    }
    Bytes bound(5 + aad.size());
    std::copy(sealed.begin(), sealed.begin() + 5, bound.begin());
    std::copy(aad.begin(), aad.end(), bound.begin() + 5);
    Bytes out(sealed.size() - kSealOverhead);
    std::uint8_t nothing = 0;
    if (!gcm_open((*key)[purpose], sealed.subspan(5, kNonceSize), bound,
                  sealed.subspan(5 + kNonceSize), out.empty() ? &nothing : out.data())) {
        return Error(Code::kStorageUnavailable, "sealed data is damaged");
    }
    return out;
}

Token KeyRing::blind_token(std::string_view label, std::string_view text) const {
    // The label's length goes first, so that no other label and text give the same octets.
    std::string message = std::to_string(label.size()) + ":";
    message.append(label).append(text);
    Token token;
    hmac(impl_->token_key, as_bytes(message), token.data());
    wipe(reinterpret_cast<std::uint8_t*>(message.data()), message.size());
    return token;
}

}  // namespace musubi::vault
