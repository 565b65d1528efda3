#include "platform/vault/secret.h"

#include <openssl/crypto.h>

namespace musubi::vault {

void wipe(std::uint8_t* data, std::size_t size) { OPENSSL_cleanse(data, size); }

SecretKey::~SecretKey() { wipe(octets_.data(), octets_.size()); }

SecretKey::SecretKey(SecretKey&& other) noexcept : octets_(other.octets_) {
    wipe(other.octets_.data(), other.octets_.size());
}

SecretKey& SecretKey::operator=(SecretKey&& other) noexcept {
    if (this != &other) {
        octets_ = other.octets_;
        wipe(other.octets_.data(), other.octets_.size());
    }
    return *this;
}

}  // namespace musubi::vault
