#include "platform/vault/crypto.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <atomic>
#include <cstdlib>

namespace musubi::vault {
namespace {

void need(bool ok) {
    if (!ok) std::abort();
}

// Looking an algorithm up by name costs more than sealing a small text, so it is done once.
EVP_CIPHER const* aes_256_gcm() {
    static EVP_CIPHER const* const kCipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    return kCipher;
}

// One context for each direction and thread. Freeing it wipes the expanded key.
class ThreadCipher {
public:
    explicit ThreadCipher(int direction) : direction_(direction) { need(context_ != nullptr); }
    ~ThreadCipher() { EVP_CIPHER_CTX_free(context_); }
    ThreadCipher(ThreadCipher const&) = delete;
    ThreadCipher& operator=(ThreadCipher const&) = delete;

    EVP_CIPHER_CTX* with(CipherKey const& key, ByteView nonce) {
        bool const same = serial_ == key.serial;
        // The serial is kept only for a context that was set up to the end.
        serial_ = 0;
        need(EVP_CipherInit_ex2(context_, same ? nullptr : aes_256_gcm(),
                                same ? nullptr : key.key.view().data(), nonce.data(), direction_,
                                nullptr) == 1);
        serial_ = key.serial;
        return context_;
    }

private:
    int const direction_;
    EVP_CIPHER_CTX* context_ = EVP_CIPHER_CTX_new();
    std::uint64_t serial_ = 0;
};

// One for each thread: a record of a patient has forty tokens, and looking the algorithm up costs
// more than one of them. Freeing it wipes the key.
struct ThreadMac {
    ThreadMac() {
        static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
        need(algorithm != nullptr);
        context = EVP_MAC_CTX_new(algorithm);
        char digest[] = "SHA256";
        OSSL_PARAM const params[] = {
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
            OSSL_PARAM_construct_end()};
        need(context != nullptr && EVP_MAC_CTX_set_params(context, params) == 1);
    }
    ~ThreadMac() { EVP_MAC_CTX_free(context); }
    ThreadMac(ThreadMac const&) = delete;
    ThreadMac& operator=(ThreadMac const&) = delete;
    EVP_MAC_CTX* context = nullptr;
};

void update(EVP_CIPHER_CTX* context, std::uint8_t* out, ByteView in) {
    int written = 0;
    need(in.size() <= INT32_MAX);
    if (!in.empty())
        need(EVP_CipherUpdate(context, out, &written, in.data(), static_cast<int>(in.size())) == 1);
}

}  // namespace

CipherKey::CipherKey() {
    static std::atomic<std::uint64_t> last{0};
    serial = ++last;
}

void gcm_seal(CipherKey const& key, ByteView nonce, ByteView aad, ByteView plain,
              std::uint8_t* out) {
    thread_local ThreadCipher cipher(1);
    EVP_CIPHER_CTX* const context = cipher.with(key, nonce);
    update(context, nullptr, aad);
    update(context, out, plain);
    int written = 0;
    need(EVP_CipherFinal_ex(context, out + plain.size(), &written) == 1);
    need(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagSize, out + plain.size()) == 1);
}

bool gcm_open(CipherKey const& key, ByteView nonce, ByteView aad, ByteView sealed,
              std::uint8_t* out) {
    if (sealed.size() < kTagSize) return false;
    thread_local ThreadCipher cipher(0);
    EVP_CIPHER_CTX* const context = cipher.with(key, nonce);
    ByteView const text = sealed.first(sealed.size() - kTagSize);
    ByteView const tag = sealed.last(kTagSize);
    update(context, nullptr, aad);
    update(context, out, text);
    need(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagSize,
                             const_cast<std::uint8_t*>(tag.data())) == 1);
    int written = 0;
    std::uint8_t nothing[16];
    if (EVP_CipherFinal_ex(context, nothing, &written) == 1) return true;
    wipe(out, text.size());
    return false;
}

void hkdf(ByteView secret, ByteView salt, std::string_view info, SecretKey& out) {
    static EVP_KDF* const kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
    need(kdf != nullptr);
    EVP_KDF_CTX* const context = EVP_KDF_CTX_new(kdf);
    char digest[] = "SHA256";
    OSSL_PARAM const params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY,
                                          const_cast<std::uint8_t*>(secret.data()), secret.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, const_cast<char*>(info.data()),
                                          info.size()),
        // Without a salt the last row ends the list: RFC 5869 then takes zeros.
        salt.empty()
            ? OSSL_PARAM_construct_end()
            : OSSL_PARAM_construct_octet_string(
                  OSSL_KDF_PARAM_SALT, const_cast<std::uint8_t*>(salt.data()), salt.size()),
        OSSL_PARAM_construct_end(),
    };
    need(context != nullptr && EVP_KDF_derive(context, out.data(), SecretKey::kSize, params) == 1);
    EVP_KDF_CTX_free(context);
}

void hmac(SecretKey const& key, ByteView message, std::uint8_t out[32]) {
    thread_local ThreadMac mac;
    std::size_t size = 0;
    need(EVP_MAC_init(mac.context, key.view().data(), SecretKey::kSize, nullptr) == 1 &&
         EVP_MAC_update(mac.context, message.data(), message.size()) == 1 &&
         EVP_MAC_final(mac.context, out, &size, 32) == 1);
}

void random_octets(std::uint8_t* out, std::size_t size) {
    need(RAND_bytes(out, static_cast<int>(size)) == 1);
}

}  // namespace musubi::vault
