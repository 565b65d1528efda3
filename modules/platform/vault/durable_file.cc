#include "platform/vault/durable_file.h"

#include "platform/base/ids.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace musubi::vault {

Error system_error(std::string const& what, std::filesystem::path const& path, int number) {
    Code const code = number == ENOENT ? Code::kNotFound : Code::kStorageUnavailable;
    return {code, what + " " + path.string() + ": " + std::generic_category().message(number)};
}

File::~File() { close(); }

File& File::operator=(File&& other) noexcept {
    if (this != &other) {
        close();
        fd_ = std::exchange(other.fd_, -1);
        path_ = std::move(other.path_);
    }
    return *this;
}

void File::close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
}

Result<File> File::create(std::filesystem::path const& path) {
    int const fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return system_error("create", path, errno);
    return File(fd, path);
}

Result<File> File::open(std::filesystem::path const& path) {
    int const fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return system_error("open", path, errno);
    return File(fd, path);
}

Status File::write(ByteView bytes) {
    while (!bytes.empty()) {
        ssize_t const n = ::write(fd_, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return system_error("write", path_, n == 0 ? EIO : errno);
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return {};
}

Status File::write_at(std::uint64_t offset, ByteView bytes) {
    while (!bytes.empty()) {
        ssize_t const n = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return system_error("write", path_, n == 0 ? EIO : errno);
        offset += static_cast<std::uint64_t>(n);
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return {};
}

Status File::read_at(std::uint64_t offset, std::span<std::uint8_t> out) const {
    while (!out.empty()) {
        ssize_t const n = ::pread(fd_, out.data(), out.size(), static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return system_error("read", path_, errno);
        if (n == 0)
            return Error(Code::kStorageUnavailable,
                         "read " + path_.string() + ": shorter than expected");
        offset += static_cast<std::uint64_t>(n);
        out = out.subspan(static_cast<std::size_t>(n));
    }
    return {};
}

Result<std::uint64_t> File::size() const {
    struct stat info {};
    if (::fstat(fd_, &info) != 0) return system_error("stat", path_, errno);
    return static_cast<std::uint64_t>(info.st_size);
}

Status File::sync() {
    if (::fsync(fd_) != 0) return system_error("fsync", path_, errno);
    return {};
}

Status sync_folder(std::filesystem::path const& folder) {
    int const fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return system_error("open", folder, errno);
    int const failed = ::fsync(fd) != 0 ? errno : 0;
    ::close(fd);
    if (failed != 0) return system_error("fsync", folder, failed);
    return {};
}

Status make_folder(std::filesystem::path const& folder) {
    if (::mkdir(folder.c_str(), 0700) == 0) {
        return sync_folder(folder.has_parent_path() ? folder.parent_path() : ".");
    }
    if (errno == EEXIST) return {};
    if (errno != ENOENT || !folder.has_parent_path() || folder.parent_path() == folder) {
        return system_error("create folder", folder, errno);
    }
    TRY(make_folder(folder.parent_path()));
    return make_folder(folder);
}

Status write_atomically(std::filesystem::path const& path, ByteView bytes) {
    std::filesystem::path const draft =
        path.string() + "." + system_ids().uuid().to_string() + ".tmp";
    File file = TRY(File::create(draft));
    Status done = file.write(bytes);
    if (done) done = file.sync();
    if (done && ::rename(draft.c_str(), path.c_str()) != 0)
        done = system_error("rename", draft, errno);
    if (!done) {
        ::unlink(draft.c_str());
        return done;
    }
    return sync_folder(path.has_parent_path() ? path.parent_path() : ".");
}

Result<Bytes> read_small_file(std::filesystem::path const& path, std::size_t max_size) {
    File const file = TRY(File::open(path));
    std::uint64_t const size = TRY(file.size());
    if (size > max_size)
        return Error(Code::kStorageUnavailable, "read " + path.string() + ": too large");
    Bytes out(size);
    TRY(file.read_at(0, out));
    return out;
}

}  // namespace musubi::vault
