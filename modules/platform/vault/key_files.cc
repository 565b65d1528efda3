#include "platform/vault/key_files.h"

#include "platform/base/text.h"
#include "platform/vault/durable_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>

namespace musubi::vault {
namespace {

constexpr std::size_t kMaxFile = 4096;
constexpr std::string_view kMagic = "musubi-data-key-1";

Error damaged(std::filesystem::path const& path, char const* why) {
    return {Code::kStorageUnavailable, "key file " + path.string() + ": " + why};
}

std::string binding_of(KeyId id, std::uint32_t version, std::string_view institution) {
    return std::string(kMagic) + "\n" + std::to_string(id) + "\n" + std::to_string(version) + "\n" +
           std::string(institution);
}

bool read_number(std::string_view text, std::uint32_t& out) {
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

Result<SecretKey> read_master_key(std::filesystem::path const& path) {
    File const file = TRY(File::open(path));
    struct stat info {};
    if (::fstat(file.descriptor(), &info) != 0) return system_error("stat", path, errno);
    if (!S_ISREG(info.st_mode)) return damaged(path, "not a regular file");
    if ((info.st_mode & 0177) != 0) {
        return damaged(path, "others than its owner may use it; its mode must be 0600 (chmod 600)");
    }
    if (info.st_size > static_cast<off_t>(kMaxFile))
        return damaged(path, "too large for a master key");
    Bytes text(static_cast<std::size_t>(info.st_size));
    TRY(file.read_at(0, text));
    Result<Bytes> octets = from_hex(trim(as_text(text)));
    wipe(text);
    if (!octets || octets->size() != SecretKey::kSize)
        return damaged(path, "a master key has 64 hex digits");
    SecretKey key;
    std::copy(octets->begin(), octets->end(), key.data());
    wipe(*octets);
    return key;
}

Status create_master_key(std::filesystem::path const& path) {
    SecretKey key;
    random_octets(key.data(), SecretKey::kSize);
    std::string text = to_hex(key.view()) + "\n";
    File file = TRY(File::create(path));
    Status done = file.write(as_bytes(text));
    wipe(reinterpret_cast<std::uint8_t*>(text.data()), text.size());
    if (done) done = file.sync();
    if (!done) {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
        return done;
    }
    return sync_folder(path.has_parent_path() ? path.parent_path() : ".");
}

std::filesystem::path data_key_path(std::filesystem::path const& folder, KeyId id) {
    char name[16];
    std::snprintf(name, sizeof(name), "%08x.key", id);
    return folder / name;
}

Status write_data_key(std::filesystem::path const& folder, DataKeyFile const& key,
                      CipherKey const& wrapping) {
    std::array<std::uint8_t, kNonceSize> nonce;
    random_octets(nonce.data(), nonce.size());
    Bytes wrapped(SecretKey::kSize + kTagSize);
    std::string const binding = binding_of(key.id, key.version, key.institution);
    gcm_seal(wrapping, nonce, as_bytes(binding), key.key.view(), wrapped.data());
    std::string const text = binding + "\n" + to_hex(nonce) + "\n" + to_hex(wrapped) + "\n";
    return write_atomically(data_key_path(folder, key.id), as_bytes(text));
}

Result<DataKeyFile> read_data_key(std::filesystem::path const& path, CipherKey const& wrapping) {
    Bytes const text = TRY(read_small_file(path, kMaxFile));
    std::vector<std::string_view> const lines = split(as_text(text), '\n');
    DataKeyFile out;
    if (lines.size() != 7 || lines[0] != kMagic || !read_number(lines[1], out.id) ||
        !read_number(lines[2], out.version)) {
        return damaged(path, "not a data key");
    }
    out.institution = lines[3];
    Result<Bytes> const nonce = from_hex(lines[4]);
    Result<Bytes> const wrapped = from_hex(lines[5]);
    if (!nonce || !wrapped || nonce->size() != kNonceSize ||
        wrapped->size() != SecretKey::kSize + kTagSize) {
        return damaged(path, "not a data key");
    }
    std::string const binding = binding_of(out.id, out.version, out.institution);
    if (path.filename() != data_key_path({}, out.id).filename() ||
        !gcm_open(wrapping, *nonce, as_bytes(binding), *wrapped, out.key.data())) {
        return damaged(path, "altered, or wrapped by another master key");
    }
    return out;
}

Result<std::vector<KeyId>> list_data_keys(std::filesystem::path const& folder) {
    std::vector<KeyId> ids;
    std::error_code failed;
    for (auto const& entry : std::filesystem::directory_iterator(folder, failed)) {
        std::string const name = entry.path().filename().string();
        if (name.size() != 12 || !name.ends_with(".key")) continue;
        KeyId id = 0;
        auto const [end, error] = std::from_chars(name.data(), name.data() + 8, id, 16);
        if (error == std::errc() && end == name.data() + 8) ids.push_back(id);
    }
    if (failed) return system_error("list", folder, failed.value());
    std::sort(ids.begin(), ids.end());
    return ids;
}

}  // namespace musubi::vault
