#include "platform/vault/pkcs11_key.h"

#include "platform/base/digest.h"
#include "platform/base/text.h"
#include "platform/vault/crypto.h"
#include "platform/vault/durable_file.h"

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>

#include <algorithm>
#include <mutex>

namespace musubi::vault {
namespace {

constexpr std::size_t kMaxPinFile = 4096;

Error refused(char const* call, CK_RV code) {
    char number[24];
    std::snprintf(number, sizeof(number), "0x%lx", code);
    return {Code::kStorageUnavailable, std::string("token: ") + call + " failed with " + number};
}

#define CALL(call)                                                                 \
    if (CK_RV const code = functions_->call; code != CKR_OK) {                     \
        std::string_view const text = #call;                                       \
        return refused(std::string(text.substr(0, text.find('('))).c_str(), code); \
    }

CK_BYTE_PTR octets_of(std::string& text) { return reinterpret_cast<CK_BYTE_PTR>(text.data()); }
/// The interface takes everything as writable; what is passed like this is only read.
CK_BYTE_PTR readable(ByteView bytes) { return const_cast<CK_BYTE_PTR>(bytes.data()); }

/// One session of a token, logged in. One thread at a time.
class Token {
public:
    static Result<std::unique_ptr<Token>> open(Pkcs11Uri const& uri) {
        std::unique_ptr<Token> token(new Token);
        TRY(token->load(uri.module));
        TRY(token->log_in(uri));
        return token;
    }
    ~Token() {
        if (session_ != CK_INVALID_HANDLE) functions_->C_CloseSession(session_);
    }
    Token(Token const&) = delete;
    Token& operator=(Token const&) = delete;

    /// CK_INVALID_HANDLE: there is none.
    Result<CK_OBJECT_HANDLE> find(std::string label) {
        CK_OBJECT_CLASS kind = CKO_SECRET_KEY;
        CK_ATTRIBUTE wanted[] = {{CKA_CLASS, &kind, sizeof(kind)},
                                 {CKA_LABEL, label.data(), label.size()}};
        CK_OBJECT_HANDLE found[2] = {};
        CK_ULONG count = 0;
        CALL(C_FindObjectsInit(session_, wanted, 2));
        CK_RV const searched = functions_->C_FindObjects(session_, found, 2, &count);
        CALL(C_FindObjectsFinal(session_));
        if (searched != CKR_OK) return refused("C_FindObjects", searched);
        if (count > 1)
            return Error(Code::kInvalidContent, "token: two keys have the label of the master key");
        return count == 0 ? CK_OBJECT_HANDLE{CK_INVALID_HANDLE} : found[0];
    }

    Status generate(std::string label) {
        CK_MECHANISM mechanism{CKM_AES_KEY_GEN, nullptr, 0};
        CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
        CK_ULONG size = SecretKey::kSize;
        CK_ATTRIBUTE attributes[] = {
            {CKA_TOKEN, &yes, sizeof(yes)},       {CKA_PRIVATE, &yes, sizeof(yes)},
            {CKA_SENSITIVE, &yes, sizeof(yes)},   {CKA_EXTRACTABLE, &no, sizeof(no)},
            {CKA_ENCRYPT, &yes, sizeof(yes)},     {CKA_DECRYPT, &yes, sizeof(yes)},
            {CKA_VALUE_LEN, &size, sizeof(size)}, {CKA_LABEL, label.data(), label.size()}};
        CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
        CALL(C_GenerateKey(session_, &mechanism, attributes, std::size(attributes), &key));
        return {};
    }

    Result<Bytes> encrypt(CK_OBJECT_HANDLE key, ByteView nonce, ByteView aad, ByteView plain) {
        CK_GCM_PARAMS gcm = parameters(nonce, aad);
        CK_MECHANISM mechanism{CKM_AES_GCM, &gcm, sizeof(gcm)};
        CALL(C_EncryptInit(session_, &mechanism, key));
        Bytes out(plain.size() + kTagSize);
        CK_ULONG size = out.size();
        CALL(C_Encrypt(session_, readable(plain), plain.size(), out.data(), &size));
        if (size != out.size()) return refused("C_Encrypt", CKR_GENERAL_ERROR);
        return out;
    }

    Status decrypt(CK_OBJECT_HANDLE key, ByteView nonce, ByteView aad, ByteView sealed,
                   SecretKey& out) {
        CK_GCM_PARAMS gcm = parameters(nonce, aad);
        CK_MECHANISM mechanism{CKM_AES_GCM, &gcm, sizeof(gcm)};
        CALL(C_DecryptInit(session_, &mechanism, key));
        // Some tokens want room for the tag too.
        Bytes plain(SecretKey::kSize + kTagSize);
        CK_ULONG size = plain.size();
        CK_RV const done =
            functions_->C_Decrypt(session_, readable(sealed), sealed.size(), plain.data(), &size);
        if (done == CKR_OK && size == SecretKey::kSize)
            std::copy_n(plain.begin(), SecretKey::kSize, out.data());
        wipe(plain);
        if (done != CKR_OK) return refused("C_Decrypt", done);
        if (size != SecretKey::kSize) return refused("C_Decrypt", CKR_GENERAL_ERROR);
        return {};
    }

private:
    Token() = default;

