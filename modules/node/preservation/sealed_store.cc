#include "node/preservation/sealed_store.h"

#include "platform/base/digest.h"
#include "platform/base/ids.h"
#include "platform/vault/durable_file.h"
#include "platform/vault/stream.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace musubi::node {
namespace {

namespace fs = std::filesystem;

constexpr char const* kOwner = "backup";
constexpr std::string_view kObject = "musubi backup object";
constexpr std::size_t kMaxManifest = 1U << 30;
constexpr std::size_t kPiece = 64 * 1024;

bool is_hex_name(std::string const& name) {
    return name.size() == 64 && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

Status read_file(fs::path const& path, std::uint64_t size, ByteSink const& sink) {
    auto const file = TRY(vault::File::open(path));
    Bytes piece;
    for (std::uint64_t at = 0; at < size; at += piece.size()) {
        piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, size - at)));
        TRY(file.read_at(at, piece));
        TRY(sink(piece));
    }
    return {};
}

Status sync_file_system(fs::path const& folder) {
    int const fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return vault::system_error("open", folder, errno);
    int const failed = ::syncfs(fd) != 0 ? errno : 0;
    ::close(fd);
    if (failed != 0) return vault::system_error("sync", folder, failed);
    return {};
}

Result<int> take_lock(fs::path const& path) {
    int const fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return vault::system_error("open", path, errno);
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
    ::close(fd);
    return Error(Code::kConflict, path.parent_path().string() + " is in use by another process");
}

}  // namespace

Result<SealedStore> SealedStore::open(fs::path const& root, std::shared_ptr<vault::MasterKey> key,
                                      Open how) {
    bool const writes = how == Open::kToWrite;
    if (writes) {
        TRY(vault::make_folder(root));
        TRY(vault::make_folder(root / "objects"));
        TRY(vault::make_folder(root / "generations"));
    } else if (std::error_code ignored; !fs::exists(root / "generations", ignored)) {
        return Error(Code::kNotFound, root.string() + " holds no backup");
    }
    auto keys = vault::KeyRing::open(
        root / "ring", {.current = std::move(key)},
        writes ? vault::KeyRing::IfAbsent::kCreate : vault::KeyRing::IfAbsent::kRefuse);
    if (!keys) return Error(keys.error().code, "backup's keys: " + keys.error().detail);
    int lock = -1;
    if (writes) lock = TRY(take_lock(root / "lock"));
    return SealedStore(root, std::move(*keys), lock);
}

SealedStore::SealedStore(SealedStore&& other) noexcept
    : root_(std::move(other.root_)),
      keys_(std::move(other.keys_)),
      lock_(std::exchange(other.lock_, -1)) {}

SealedStore::~SealedStore() {
    if (lock_ >= 0) ::close(lock_);
}

fs::path SealedStore::object_path(std::string const& name) const {
    return root_ / "objects" / name.substr(0, 2) / name;
}

bool SealedStore::has(std::string const& name) const {
    std::error_code ignored;
    return is_hex_name(name) && fs::exists(object_path(name), ignored);
}

Result<StoredObject> SealedStore::put(Source const& source) {
    fs::path const draft = root_ / "objects" / (system_ids().uuid().to_string() + ".part");
    auto file = TRY(vault::File::create(draft));
    Digest digest(DigestKind::kSha256);
    StoredObject object;
    Status done = [&]() -> Status {
        auto stream = TRY(vault::SealingStream::start(
            *keys_, vault::Purpose::kDocument, kOwner, as_bytes(kObject),
            [&](ByteView sealed) { return file.write(sealed); }));
        TRY(source([&](ByteView plain) -> Status {
            digest.update(plain);
            object.size += plain.size();
            return stream.write(plain);
        }));
        return stream.finish();
    }();
    if (done) {
        object.sha256 = to_hex(digest.finish());
        object.name = to_hex(
            keys_->blind_token("backup-object", object.sha256 + " " + std::to_string(object.size)));
        object.fresh = !has(object.name);
        // A name stands for whole contents, also after a power cut: the next backup trusts it.
        if (object.fresh) done = file.sync();
    }
    if (done) {
        TRY(vault::make_folder(object_path(object.name).parent_path()));
        if (object.fresh && ::rename(draft.c_str(), object_path(object.name).c_str()) != 0)
            done = vault::system_error("rename", draft, errno);
    }
    if (!done || !object.fresh) ::unlink(draft.c_str());
    if (!done) return done.error();
    return object;
}

