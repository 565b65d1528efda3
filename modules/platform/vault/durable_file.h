#pragma once
// Files that are either completely on the disk or not there. Every failure is an error with the
// path and the system's words; nothing is tried twice (after a failed fsync the kernel may have
// dropped the data). Thread-safe apart from one File being one thread's.

#include "platform/base/bytes.h"

#include <filesystem>

namespace musubi::vault {

/// An open descriptor.
class File {
public:
    File() = default;
    ~File();
    File(File&& other) noexcept : fd_(other.fd_), path_(std::move(other.path_)) { other.fd_ = -1; }
    File& operator=(File&& other) noexcept;

    static Result<File> create(std::filesystem::path const& path);  ///< 0600, must not exist
    static Result<File> open(
        std::filesystem::path const& path);  ///< to read; kNotFound when absent

    Status write(ByteView bytes);
    Status write_at(std::uint64_t offset, ByteView bytes);
    /// Fills `out` from `offset`; fewer octets than asked for is kStorageUnavailable.
    Status read_at(std::uint64_t offset, std::span<std::uint8_t> out) const;
    Result<std::uint64_t> size() const;
    Status sync();
    void close();
    bool is_open() const { return fd_ >= 0; }
    int descriptor() const { return fd_; }
    std::filesystem::path const& path() const { return path_; }

private:
    File(int fd, std::filesystem::path path) : fd_(fd), path_(std::move(path)) {}
    int fd_ = -1;
    std::filesystem::path path_;
};

/// Makes names that were created, renamed or removed in the folder durable.
Status sync_folder(std::filesystem::path const& folder);
/// Creates the folder (0700) with the parents that are missing.
Status make_folder(std::filesystem::path const& folder);
/// Writes a neighbour, syncs it, renames it over `path`, syncs the folder.
Status write_atomically(std::filesystem::path const& path, ByteView bytes);
Result<Bytes> read_small_file(std::filesystem::path const& path, std::size_t max_size);

/// kNotFound for ENOENT, else kStorageUnavailable; `what` names the operation.
Error system_error(std::string const& what, std::filesystem::path const& path, int number);

}  // namespace musubi::vault
