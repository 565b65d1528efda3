#include "platform/vault/key_ring.h"

#include "platform/vault/durable_file.h"
#include "platform/vault/key_ring_impl.h"

#include <algorithm>

namespace musubi::vault {
namespace {

constexpr std::uint8_t kFormat = 1;

void put_header(std::uint8_t* out, KeyId id) {
    out[0] = kFormat;
    for (int i = 0; i < 4; ++i) out[1 + i] = static_cast<std::uint8_t>(id >> (24 - 8 * i));
}

Result<std::shared_ptr<MasterKey>> master_in(std::filesystem::path const& file) {
    auto master = open_master_key("file:" + file.string());
    if (!master) return Error(Code::kStorageUnavailable, "master key: " + master.error().detail);
    return master;
}

}  // namespace

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
            TRY(list_data_keys(folder)).empty())
            TRY(make_master_key("file:" + master_key_file.string()));
    }
    MasterKeys masters{.current = TRY(master_in(master_key_file))};
    return open(folder, std::move(masters), if_absent);
}

Result<std::unique_ptr<KeyRing>> KeyRing::open(std::filesystem::path const& folder,
                                               MasterKeys masters, IfAbsent if_absent) {
    if (if_absent == IfAbsent::kCreate) TRY(make_folder(folder));
    auto impl = std::make_unique<Impl>();
    impl->folder = folder;
    impl->masters = std::move(masters);
    TRY(impl->load());
    TRY(impl->take_token_key(if_absent));
    return std::unique_ptr<KeyRing>(new KeyRing(std::move(impl)));
}

Result<KeyId> KeyRing::data_key(std::string_view institution) {
    return TRY(impl_->current_key(institution))->id;
}

Result<KeyId> KeyRing::rotate(std::string_view institution) {
    if (!is_erased(institution)) {
        DataKey const* const key = TRY(impl_->current_key(institution));
        return TRY(impl_->make(key->institution, key->version))->id;
    }
    std::uint32_t newest = 0;
    {
        std::shared_lock const lock(impl_->mutex);
        newest = impl_->erased_version(institution);
    }
    return TRY(impl_->make(std::string(institution), newest))->id;
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
