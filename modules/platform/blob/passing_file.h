#pragma once
// One file without a name for what is only on its way through this process: many objects in it, in
// extents that are given out once and go back to the file system one by one. What lies in it is
// sealed with a key of this file that exists in memory only. Internal to this room. Thread-safe,
// apart from one extent being one thread's while it is written.

#include "platform/vault/durable_file.h"
#include "platform/vault/passing_key.h"

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>

namespace musubi::blob {

class PassingFile {
public:
    static constexpr std::size_t kChunk = 64 * 1024;  ///< plain octets of every chunk but a last
    static constexpr std::size_t kChunks = 16;        ///< of one extent
    /// About a gibibyte: where a file system cannot take back the middle of a file, the rest of it
    /// does not wait for the last reader for ever.
    static constexpr std::uint64_t kExtents = 1024;

    static Result<std::shared_ptr<PassingFile>> create(std::filesystem::path const& folder);

    /// Nothing when all have been given out.
    std::optional<std::uint64_t> take_extent();
    Status write(std::uint64_t extent, std::size_t chunk, ByteView plain);
    /// `plain` tells how much was written there. kStorageUnavailable when it is not what was.
    Status read(std::uint64_t extent, std::size_t chunk, std::span<std::uint8_t> plain) const;
    void give_back(std::uint64_t extent) noexcept;

private:
    explicit PassingFile(vault::File file) : file_(std::move(file)) {}
    vault::File file_;
    vault::PassingKey const key_;
    std::atomic<std::uint64_t> next_{0};
};

}  // namespace musubi::blob
