#include "platform/blob/segment_file.h"

#include "platform/base/crc32c.h"
#include "platform/vault/durable_file.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>

namespace musubi::blob {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSegmentMagic = "MSBSEG1\n";
constexpr std::string_view kRecordMagic = "MSBREC1\n";
constexpr std::string_view kSuffix = ".segment";
constexpr std::size_t kChecksumAt = kSegmentUnit - 4;

template <class Number>
void put(SegmentHeader& out, std::size_t at, Number value) {
    auto const bits = static_cast<std::uint64_t>(value);
    for (std::size_t i = 0; i < sizeof value; ++i)
        out[at + i] = static_cast<std::uint8_t>(bits >> (8 * i));
}

template <class Number>
Number take(SegmentHeader const& in, std::size_t at) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i) bits |= std::uint64_t{in[at + i]} << (8 * i);
    return static_cast<Number>(bits);
}

bool starts_with(SegmentHeader const& header, std::string_view magic) {
    return std::memcmp(header.data(), magic.data(), magic.size()) == 0;
}

void close_header(SegmentHeader& header) {
    put(header, kChecksumAt, crc32c(ByteView(header).first(kChecksumAt)));
}
bool is_whole(SegmentHeader const& header) {
    return take<std::uint32_t>(header, kChecksumAt) == crc32c(ByteView(header).first(kChecksumAt));
}

/// Where the next whole record header lies at or behind `from`; `size` when there is none. `zeros`
/// becomes false when anything else was on the way.
Result<std::uint64_t> find_record(SegmentFile const& file, std::uint64_t from, std::uint64_t size,
                                  bool& zeros) {
    Bytes block;
    SegmentHeader header{};
    for (; from < size; from += block.size()) {
        block.resize(std::min<std::uint64_t>(256 * 1024, size - from));
        TRY(file.read(from, block));
        for (std::size_t at = 0; at < block.size(); at += kSegmentUnit) {
            std::size_t const length = std::min<std::size_t>(kSegmentUnit, block.size() - at);
            header = {};
            std::memcpy(header.data(), block.data() + at, length);
            if (decode(header)) return from + at;
            zeros = zeros && header == SegmentHeader{};
        }
    }
    return size;
}

Status read_fully(int fd, fs::path const& path, std::uint64_t offset, std::span<std::uint8_t> first,
                  std::span<std::uint8_t> second) {
    while (!first.empty() || !second.empty()) {
        iovec const parts[] = {{first.data(), first.size()}, {second.data(), second.size()}};
        ssize_t const n = ::preadv(fd, parts, 2, static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return vault::system_error("read", path, errno);
        if (n == 0) {
            return Error(Code::kStorageUnavailable,
                         "read " + path.string() + ": shorter than expected");
        }
        offset += static_cast<std::uint64_t>(n);
        auto const got = static_cast<std::size_t>(n);
        std::size_t const of_first = std::min(got, first.size());
        first = first.subspan(of_first);
        second = second.subspan(got - of_first);
    }
    return {};
}

}  // namespace

SegmentHeader encode(RecordHeader const& header) {
    SegmentHeader out{};
    std::memcpy(out.data(), kRecordMagic.data(), kRecordMagic.size());
    put(out, 8, header.id);
    put(out, 16, header.length);
    put(out, 20, header.checksum);
    put(out, 24, static_cast<std::int64_t>(header.written.time_since_epoch().count()));
    put(out, 32, std::uint8_t{header.removed});
    close_header(out);
    return out;
}

std::optional<RecordHeader> decode(SegmentHeader const& octets) {
    if (!starts_with(octets, kRecordMagic) || !is_whole(octets)) return std::nullopt;
    RecordHeader header;
    header.id = take<std::int64_t>(octets, 8);
    header.length = take<std::uint32_t>(octets, 16);
    header.checksum = take<std::uint32_t>(octets, 20);
    header.written = WallTime(std::chrono::microseconds(take<std::int64_t>(octets, 24)));
    header.removed = octets[32] != 0;
    return header;
}

Result<SegmentFile> SegmentFile::create(fs::path const& path) {
    int const fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return vault::system_error("create", path, errno);
    return SegmentFile(fd, path);
}