Status SealedStore::get(StoredObject const& object, ByteSink const& sink) {
    if (!is_hex_name(object.name)) return Error(Code::kInvalidContent, "no name of an object");
    auto const path = object_path(object.name);
    Digest digest(DigestKind::kSha256);
    std::uint64_t size = 0;
    vault::OpeningStream stream(*keys_, vault::Purpose::kDocument, kOwner,
                                Bytes(kObject.begin(), kObject.end()),
                                [&](ByteView plain) -> Status {
                                    digest.update(plain);
                                    size += plain.size();
                                    return sink(plain);
                                });
    auto const sealed_size = TRY(TRY(vault::File::open(path)).size());
    TRY(read_file(path, sealed_size, [&](ByteView sealed) { return stream.write(sealed); }));
    TRY(stream.finish());
    if (size != object.size || to_hex(digest.finish()) != object.sha256)
        return Error(Code::kStorageUnavailable, path.string() + " is not what was stored");
    return {};
}

Status SealedStore::put_generation(std::string const& name, std::string const& text) {
    TRY(sync_file_system(root_));
    Bytes const sealed =
        TRY(keys_->seal(vault::Purpose::kMetadata, kOwner, as_bytes(text), as_bytes(name)));
    return vault::write_atomically(root_ / "generations" / name, sealed);
}

Result<std::string> SealedStore::generation(std::string const& name) {
    Bytes const sealed = TRY(vault::read_small_file(root_ / "generations" / name, kMaxManifest));
    Bytes const plain = TRY(keys_->open(vault::Purpose::kMetadata, kOwner, sealed, as_bytes(name)));
    return std::string(as_text(plain));
}

Result<std::vector<std::string>> SealedStore::generations() const {
    std::vector<std::string> names;
    std::error_code failed;
    for (auto const& entry : fs::directory_iterator(root_ / "generations", failed)) {
        std::string const name = entry.path().filename().string();
        if (!name.ends_with(".tmp")) names.push_back(name);
    }
    if (failed) return vault::system_error("list", root_ / "generations", failed.value());
    std::sort(names.begin(), names.end());
    return names;
}

Status SealedStore::remove_generation(std::string const& name) {
    auto const path = root_ / "generations" / name;
    if (::unlink(path.c_str()) != 0) return vault::system_error("remove", path, errno);
    return vault::sync_folder(root_ / "generations");
}

Result<int> SealedStore::remove_objects(std::set<std::string> const& names) {
    int removed = 0;
    for (std::string const& name : names) {
        if (!is_hex_name(name)) return Error(Code::kInvalidContent, "no name of an object");
        auto const path = object_path(name);
        if (::unlink(path.c_str()) == 0)
            ++removed;
        else if (errno != ENOENT)
            return vault::system_error("remove", path, errno);
    }
    return removed;
}

Result<int> SealedStore::keep_only(std::set<std::string> const& names) {
    std::vector<fs::path> left_over;
    std::error_code failed;
    for (auto const& entry : fs::recursive_directory_iterator(root_ / "objects", failed)) {
        if (entry.is_regular_file() && !names.contains(entry.path().filename().string()))
            left_over.push_back(entry.path());
    }
    if (failed) return vault::system_error("list", root_ / "objects", failed.value());
    for (fs::path const& path : left_over)
        if (::unlink(path.c_str()) != 0) return vault::system_error("remove", path, errno);
    return static_cast<int>(left_over.size());
}

Source source_of_file(fs::path const& path, std::uint64_t size) {
    return [path, size](ByteSink const& sink) { return read_file(path, size, sink); };
}

}  // namespace musubi::node
