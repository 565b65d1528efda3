#include "platform/base/digest.h"

#include <openssl/evp.h>

#include <cstdlib>

namespace musubi {

struct Digest::State {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    ~State() { EVP_MD_CTX_free(context); }
};

namespace {

// Fetched once: looking an algorithm up by name costs more than hashing a small document.
EVP_MD const* algorithm(DigestKind kind) {
    static EVP_MD const* const kSha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
    static EVP_MD const* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    switch (kind) {
        case DigestKind::kSha1: return kSha1;
        case DigestKind::kSha256: return kSha256;
        case DigestKind::kSha384: return EVP_sha384();
        case DigestKind::kSha512: return EVP_sha512();
    }
    return nullptr;
}

Bytes digest_of(DigestKind kind, ByteView bytes) {
    Digest digest(kind);
    digest.update(bytes);
    return digest.finish();
}

}  // namespace

Digest::Digest(DigestKind kind) : state_(std::make_unique<State>()) {
    // Without a working hash nothing that follows could be trusted.
    if (EVP_DigestInit_ex(state_->context, algorithm(kind), nullptr) != 1) std::abort();
}
Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::update(ByteView bytes) {
    if (EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) != 1) std::abort();
}

Bytes Digest::finish() {
    Bytes out(EVP_MAX_MD_SIZE);
    unsigned size = 0;
    if (EVP_DigestFinal_ex(state_->context, out.data(), &size) != 1) std::abort();
    out.resize(size);
    return out;
}

Bytes sha256(ByteView bytes) { return digest_of(DigestKind::kSha256, bytes); }
Bytes sha1(ByteView bytes) { return digest_of(DigestKind::kSha1, bytes); }

}  // namespace musubi
