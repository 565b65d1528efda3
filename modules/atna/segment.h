#pragma once
// One file of the journal: a magic word, then records back to back.
//
//   file   = "MSBJ0001" record*
//   record = length u32 | crc32c u32 | event uuid (16) | sealed octets        (numbers
//   little-endian)
//
// `length` counts uuid and sealed octets, the checksum covers both. Only appended to; what follows
// the last good record was never acknowledged: zeros (room made ahead) or a torn record. Pure
// functions apart from reading files; thread-safe.

#include "platform/base/bytes.h"
#include "platform/base/ids.h"

#include <filesystem>
#include <string>
#include <vector>

namespace musubi::atna {

inline constexpr std::string_view kSegmentMagic = "MSBJ0001";
inline constexpr std::size_t kRecordHead = 8;
inline constexpr std::size_t kMaxRecord = 16U << 20;

struct SealedRecord {
    Uuid id;
    Bytes sealed;
};

void append_record(std::string& out, SealedRecord const& record);

/// What read_segment found from `from` on.
struct SegmentPage {
    std::vector<SealedRecord> records;
    std::uint64_t next = 0;  ///< offset behind the last good record
    bool end = false;        ///< nothing good follows before `limit` or the end of the file
};
struct SegmentRange {
    std::uint64_t from = 0;  ///< 0: behind the magic word
    std::uint64_t limit = UINT64_MAX;
    std::size_t max_records = SIZE_MAX;
    std::size_t max_bytes = SIZE_MAX;
};
/// kNotFound when the file is gone. A wrong magic word counts as an empty segment.
Result<SegmentPage> read_segment(std::filesystem::path const& path, SegmentRange const& range);

/// Segment files of a folder, oldest first.
Result<std::vector<std::filesystem::path>> list_segments(std::filesystem::path const& folder);
std::filesystem::path segment_path(std::filesystem::path const& folder, std::uint64_t number);
std::uint64_t segment_number(std::filesystem::path const& path);  ///< 0: no segment file

}  // namespace musubi::atna
