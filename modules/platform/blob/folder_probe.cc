#include "platform/blob/folder_probe.h"

#include "platform/vault/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>

namespace musubi::blob {
namespace {

/// A file system that knows no files without names gets one with a name for a moment.
int open_named(std::filesystem::path const& folder) {
    static std::atomic<unsigned> number{0};
    auto const path = folder / (".probe-" + std::to_string(::getpid()) + "-" +
                                std::to_string(number.fetch_add(1)));
    int const fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0) ::unlink(path.c_str());
    return fd;
}

}  // namespace

Status probe_folder(std::filesystem::path const& folder) {
    struct stat info {};
    if (::stat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode))
        return Error(Code::kNotFound, "folder is missing: " + folder.string());
    int fd = ::open(folder.c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600);
    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT))
        fd = open_named(folder);
    if (fd < 0) return vault::system_error("create in", folder, errno);
    static constexpr std::array<char, 4096> kPage{};
    ssize_t const written = ::pwrite(fd, kPage.data(), kPage.size(), 0);
    int const number = written < 0 ? errno : ENOSPC;
    ::close(fd);
    if (written == static_cast<ssize_t>(kPage.size())) return {};
    return vault::system_error("write in", folder, number);
}

}  // namespace musubi::blob
