#include "atna/segment.h"

#include "platform/base/crc32c.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include <fcntl.h>
#include <unistd.h>

namespace musubi::atna {
namespace {

constexpr std::string_view kPrefix = "segment-";
constexpr std::string_view kSuffix = ".journal";
constexpr std::size_t kDigits = 12;
constexpr std::size_t kUuid = 16;
constexpr std::size_t kBlock = 256U << 10;

void put_u32(std::string& out, std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8)
        out.push_back(static_cast<char>((value >> shift) & 0xFF));
}

std::uint32_t get_u32(std::uint8_t const* in) {
    return static_cast<std::uint32_t>(in[0]) | static_cast<std::uint32_t>(in[1]) << 8 |
           static_cast<std::uint32_t>(in[2]) << 16 | static_cast<std::uint32_t>(in[3]) << 24;
}

/// Reads a file from front to back in large blocks.
class Reader {
public:
    explicit Reader(int fd) : fd_(fd) {}
    ~Reader() { ::close(fd_); }
    Reader(Reader const&) = delete;
    Reader& operator=(Reader const&) = delete;
    /// The `size` octets at `offset`, good until the next call; nothing when the file ends before.
    Result<std::optional<ByteView>> at(std::uint64_t offset, std::size_t size) {
        bool const held = offset >= begin_ && offset - begin_ <= block_.size() &&
                          block_.size() - static_cast<std::size_t>(offset - begin_) >= size;
        if (!held) TRY(fill(offset, std::max(size, kBlock)));
        auto const from = static_cast<std::size_t>(offset - begin_);
        if (block_.size() - from < size) return std::optional<ByteView>();
        return std::optional<ByteView>(ByteView(block_).subspan(from, size));
    }

private:
    Status fill(std::uint64_t offset, std::size_t size) {
        begin_ = offset;
        block_.resize(size);
        std::size_t done = 0;
        while (done < size) {
            auto const n =
                ::pread(fd_, block_.data() + done, size - done, static_cast<off_t>(offset + done));
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return Error(Code::kStorageUnavailable, "cannot read journal segment");
            if (n == 0) break;
            done += static_cast<std::size_t>(n);
        }
        block_.resize(done);
        return {};
    }

    int fd_;
    std::uint64_t begin_ = 0;
    Bytes block_;
};

}  // namespace

void append_record(std::string& out, SealedRecord const& record) {
    auto const length = kUuid + record.sealed.size();
    out.reserve(out.size() + kRecordHead + length);
    put_u32(out, static_cast<std::uint32_t>(length));
    auto const checksum_at = out.size();
    put_u32(out, 0);
    out += as_text(record.id.octets());
    out += as_text(record.sealed);
    std::string checksum;
    put_u32(checksum, crc32c(as_bytes(std::string_view(out).substr(checksum_at + 4))));
    out.replace(checksum_at, 4, checksum);
}

Result<SegmentPage> read_segment(std::filesystem::path const& path, SegmentRange const& range) {
    int const fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) return Error(Code::kNotFound, "journal segment is gone");
    if (fd < 0) return Error(Code::kStorageUnavailable, "cannot open journal segment");
    Reader file(fd);

    SegmentPage page;
    page.next = std::max<std::uint64_t>(range.from, kSegmentMagic.size());
    if (range.from == 0) {
        auto const magic = TRY(file.at(0, kSegmentMagic.size()));
        if (!magic || as_text(*magic) != kSegmentMagic) {
            page.next = 0;
            page.end = true;
            return page;
        }
    }
    std::size_t bytes = 0;
    while (page.records.size() < range.max_records && bytes < range.max_bytes) {
        std::uint32_t length = 0, checksum = 0;
        if (page.next + kRecordHead <= range.limit) {
            if (auto const head = TRY(file.at(page.next, kRecordHead))) {
                length = get_u32(head->data());
                checksum = get_u32(head->data() + 4);
            }
        }
        if (length < kUuid || length > kMaxRecord ||
            page.next + kRecordHead + length > range.limit) {
            page.end = true;
            break;
        }
        auto const body = TRY(file.at(page.next + kRecordHead, length));
        if (!body || crc32c(*body) != checksum) {
            page.end = true;
            break;
        }
        std::array<std::uint8_t, kUuid> id{};
        std::copy_n(body->begin(), kUuid, id.begin());
        page.records.push_back({Uuid(id), Bytes(body->begin() + kUuid, body->end())});
        page.next += kRecordHead + length;
        bytes += length;
    }
    return page;
}

std::filesystem::path segment_path(std::filesystem::path const& folder, std::uint64_t number) {
    auto digits = std::to_string(number);
    if (digits.size() < kDigits) digits.insert(0, kDigits - digits.size(), '0');
    return folder / (std::string(kPrefix) + digits + std::string(kSuffix));
}

std::uint64_t segment_number(std::filesystem::path const& path) {
    auto const name = path.filename().string();
    if (name.size() < kPrefix.size() + kDigits + kSuffix.size() || !name.starts_with(kPrefix) ||
        !name.ends_with(kSuffix)) {
        return 0;
    }
    std::uint64_t number = 0;
    for (char const c :
         name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size())) {
        if (c < '0' || c > '9') return 0;
        number = number * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return number;
}

Result<std::vector<std::filesystem::path>> list_segments(std::filesystem::path const& folder) {
    std::error_code error;
    std::vector<std::filesystem::path> out;
    for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
         it.increment(error)) {
        if (segment_number(it->path()) != 0) out.push_back(it->path());
    }
    if (error)
        return Error(Code::kStorageUnavailable, "cannot list journal folder: " + error.message());
    std::sort(out.begin(), out.end(),
              [](auto const& a, auto const& b) { return segment_number(a) < segment_number(b); });
    return out;
}

}  // namespace musubi::atna
