#include "platform/vault/key_files.h"

#include "platform/base/fault.h"
#include "platform/base/text.h"
#include "platform/vault/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>

namespace musubi::vault {
namespace {

constexpr std::size_t kMaxFile = 4096;
constexpr std::string_view kMagic1 = "musubi-data-key-1";
constexpr std::string_view kMagic = "musubi-data-key-2";
constexpr std::string_view kTokenMagic = "musubi-token-key-1";
constexpr std::string_view kErasedMagic = "musubi-erased-key-1";
constexpr char const* kTokenFile = "token.key";

Error damaged(std::filesystem::path const& path, std::string const& why) {
    return {Code::kStorageUnavailable, "key file " + path.string() + ": " + why};
}

std::string joined(std::initializer_list<std::string_view> lines) {
    std::string out;
    for (std::string_view const line : lines) out.append(out.empty() ? "" : "\n").append(line);
    return out;
}

/// What is authenticated beside the key.
std::string binding_of(DataKeyFile const& key) {
    std::string const id = std::to_string(key.id), version = std::to_string(key.version);
    return key.made_at.empty() ? joined({kMagic1, id, version, key.institution})
                               : joined({kMagic, id, version, key.institution, key.made_at});
}

bool read_number(std::string_view text, std::uint32_t& out) {
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size();
}

/// Who names itself in the file unwraps; where nobody is named, whoever can.
Result<SecretKey> unwrap(MasterKeys const& masters, std::string const& name, ByteView wrapped,
                         std::string const& binding) {
    Error failed(Code::kStorageUnavailable, "wrapped by another master key");
    for (auto const& master : {masters.current, masters.previous}) {
        if (!master || (!name.empty() && master->name() != name)) continue;
        auto key = master->unwrap(wrapped, binding);
        if (key) return key;
        failed = key.error();
    }
    return failed;
}

/// Ids of the files with this extension, ascending.
Result<std::vector<KeyId>> list_ids(std::filesystem::path const& folder,
                                    std::string_view extension) {
    std::vector<KeyId> ids;
    std::error_code failed;
    for (auto const& entry : std::filesystem::directory_iterator(folder, failed)) {
        std::string const name = entry.path().filename().string();
        if (name.size() != 8 + extension.size() || !name.ends_with(extension)) continue;
        KeyId id = 0;
        auto const [end, error] = std::from_chars(name.data(), name.data() + 8, id, 16);
        if (error == std::errc() && end == name.data() + 8) ids.push_back(id);
    }
    if (failed) return system_error("list", folder, failed.value());
    std::sort(ids.begin(), ids.end());
    return ids;
}

std::filesystem::path path_of(std::filesystem::path const& folder, KeyId id,
                              char const* extension) {
    char name[24];
    std::snprintf(name, sizeof(name), "%08x%s", id, extension);
    return folder / name;
}

/// What a file system that writes in place then holds; others, and flash, may keep the old octets:
/// what they would give is wrapped by the master key.
Status overwrite(std::filesystem::path const& path) {
    int const fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return system_error("open", path, errno);
    struct stat info {};
    Bytes noise(kMaxFile);
    random_octets(noise.data(), noise.size());
    bool done = ::fstat(fd, &info) == 0;
    auto const size = std::min<std::size_t>(static_cast<std::size_t>(info.st_size), noise.size());
    done = done && ::pwrite(fd, noise.data(), size, 0) == static_cast<ssize_t>(size) &&
           ::fsync(fd) == 0;
    ::close(fd);
    if (!done) return system_error("overwrite", path, EIO);
    return {};
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
    return write_master_key(path, key);
}

Status write_master_key(std::filesystem::path const& path, SecretKey const& key) {
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
    return path_of(folder, id, ".key");
}

Status write_data_key(std::filesystem::path const& folder, DataKeyFile const& key,
                      MasterKey& master) {
    std::string const binding = binding_of(key);
    Bytes const wrapped = TRY(master.wrap(key.key, binding));
    std::string const text = joined({binding, master.name(), to_hex(wrapped)}) + "\n";
    return write_atomically(data_key_path(folder, key.id), as_bytes(text));
}

Result<DataKeyFile> read_data_key(std::filesystem::path const& path, MasterKeys const& masters) {
    Bytes const text = TRY(read_small_file(path, kMaxFile));
    std::vector<std::string_view> const lines = split(as_text(text), '\n');
    DataKeyFile out;
    bool const old = lines.size() == 7 && lines[0] == kMagic1;
    if ((!old && (lines.size() != 8 || lines[0] != kMagic)) || !read_number(lines[1], out.id) ||
        !read_number(lines[2], out.version)) {
        return damaged(path, "not a data key");
    }
    out.institution = lines[3];
    // Format 1 has the nonce in a line of its own.
    if (!old) {
        out.made_at = lines[4];
        out.master = lines[5];
    }
    Result<Bytes> const wrapped =
        from_hex(old ? std::string(lines[4]) + std::string(lines[5]) : std::string(lines[6]));
    if (!wrapped || wrapped->size() != kNonceSize + SecretKey::kSize + kTagSize ||
        out.made_at.empty() != old)
        return damaged(path, "not a data key");
    if (path.filename() != data_key_path({}, out.id).filename())
        return damaged(path, "altered: another key's number");
    auto key = unwrap(masters, out.master, *wrapped, binding_of(out));
    if (!key) return damaged(path, key.error().detail);
    out.key = std::move(*key);
    return out;
}

Result<std::vector<KeyId>> list_data_keys(std::filesystem::path const& folder) {
    std::vector<KeyId> const erased = TRY(list_ids(folder, ".erased"));
    std::vector<KeyId> ids = TRY(list_ids(folder, ".key"));
    std::erase_if(ids,
                  [&](KeyId id) { return std::binary_search(erased.begin(), erased.end(), id); });
    return ids;
}

Result<std::optional<TokenKeyFile>> read_token_key(std::filesystem::path const& folder,
                                                   MasterKeys const& masters) {
    auto const path = folder / kTokenFile;
    auto const text = read_small_file(path, kMaxFile);
    if (!text && text.error().code == Code::kNotFound) return std::optional<TokenKeyFile>();
    if (!text) return text.error();
    std::vector<std::string_view> const lines = split(as_text(*text), '\n');
    if (lines.size() != 4 || lines[0] != kTokenMagic) return damaged(path, "not a token key");
    Result<Bytes> const wrapped = from_hex(lines[2]);
    if (!wrapped || wrapped->size() != kNonceSize + SecretKey::kSize + kTagSize)
        return damaged(path, "not a token key");
    TokenKeyFile out;
    out.master = lines[1];
    auto key = unwrap(masters, out.master, *wrapped, std::string(kTokenMagic));
    if (!key) return damaged(path, key.error().detail);
    out.key = std::move(*key);
    return std::optional<TokenKeyFile>(std::move(out));
}

Status write_token_key(std::filesystem::path const& folder, SecretKey const& key,
                       MasterKey& master) {
    Bytes const wrapped = TRY(master.wrap(key, kTokenMagic));
    std::string const text = joined({kTokenMagic, master.name(), to_hex(wrapped)}) + "\n";
    return write_atomically(folder / kTokenFile, as_bytes(text));
}

Result<std::vector<ErasedKey>> list_erased_keys(std::filesystem::path const& folder) {
    std::vector<ErasedKey> out;
    for (KeyId const id : TRY(list_ids(folder, ".erased"))) {
        auto const path = path_of(folder, id, ".erased");
        Bytes const text = TRY(read_small_file(path, kMaxFile));
        std::vector<std::string_view> const lines = split(as_text(text), '\n');
        ErasedKey key;
        if (lines.size() != 6 || lines[0] != kErasedMagic || !read_number(lines[1], key.id) ||
            key.id != id || !read_number(lines[2], key.version))
            return damaged(path, "not the rest of a destroyed key");
        key.institution = lines[3];
        key.erased_at = lines[4];
        out.push_back(std::move(key));
    }
    return out;
}

Status erase_data_key(std::filesystem::path const& folder, ErasedKey const& key) {
    std::string const text = joined({kErasedMagic, std::to_string(key.id),
                                     std::to_string(key.version), key.institution, key.erased_at}) +
                             "\n";
    TRY(write_atomically(path_of(folder, key.id, ".erased"), as_bytes(text)));
    TRY(FAULT("vault.erase_noted"));
    auto const path = data_key_path(folder, key.id);
    if (auto const done = overwrite(path); !done && done.error().code != Code::kNotFound)
        return done;
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return system_error("remove", path, errno);
    return sync_folder(folder);
}

}  // namespace musubi::vault
