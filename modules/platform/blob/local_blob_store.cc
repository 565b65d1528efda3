#include "platform/base/digest.h"
#include "platform/base/fault.h"
#include "platform/base/log.h"
#include "platform/blob/folder_probe.h"
#include "platform/blob/local_blob_store_impl.h"
#include "platform/blob/staged_content.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <future>
#include <system_error>
#include <thread>

namespace musubi::blob {
namespace {

namespace fs = std::filesystem;

Error not_found(Uuid const& id) {
    return {Code::kNotFound, "blob " + id.to_string() + " does not exist"};
}

Result<WallTime> modified(fs::path const& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return vault::system_error("stat", path, errno);
    return WallTime(std::chrono::seconds(info.st_mtim.tv_sec) +
                    std::chrono::microseconds(info.st_mtim.tv_nsec / 1000));
}

/// Runs over all chunks, with a second thread where a large file makes somebody wait and a
/// processor may be idle. Both take the next block, so that they stay close to each other on the
/// disk. `look` gets the first chunk of a block and that behind its last.
template <class Look>
Status for_all_chunks(SealedFile const& file, Look const& look) {
    constexpr std::uint64_t kBlock = 16;   // 1 MiB
    constexpr std::uint64_t kLarge = 256;  // 16 MiB: far more work than starting a thread
    static std::atomic<unsigned> helpers{0};
    std::uint64_t const chunks = file.chunk_count();
    std::atomic<std::uint64_t> next{0};
    auto const work = [&]() -> Status {
        while (true) {
            std::uint64_t const first = next.fetch_add(kBlock);
            if (first >= chunks) return {};
            Status done = look(first, std::min(first + kBlock, chunks));
            if (done) continue;
            next = chunks;  // the other one need not go on
            return done;
        }
    };
    if (chunks < kLarge) return work();
    struct Place {
        unsigned const number = ++helpers;
        ~Place() { --helpers; }
    } const place;
    std::future<Status> other;
    if (place.number < std::max(2U, std::thread::hardware_concurrency())) {
        try {
            other = std::async(std::launch::async, work);
        } catch (std::system_error const&) {
            // No thread to be had: one does it all.
        }
    }
    Status const mine = work();
    Status const others = other.valid() ? other.get() : Status();
    return mine ? others : mine;
}

Status verify_whole(SealedFile const& file) {
    return for_all_chunks(file, [&](std::uint64_t first, std::uint64_t end) {
        return file.read_chunks(first, end, [](ByteView) { return Status(); });
    });
}

/// Checksums tell damage of any octet; the seals of both ends tell that it is this blob and all of
/// it.
Status check_whole(SealedFile const& file) {
    auto const checksums = TRY(file.checksums());
    if (checksums.empty()) return verify_whole(file);
    auto const seal_of = [&](std::uint64_t chunk) {
        return file.read_chunks(chunk, chunk + 1, [](ByteView) { return Status(); });
    };
    TRY(seal_of(0));
    if (file.chunk_count() > 1) TRY(seal_of(file.chunk_count() - 1));
    return for_all_chunks(file, [&](std::uint64_t first, std::uint64_t end) {
        return file.compare_chunks(first, end, checksums);
    });
}

// A file may vanish between listing and looking: then it is no longer ours to report.
bool vanished(Error const& error) { return error.code == Code::kNotFound; }

}  // namespace

fs::path LocalBlobStore::Impl::folder_of(Uuid const& id) const {
    std::string const text = id.to_string();
    return data / text.substr(0, 2) / text.substr(2, 2);
}
fs::path LocalBlobStore::Impl::path_of(Uuid const& id) const {
    return folder_of(id) / id.to_string();
}

Status LocalBlobStore::Impl::prepare() {
    TRY(vault::make_folder(staging));
    TRY(vault::make_folder(data));
    // Folders that a process made just before it was killed may not be durable yet.
    std::error_code failed;
    for (auto const& entry : fs::directory_iterator(data, failed))
        TRY(vault::sync_folder(entry.path()));
    if (failed) return vault::system_error("list", data, failed.value());
    return vault::sync_folder(data);
}

Status LocalBlobStore::Impl::commit(StagingFile& staged, vault::File& file) {
    fs::path const target = path_of(staged.id());
    TRY(FAULT("blob.after_write"));
    TRY(file.sync());
    TRY(FAULT("blob.after_fsync"));
    {
        std::lock_guard const lock(folders);
        TRY(vault::make_folder(target.parent_path()));
    }
    if (::rename(staged.path().c_str(), target.c_str()) != 0) {
        return vault::system_error("rename", staged.path(), errno);
    }
    staged.forget();
    Status done = FAULT("blob.after_rename");
    if (done) done = vault::sync_folder(target.parent_path());
    // Not known to be durable is not stored. The name itself is never used again.
    if (!done) ::unlink(target.c_str());
    return done;
}

LocalBlobStore::LocalBlobStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LocalBlobStore::~LocalBlobStore() = default;

Result<std::unique_ptr<LocalBlobStore>> LocalBlobStore::open(fs::path const& root,
                                                             vault::KeyRing& keys) {
    auto impl = std::make_unique<Impl>(root, keys);
    TRY(impl->prepare());
    return std::unique_ptr<LocalBlobStore>(new LocalBlobStore(std::move(impl)));
}

Result<StoredBlob> LocalBlobStore::put(Content const& content, std::string const& owner) {
    auto staging = TRY(StagingFile::create(impl_->keys, impl_->staging, owner));
    Digest digest(DigestKind::kSha1);
    TRY(content.read([&](ByteView piece) {
        digest.update(piece);
        return staging->write(piece);
    }));
    auto file = TRY(staging->finish(impl_->keys, owner));
    if (file->size() != content.size())
        return Error(Code::kInternal, "content is not as long as it says");
    TRY(impl_->commit(*staging, file->file()));
    return StoredBlob{staging->id(), file->size(), to_hex(digest.finish()), file->key_id()};
}

Result<StoredBlob> LocalBlobStore::adopt(ReceivedContent& content, std::string const& owner) {
    auto* const staged = dynamic_cast<StagedContent*>(&content);
    if (!staged || !staged->staging || staged->store != this || staged->owner != owner)
        return put(content, owner);
    std::unique_ptr<StagingFile> const staging = std::move(staged->staging);
    TRY(impl_->commit(*staging, staged->file->file()));
    return StoredBlob{staging->id(), staged->size(), staged->sha1, staged->file->key_id()};
}

Result<std::shared_ptr<Content>> LocalBlobStore::get(Uuid const& id, std::string const& owner) {
    if (owner.empty()) return Error(Code::kInvalidContent, "a blob is read for an owner");
    Result<vault::File> file = vault::File::open(impl_->path_of(id));
    if (!file) return vanished(file.error()) ? not_found(id) : std::move(file).error();
    return std::shared_ptr<Content>(
        TRY(SealedFile::open(impl_->keys, std::move(*file), id, owner)));
}

Status LocalBlobStore::verify(Uuid const& id) {
    Result<vault::File> file = vault::File::open(impl_->path_of(id));
    if (!file) return vanished(file.error()) ? not_found(id) : std::move(file).error();
    auto const sealed = TRY(SealedFile::open(impl_->keys, std::move(*file), id, ""));
    return verify_whole(*sealed);
}

Status LocalBlobStore::check(Uuid const& id) {
    Result<vault::File> file = vault::File::open(impl_->path_of(id));
    if (!file) return vanished(file.error()) ? not_found(id) : std::move(file).error();
    auto const sealed = TRY(SealedFile::open(impl_->keys, std::move(*file), id, ""));
    return check_whole(*sealed);
}

Result<bool> LocalBlobStore::exists(Uuid const& id) {
    auto const found = modified(impl_->path_of(id));
    if (found) return true;
    if (vanished(found.error())) return false;
    return found.error();
}

Status LocalBlobStore::remove(Uuid const& id) {
    fs::path const path = impl_->path_of(id);
    if (::unlink(path.c_str()) != 0) {
        if (errno == ENOENT) return {};
        return vault::system_error("remove", path, errno);
    }
    return vault::sync_folder(path.parent_path());
}

Status LocalBlobStore::list(WallTime older_than,
                            std::function<Status(BlobInfo const&)> const& visit) {
    std::error_code failed;
    for (fs::recursive_directory_iterator it(impl_->data, failed), end; !failed && it != end;
         it.increment(failed)) {
        if (it.depth() != 2) continue;
        Result<Uuid> const id = Uuid::parse(it->path().filename().string());
        if (!id || impl_->path_of(*id) != it->path()) {
            log_warning("blob.stranger", {{"file", it->path().string()}});
            continue;
        }
        Result<WallTime> const when = modified(it->path());
        if (!when && vanished(when.error())) continue;
        if (!when) return when.error();
        if (*when < older_than) TRY(visit(BlobInfo{*id, *when}));
    }
    if (failed) return vault::system_error("list", impl_->data, failed.value());
    return {};
}

std::filesystem::path const& LocalBlobStore::staging_folder() const { return impl_->staging; }

Status LocalBlobStore::probe() const {
    TRY(probe_folder(impl_->data));
    return probe_folder(impl_->staging);
}

Result<int> LocalBlobStore::sweep_staging(WallTime older_than) {
    int removed = 0;
    std::error_code failed;
    for (fs::directory_iterator it(impl_->staging, failed), end; !failed && it != end;
         it.increment(failed)) {
        Result<WallTime> const when = modified(it->path());
        if (!when && !vanished(when.error())) return when.error();
        if (!when || *when >= older_than) continue;
        if (::unlink(it->path().c_str()) == 0) ++removed;
    }
    if (failed) return vault::system_error("list", impl_->staging, failed.value());
    if (removed > 0) log_info("blob.staging_swept", {{"files", std::to_string(removed)}});
    return removed;
}

}  // namespace musubi::blob
