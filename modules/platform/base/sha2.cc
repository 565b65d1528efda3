#include "platform/base/sha2.h"

#include <openssl/evp.h>

#include <cstdlib>

namespace musubi {

struct Sha2Digest::State {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    ~State() { EVP_MD_CTX_free(context); }
};

namespace {

EVP_MD const* algorithm(Sha2 kind) {
    switch (kind) {
        case Sha2::k256: return EVP_sha256();
        case Sha2::k384: return EVP_sha384();
        case Sha2::k512: return EVP_sha512();
    }
    return nullptr;
}

}  // namespace

Sha2Digest::Sha2Digest(Sha2 kind) : state_(std::make_unique<State>()) {
    // Without a working hash nothing that follows could be trusted.
    if (EVP_DigestInit_ex(state_->context, algorithm(kind), nullptr) != 1) std::abort();
}
Sha2Digest::~Sha2Digest() = default;
Sha2Digest::Sha2Digest(Sha2Digest&&) noexcept = default;
Sha2Digest& Sha2Digest::operator=(Sha2Digest&&) noexcept = default;

void Sha2Digest::update(ByteView bytes) {
    if (EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) != 1) std::abort();
}

Bytes Sha2Digest::finish() {
    Bytes out(EVP_MAX_MD_SIZE);
    unsigned size = 0;
    if (EVP_DigestFinal_ex(state_->context, out.data(), &size) != 1) std::abort();
    out.resize(size);
    return out;
}

Bytes sha2(Sha2 kind, ByteView bytes) {
    Sha2Digest digest(kind);
    digest.update(bytes);
    return digest.finish();
}

}  // namespace musubi