    static CK_GCM_PARAMS parameters(ByteView nonce, ByteView aad) {
        return {readable(nonce), nonce.size(), nonce.size() * 8,
                readable(aad),   aad.size(),   kTagSize * 8};
    }

    Status load(std::filesystem::path const& module) {
        // Never closed: such libraries keep threads and state of the whole process.
        void* const library = ::dlopen(module.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (!library) return Error(Code::kNotFound, "token: cannot load " + module.string());
        auto const list =
            reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
        if (!list || list(&functions_) != CKR_OK || !functions_)
            return Error(Code::kInvalidContent, module.string() + " is no PKCS#11 library");
        CK_C_INITIALIZE_ARGS arguments{};
        arguments.flags = CKF_OS_LOCKING_OK;
        CK_RV const begun = functions_->C_Initialize(&arguments);
        if (begun != CKR_OK && begun != CKR_CRYPTOKI_ALREADY_INITIALIZED)
            return refused("C_Initialize", begun);
        return {};
    }

    Result<CK_SLOT_ID> slot_of(std::string const& label) {
        CK_ULONG count = 0;
        CALL(C_GetSlotList(CK_TRUE, nullptr, &count));
        std::vector<CK_SLOT_ID> slots(count);
        CALL(C_GetSlotList(CK_TRUE, slots.data(), &count));
        slots.resize(count);
        for (CK_SLOT_ID const slot : slots) {
            CK_TOKEN_INFO info{};
            if (functions_->C_GetTokenInfo(slot, &info) != CKR_OK) continue;
            std::string_view const name(reinterpret_cast<char const*>(info.label),
                                        sizeof(info.label));
            if (trim(name) == label) return slot;
        }
        return Error(Code::kNotFound, "token: there is none with the label " + label);
    }

    Status log_in(Pkcs11Uri const& uri) {
        CK_SLOT_ID const slot = TRY(slot_of(uri.token));
        CALL(C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &session_));
        Bytes text = TRY(read_small_file(uri.pin, kMaxPinFile));
        std::string pin(trim(split(as_text(text), '\n').front()));
        wipe(text);
        CK_RV const done = functions_->C_Login(session_, CKU_USER, octets_of(pin), pin.size());
        wipe(reinterpret_cast<std::uint8_t*>(pin.data()), pin.size());
        if (done != CKR_OK && done != CKR_USER_ALREADY_LOGGED_IN) return refused("C_Login", done);
        return {};
    }

    CK_FUNCTION_LIST_PTR functions_ = nullptr;
    CK_SESSION_HANDLE session_ = CK_INVALID_HANDLE;
};

#undef CALL

std::string name_of(Pkcs11Uri const& uri) {
    Bytes const digest = sha256(as_bytes(uri.token + "\n" + uri.object));
    return "token-" + to_hex(ByteView(digest).first(8));
}

Error no_such_key(Pkcs11Uri const& uri) {
    return {Code::kNotFound, "token " + uri.token + " has no secret key " + uri.object};
}

class TokenMasterKey final : public MasterKey {
public:
    explicit TokenMasterKey(Pkcs11Uri uri) : MasterKey(name_of(uri)), uri_(std::move(uri)) {}

    Status connect() {
        token_ = TRY(Token::open(uri_));
        key_ = TRY(token_->find(uri_.object));
        if (key_ == CK_INVALID_HANDLE) return no_such_key(uri_);
        return {};
    }

    Result<Bytes> wrap(SecretKey const& key, std::string_view binding) override {
        std::lock_guard const lock(mutex_);
        Bytes out(kNonceSize);
        random_octets(out.data(), out.size());
        Bytes const sealed = TRY(with_token([&]() -> Result<Bytes> {
            return token_->encrypt(key_, ByteView(out).first(kNonceSize), as_bytes(binding),
                                   key.view());
        }));
        out.insert(out.end(), sealed.begin(), sealed.end());
        return out;
    }

    Result<SecretKey> unwrap(ByteView wrapped, std::string_view binding) override {
        std::lock_guard const lock(mutex_);
        return with_token([&]() -> Result<SecretKey> {
            SecretKey key;
            TRY(token_->decrypt(key_, wrapped.first(kNonceSize), as_bytes(binding),
                                wrapped.subspan(kNonceSize), key));
            return key;
        });
    }

private:
    /// A token that was away (taken out, restarted) is asked once more in a new session.
    template <class Work>
    auto with_token(Work const& work) -> decltype(work()) {
        if (token_) {
            auto done = work();
            if (done) return done;
            token_.reset();
        }
        TRY(connect());
        return work();
    }

    Pkcs11Uri const uri_;
    std::mutex mutex_;
    std::unique_ptr<Token> token_;
    CK_OBJECT_HANDLE key_ = CK_INVALID_HANDLE;
};

}  // namespace

Result<std::shared_ptr<MasterKey>> open_pkcs11_key(Pkcs11Uri const& uri) {
    auto key = std::make_shared<TokenMasterKey>(uri);
    TRY(key->connect());
    return std::shared_ptr<MasterKey>(std::move(key));
}

Status make_pkcs11_key(Pkcs11Uri const& uri) {
    auto const token = TRY(Token::open(uri));
    if (TRY(token->find(uri.object)) != CK_INVALID_HANDLE)
        return Error(Code::kConflict, "token " + uri.token + " has a key " + uri.object);
    return token->generate(uri.object);
}

}  // namespace musubi::vault
