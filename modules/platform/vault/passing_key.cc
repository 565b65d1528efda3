#include "platform/vault/passing_key.h"

#include "platform/vault/crypto.h"

namespace musubi::vault {
namespace {

using Nonce = std::array<std::uint8_t, kNonceSize>;

Nonce nonce_of(std::uint64_t place) {
    Nonce nonce{};
    for (std::size_t i = 0; i < sizeof place; ++i)
        nonce[nonce.size() - 1 - i] = static_cast<std::uint8_t>(place >> (8 * i));
    return nonce;
}

}  // namespace

static_assert(PassingKey::kOverhead == kTagSize);

struct PassingKey::State {
    CipherKey key;
};

PassingKey::PassingKey() : state_(std::make_unique<State>()) {
    random_octets(state_->key.key.data(), SecretKey::kSize);
}
PassingKey::~PassingKey() = default;

void PassingKey::seal(std::uint64_t place, ByteView plain, std::span<std::uint8_t> sealed) const {
    gcm_seal(state_->key, nonce_of(place), {}, plain, sealed.data());
}

bool PassingKey::open(std::uint64_t place, ByteView sealed, std::span<std::uint8_t> plain) const {
    return gcm_open(state_->key, nonce_of(place), {}, sealed, plain.data());
}

}  // namespace musubi::vault
