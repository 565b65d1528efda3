#include "atna/segment.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace musubi::atna {
namespace {

constexpr std::string_view kPrefix = "segment-";
constexpr std::string_view kSuffix = ".journal";
constexpr std::size_t kDigits = 12;
constexpr std::size_t kUuid = 16;

std::array<std::uint32_t, 256> make_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t c = i;
        for (int bit = 0; bit < 8; ++bit) c = (c >> 1) ^ ((c & 1) ? 0x82F63B78U : 0U);  // Castagnoli, reflected
        table[i] = c;
    }
    return table;
}

void put_u32(std::string& out, std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>((value >> shift) & 0xFF));
}

std::uint32_t get_u32(std::uint8_t const* in) {
    return static_cast<std::uint32_t>(in[0]) | static_cast<std::uint32_t>(in[1]) << 8 |
           static_cast<std::uint32_t>(in[2]) << 16 | static_cast<std::uint32_t>(in[3]) << 24;
}

class Reader {
public:
    explicit Reader(int fd) : fd_(fd) {}
    ~Reader() { ::close(fd_); }
    Reader(Reader const&) = delete;
    Reader& operator=(Reader const&) = delete;
    /// False when the file ends before.
    Result<bool> at(std::uint64_t offset, std::span<std::uint8_t> out) const {
        std::size_t done = 0;
        while (done < out.size()) {
            auto const n = ::pread(fd_, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return Error(Code::kStorageUnavailable, "cannot read journal segment");
            if (n == 0) return false;
            done += static_cast<std::size_t>(n);
        }
        return true;
    }

private:
    int fd_;
};

}  // namespace

std::uint32_t crc32c(ByteView bytes) {
    static auto const table = make_table();
    std::uint32_t crc = 0xFFFFFFFFU;
    for (auto const byte : bytes) crc = (crc >> 8) ^ table[(crc ^ byte) & 0xFF];
    return crc ^ 0xFFFFFFFFU;
}

void append_record(std::string& out, SealedRecord const& record) {
    std::string body(as_text(record.id.octets()));
    body += as_text(record.sealed);
    put_u32(out, static_cast<std::uint32_t>(body.size()));
    put_u32(out, crc32c(as_bytes(body)));
    out += body;
}

Result<SegmentPage> read_segment(std::filesystem::path const& path, SegmentRange const& range) {
    int const fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) return Error(Code::kNotFound, "journal segment is gone");
    if (fd < 0) return Error(Code::kStorageUnavailable, "cannot open journal segment");
    Reader const file(fd);

    SegmentPage page;
    page.next = std::max<std::uint64_t>(range.from, kSegmentMagic.size());
    if (range.from == 0) {
        std::array<std::uint8_t, kSegmentMagic.size()> magic{};
        if (!TRY(file.at(0, magic)) || as_text(magic) != kSegmentMagic) {
            page.next = 0;
            page.end = true;
            return page;
        }
    }
    std::size_t bytes = 0;
    while (page.records.size() < range.max_records && bytes < range.max_bytes) {
        std::array<std::uint8_t, kRecordHead> head{};
        bool const there = page.next + kRecordHead <= range.limit && TRY(file.at(page.next, head));
        std::uint32_t const length = there ? get_u32(head.data()) : 0;
        if (length < kUuid || length > kMaxRecord || page.next + kRecordHead + length > range.limit) {
            page.end = true;
            break;
        }
        Bytes body(length);
        if (!TRY(file.at(page.next + kRecordHead, body)) || crc32c(body) != get_u32(head.data() + 4)) {
            page.end = true;
            break;
        }
        std::array<std::uint8_t, kUuid> id{};
        std::copy_n(body.begin(), kUuid, id.begin());
        page.records.push_back({Uuid(id), Bytes(body.begin() + kUuid, body.end())});
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
    for (char const c : name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size())) {
        if (c < '0' || c > '9') return 0;
        number = number * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return number;
}

Result<std::vector<std::filesystem::path>> list_segments(std::filesystem::path const& folder) {
    std::error_code error;
    std::vector<std::filesystem::path> out;
    for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        if (segment_number(it->path()) != 0) out.push_back(it->path());
    }
    if (error) return Error(Code::kStorageUnavailable, "cannot list journal folder: " + error.message());
    std::sort(out.begin(), out.end(), [](auto const& a, auto const& b) { return segment_number(a) < segment_number(b); });
    return out;
}

}  // namespace musubi::atna