Result<SegmentFile> SegmentFile::open(fs::path const& path, bool to_write) {
    int const fd = ::open(path.c_str(), (to_write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (fd < 0) return vault::system_error("open", path, errno);
    return SegmentFile(fd, path);
}

SegmentFile::~SegmentFile() {
    if (fd_ >= 0) ::close(fd_);
}
SegmentFile::SegmentFile(SegmentFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}

Result<std::uint64_t> SegmentFile::size() const {
    struct stat info {};
    if (::fstat(fd_, &info) != 0) return vault::system_error("stat", path_, errno);
    return static_cast<std::uint64_t>(info.st_size);
}

Status SegmentFile::read(std::uint64_t offset, SegmentHeader& header,
                         std::span<std::uint8_t> octets) const {
    return read_fully(fd_, path_, offset, header, octets);
}

Status SegmentFile::read(std::uint64_t offset, std::span<std::uint8_t> octets) const {
    return read_fully(fd_, path_, offset, octets, {});
}

Status SegmentFile::write(std::uint64_t offset, std::vector<iovec> parts) const {
    std::size_t first = 0;
    while (first < parts.size()) {
        auto const count = static_cast<int>(std::min<std::size_t>(parts.size() - first, IOV_MAX));
        ssize_t const n = ::pwritev(fd_, parts.data() + first, count, static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return vault::system_error("write", path_, errno);
        offset += static_cast<std::uint64_t>(n);
        auto left = static_cast<std::size_t>(n);
        while (first < parts.size() && left >= parts[first].iov_len) left -= parts[first++].iov_len;
        if (left == 0) continue;
        parts[first].iov_base = static_cast<char*>(parts[first].iov_base) + left;
        parts[first].iov_len -= left;
    }
    return {};
}

Status SegmentFile::write(std::uint64_t offset, ByteView octets) const {
    return write(offset, {iovec{const_cast<std::uint8_t*>(octets.data()), octets.size()}});
}

Status SegmentFile::sync() const {
    if (::fdatasync(fd_) != 0) return vault::system_error("fdatasync", path_, errno);
    return {};
}

Status SegmentFile::cut(std::uint64_t size) const {
    if (::ftruncate(fd_, static_cast<off_t>(size)) != 0)
        return vault::system_error("cut", path_, errno);
    return {};
}

void SegmentFile::release(std::uint64_t offset, std::uint64_t length) const {
    // Without it the room is lost until the segment goes; nothing else depends on it.
    static_cast<void>(::fallocate(fd_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                                  static_cast<off_t>(offset), static_cast<off_t>(length)));
}

Result<SegmentEnd> scan(SegmentFile const& file, RecordVisitor const& visit) {
    SegmentEnd end;
    std::uint64_t const size = TRY(file.size());
    std::uint64_t at = kSegmentUnit;
    SegmentHeader octets{};
    while (at + kSegmentUnit <= size) {
        TRY(file.read(at, octets));
        auto const header = decode(octets);
        // A header without all of its octets is no record: the file ended while it was written.
        bool const whole = header && at + kSegmentUnit + header->length <= size;
        if (!whole) {
            bool zeros = octets == SegmentHeader{};
            std::uint64_t const next = TRY(find_record(file, at + kSegmentUnit, size, zeros));
            if (next >= size) {
                end.torn = !zeros;
                break;
            }
            end.gap = true;
            at = next;
            continue;
        }
        TRY(visit(*header, at));
        at += extent_of(header->length);
        end.at = at;
        end.empty = false;
    }
    return end;
}

SegmentHeader segment_header(std::uint32_t number, bool settled) {
    SegmentHeader out{};
    std::memcpy(out.data(), kSegmentMagic.data(), kSegmentMagic.size());
    put(out, 8, number);
    put(out, 12, std::uint8_t{settled});
    close_header(out);
    return out;
}

Result<bool> check_segment_header(SegmentFile const& file, std::uint32_t number) {
    SegmentHeader header{};
    if (TRY(file.size()) < kSegmentUnit) return false;
    TRY(file.read(0, header));
    if (header == SegmentHeader{}) return false;
    if (!starts_with(header, kSegmentMagic) || !is_whole(header) ||
        take<std::uint32_t>(header, 8) != number) {
        return Error(Code::kStorageUnavailable,
                     file.path().string() + ": not the segment it should be");
    }
    return header[12] != 0;
}

fs::path segment_path(fs::path const& folder, std::uint32_t number) {
    std::string digits = std::to_string(number);
    digits.insert(0, 10 - std::min<std::size_t>(10, digits.size()), '0');
    return folder / (digits + std::string(kSuffix));
}

Result<std::vector<std::uint32_t>> list_segments(fs::path const& folder) {
    std::vector<std::uint32_t> numbers;
    std::error_code failed;
    for (fs::directory_iterator it(folder, failed), end; !failed && it != end;
         it.increment(failed)) {
        std::string const name = it->path().filename().string();
        std::uint32_t number = 0;
        auto const [rest, error] = std::from_chars(name.data(), name.data() + name.size(), number);
        if (error == std::errc() && segment_path(folder, number).filename() == name &&
            number <= std::uint32_t{INT32_MAX})
            numbers.push_back(number);
    }
    if (failed && failed != std::errc::no_such_file_or_directory)
        return vault::system_error("list", folder, failed.value());
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

}  // namespace musubi::blob
