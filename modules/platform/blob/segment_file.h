#pragma once
// One segment: a file of records, each with a header that tells whose octets follow. Internal to
// this room; README.md has the layout.

#include "platform/base/bytes.h"
#include "platform/base/clock.h"

#include <sys/uio.h>

#include <array>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

namespace musubi::blob {

/// Of the segment's own header and of every record's. Records begin at multiples of it, so that a
/// header never lies in two sectors.
inline constexpr std::uint32_t kSegmentUnit = 64;
using SegmentHeader = std::array<std::uint8_t, kSegmentUnit>;

struct RecordHeader {
    std::int64_t id = 0;
    std::uint32_t length = 0;    ///< octets of the record without header and padding
    std::uint32_t checksum = 0;  ///< CRC-32C of them
    WallTime written;
    bool removed = false;
};
SegmentHeader encode(RecordHeader const& header);
std::optional<RecordHeader> decode(SegmentHeader const& octets);  ///< none: not a whole header
/// From the start of a record to that of the next.
constexpr std::uint64_t extent_of(std::uint32_t length) {
    return kSegmentUnit + (std::uint64_t{length} + kSegmentUnit - 1) / kSegmentUnit * kSegmentUnit;
}

/// A descriptor of a segment. Several threads may read, one at a time writes.
class SegmentFile {
public:
    static Result<SegmentFile> create(std::filesystem::path const& path);
    static Result<SegmentFile> open(std::filesystem::path const& path, bool to_write);
    ~SegmentFile();
    SegmentFile(SegmentFile&& other) noexcept;
    SegmentFile& operator=(SegmentFile&&) = delete;

    Result<std::uint64_t> size() const;
    /// Header and octets with one call; kStorageUnavailable when the file is shorter.
    Status read(std::uint64_t offset, SegmentHeader& header, std::span<std::uint8_t> octets) const;
    Status read(std::uint64_t offset, std::span<std::uint8_t> octets) const;
    Status write(std::uint64_t offset, std::vector<iovec> parts) const;
    Status write(std::uint64_t offset, ByteView octets) const;
    Status sync() const;  ///< contents; the size too when it changed
    Status cut(std::uint64_t size) const;
    /// The room of these octets goes back to the file system, where it can do that.
    void release(std::uint64_t offset, std::uint64_t length) const;
    std::filesystem::path const& path() const { return path_; }

private:
    SegmentFile(int fd, std::filesystem::path path) : fd_(fd), path_(std::move(path)) {}
    int fd_;
    std::filesystem::path path_;
};

struct SegmentEnd {
    std::uint64_t at = kSegmentUnit;  ///< behind the last record
    bool empty = true;                ///< no record at all
    bool torn = false;                ///< behind it lies something else than zeros
    bool gap = false;                 ///< records follow something that is none
};
using RecordVisitor = std::function<Status(RecordHeader const&, std::uint64_t offset)>;
/// All records, oldest first. What is no record is searched for the next one: a damaged header
/// hides its own record, not those behind it.
Result<SegmentEnd> scan(SegmentFile const& file, RecordVisitor const& visit);

/// The segment's own header: which number it has and whether its records were found to be settled
/// (each has its row or was removed).
SegmentHeader segment_header(std::uint32_t number, bool settled);
/// Whether it is settled. One that was stopped between its name and its header has none, or zeros:
/// not settled, and no error.
Result<bool> check_segment_header(SegmentFile const& file, std::uint32_t number);

std::filesystem::path segment_path(std::filesystem::path const& folder, std::uint32_t number);
/// Ascending. A folder that does not exist has none.
Result<std::vector<std::uint32_t>> list_segments(std::filesystem::path const& folder);

}  // namespace musubi::blob
