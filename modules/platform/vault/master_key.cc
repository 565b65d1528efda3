#include "platform/vault/master_key.h"

#include "platform/base/text.h"
#include "platform/vault/crypto.h"
#include "platform/vault/durable_file.h"
#include "platform/vault/key_files.h"
#include "platform/vault/key_share.h"
#include "platform/vault/pkcs11_key.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace musubi::vault {
namespace {

constexpr std::string_view kFile = "file:", kShares = "shares:", kToken = "pkcs11:";
constexpr std::size_t kMaxShareFile = 4096;

std::string name_of(SecretKey const& master) {
    SecretKey name;
    hkdf(master.view(), {}, "musubi 1 name", name);
    return to_hex(name.view().first(8));
}

/// A master key whose octets lie in this process.
class PlainMasterKey final : public MasterKey {
public:
    explicit PlainMasterKey(SecretKey const& master) : MasterKey(name_of(master)) {
        hkdf(master.view(), {}, "musubi 1 wrapping", wrapping_.key);
        hkdf(master.view(), {}, "musubi 1 token", token_);
    }

    Result<Bytes> wrap(SecretKey const& key, std::string_view binding) override {
        Bytes out(kNonceSize + SecretKey::kSize + kTagSize);
        random_octets(out.data(), kNonceSize);
        gcm_seal(wrapping_, ByteView(out).first(kNonceSize), as_bytes(binding), key.view(),
                 out.data() + kNonceSize);
        return out;
    }
    Result<SecretKey> unwrap(ByteView wrapped, std::string_view binding) override {
        SecretKey key;
        if (wrapped.size() != kNonceSize + SecretKey::kSize + kTagSize ||
            !gcm_open(wrapping_, wrapped.first(kNonceSize), as_bytes(binding),
                      wrapped.subspan(kNonceSize), key.data()))
            return Error(Code::kStorageUnavailable, "altered, or wrapped by another master key");
        return key;
    }
    bool derive_token_key(SecretKey& out) const override {
        std::copy(token_.view().begin(), token_.view().end(), out.data());
        return true;
    }

private:
    CipherKey wrapping_;
    SecretKey token_;
};

std::filesystem::path located(std::string_view path, std::filesystem::path const& base) {
    std::filesystem::path const out = path;
    return out.is_absolute() ? out : base / out;
}

/// A file or a descriptor, which may be a pipe.
Result<KeyShare> read_share_file(std::filesystem::path const& path) {
    int const fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return system_error("open", path, errno);
    struct stat info {};
    bool const open_to_others =
        ::fstat(fd, &info) != 0 || (S_ISREG(info.st_mode) && (info.st_mode & 0077) != 0);
    Bytes text(kMaxShareFile);
    std::size_t size = 0;
    ssize_t got = 1;
    while (!open_to_others && got != 0 && size < text.size()) {
        got = ::read(fd, text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) break;
        size += static_cast<std::size_t>(got);
    }
    ::close(fd);
    if (open_to_others)
        return Error(Code::kStorageUnavailable,
                     path.string() + ": others than its owner may use it (chmod 600)");
    if (got < 0) return system_error("read", path, EIO);
    auto share = read_share(as_text(ByteView(text).first(size)));
    wipe(text);
    if (!share) share.error().detail += " (" + path.string() + ")";
    return share;
}

Result<SecretKey> join(std::vector<std::filesystem::path> const& files) {
    std::vector<KeyShare> shares;
    for (auto const& file : files) shares.push_back(TRY(read_share_file(file)));
    SecretKey master = TRY(join_shares(shares));
    if (name_of(master) != shares.front().master)
        return Error(Code::kInvalidContent, "the shares do not make the master key they name");
    return master;
}

std::vector<std::filesystem::path> share_files(std::string_view list,
                                               std::filesystem::path const& base) {
    std::vector<std::filesystem::path> out;
    for (std::string_view const path : split(list, ',')) out.push_back(located(trim(path), base));
    return out;
}

}  // namespace

std::filesystem::path master_key_path(std::string const& description,
                                      std::filesystem::path const& base) {
    std::string_view text = description;
    if (text.starts_with(kShares) || text.starts_with(kToken)) return {};
    if (text.starts_with(kFile)) text.remove_prefix(kFile.size());
    return located(text, base);
}

Result<std::shared_ptr<MasterKey>> open_master_key(std::string const& description,
                                                   std::filesystem::path const& base) {
    std::string_view const text = description;
    if (text.starts_with(kToken)) return open_pkcs11_key(TRY(parse_pkcs11_uri(text, base)));
    SecretKey const master = text.starts_with(kShares)
                                 ? TRY(join(share_files(text.substr(kShares.size()), base)))
                                 : TRY(read_master_key(master_key_path(description, base)));
    return std::shared_ptr<MasterKey>(std::make_shared<PlainMasterKey>(master));
}

Status make_master_key(std::string const& description, std::filesystem::path const& base) {
    if (description.starts_with(kToken))
        return make_pkcs11_key(TRY(parse_pkcs11_uri(description, base)));
    if (description.starts_with(kShares))
        return Error(Code::kUnsupported, "make a master key in a file, then split it");
    auto const path = master_key_path(description, base);
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored))
        return Error(Code::kConflict, path.string() + " exists");
    if (path.has_parent_path()) TRY(make_folder(path.parent_path()));
    return create_master_key(path);
}

Result<std::vector<std::string>> split_master_key(std::filesystem::path const& file,
                                                  ShareCount const& count) {
    if (count.threshold < 2 || count.threshold > count.shares || count.shares > 255)
        return Error(Code::kInvalidContent, "2 <= threshold <= shares <= 255 is expected");
    SecretKey const master = TRY(read_master_key(file));
    std::string const name = name_of(master);
    std::vector<std::string> lines;
    for (SecretPart& part : split_secret(master, count.shares, count.threshold))
        lines.push_back(to_line({count.threshold, name, std::move(part)}));
    return lines;
}

Status join_master_key(std::vector<std::filesystem::path> const& shares,
                       std::filesystem::path const& file) {
    SecretKey const master = TRY(join(shares));
    return write_master_key(file, master);
}

}  // namespace musubi::vault
