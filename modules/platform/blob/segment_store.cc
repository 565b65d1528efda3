#include "platform/blob/segment_store.h"

#include "platform/base/crc32c.h"
#include "platform/blob/folder_probe.h"
#include "platform/blob/segment_writer.h"
#include "platform/vault/durable_file.h"

#include <unistd.h>

#include <cerrno>
#include <map>

namespace musubi::blob {
namespace {

/// Descriptors that are kept open to read from.
constexpr std::size_t kKeptOpen = 128;

Error not_there(Location const& at, std::int64_t id) {
    return {Code::kNotFound, "segment " + std::to_string(at.segment) + " holds no record " +
                                 std::to_string(id) + " at " + std::to_string(at.offset)};
}

}  // namespace

struct SegmentStore::Impl {
    explicit Impl(SegmentSettings s) : settings(std::move(s)) {}

    Result<std::shared_ptr<SegmentFile const>> file_of(std::uint32_t segment) {
        std::lock_guard const lock(mutex);
        if (auto const found = kept.find(segment); found != kept.end()) return found->second;
        auto file = std::make_shared<SegmentFile const>(
            TRY(SegmentFile::open(segment_path(settings.folder, segment), false)));
        TRY(check_segment_header(*file, segment));
        if (kept.size() >= kKeptOpen) kept.erase(kept.begin());  // the oldest records
        kept.emplace(segment, file);
        return file;
    }
    Result<RecordHeader> read(Location const& at, std::int64_t id, Bytes& octets) {
        auto const file = TRY(file_of(at.segment));
        SegmentHeader header{};
        octets.resize(at.length);
        TRY(file->read(at.offset, header, octets));
        auto const record = decode(header);
        if (!record || record->id != id || record->length != at.length || record->removed)
            return not_there(at, id);
        return *record;
    }

    SegmentSettings const settings;
    std::unique_ptr<SegmentWriter> writer;
    std::mutex mutex;
    std::map<std::uint32_t, std::shared_ptr<SegmentFile const>> kept;  // guarded by mutex
};

SegmentStore::SegmentStore(SegmentSettings settings)
    : impl_(std::make_unique<Impl>(std::move(settings))) {}
SegmentStore::~SegmentStore() = default;

Status SegmentStore::start_writing() {
    impl_->writer = TRY(SegmentWriter::open(impl_->settings));
    return {};
}

void SegmentStore::stop_writing() { impl_->writer.reset(); }

Result<std::vector<Location>> SegmentStore::append(std::vector<NewRecord> const& records) {
    if (records.empty()) return std::vector<Location>();
    if (!impl_->writer)
        return Error(Code::kStorageUnavailable, "the segments are not open for writing");
    return impl_->writer->append(records);
}

Result<Bytes> SegmentStore::read(Location const& at, std::int64_t id) const {
    Bytes octets;
    TRY(impl_->read(at, id, octets));
    return octets;
}

Result<bool> SegmentStore::verify(Location const& at, std::int64_t id) const {
    Bytes octets;
    RecordHeader const header = TRY(impl_->read(at, id, octets));
    return crc32c(octets) == header.checksum;
}

Status SegmentStore::remove(Location const& at, std::int64_t id) {
    auto const file = SegmentFile::open(segment_path(impl_->settings.folder, at.segment), true);
    if (!file) {
        if (file.error().code == Code::kNotFound) return {};
        return file.error();
    }
    SegmentHeader octets{};
    TRY(file->read(at.offset, octets));
    auto header = decode(octets);
    if (!header || header->id != id || header->removed) return {};
    header->removed = true;
    TRY(file->write(at.offset, encode(*header)));
    file->release(std::uint64_t{at.offset} + kSegmentUnit,
                  extent_of(header->length) - kSegmentUnit);
    return {};
}

Result<std::vector<std::uint32_t>> SegmentStore::segments() const {
    return list_segments(impl_->settings.folder);
}

Status SegmentStore::list(std::uint32_t segment,
                          std::function<Status(RecordInfo const&)> const& visit) const {
    auto const file = TRY(impl_->file_of(segment));
    TRY(scan(*file, [&](RecordHeader const& header, std::uint64_t offset) {
        return visit({header.id,
                      {segment, static_cast<std::uint32_t>(offset), header.length},
                      header.written,
                      header.removed});
    }));
    return {};
}

bool SegmentStore::is_closed(std::uint32_t segment) const {
    return impl_->writer && !impl_->writer->is_open(segment);
}

Status SegmentStore::mark_settled(std::uint32_t segment) {
    if (!is_closed(segment)) return Error(Code::kInternal, "segment is not closed");
    auto const file = TRY(SegmentFile::open(segment_path(impl_->settings.folder, segment), true));
    return file.write(0, segment_header(segment, true));
}

Result<bool> SegmentStore::is_settled(std::uint32_t segment) const {
    auto const file = TRY(impl_->file_of(segment));
    return check_segment_header(*file, segment);
}

Result<bool> SegmentStore::drop_if_empty(std::uint32_t segment) {
    auto const all = TRY(segments());
    if (all.empty() || all.back() <= segment || !is_closed(segment)) return false;
    bool empty = true;
    TRY(list(segment, [&](RecordInfo const& record) -> Status {
        empty = empty && record.removed;
        return {};
    }));
    if (!empty) return false;
    {
        std::lock_guard const lock(impl_->mutex);
        impl_->kept.erase(segment);
    }
    auto const path = segment_path(impl_->settings.folder, segment);
    if (::unlink(path.c_str()) != 0) return vault::system_error("remove", path, errno);
    TRY(vault::sync_folder(impl_->settings.folder));
    return true;
}

bool SegmentStore::writable() const {
    return impl_->writer &&
           (!impl_->writer->last_write_failed() || impl_->writer->try_small_write());
}

Status SegmentStore::probe() const {
    TRY(probe_folder(impl_->settings.folder));
    std::uint32_t const open = impl_->writer ? impl_->writer->open_segment() : 0;
    auto const path = segment_path(impl_->settings.folder, open);
    std::error_code ignored;
    if (open == 0 || std::filesystem::exists(path, ignored)) return {};
    // Between its number and its name, or closed just now: only what stays away is missing.
    if (impl_->writer->open_segment() != open || !impl_->writer->has_written_to(open)) return {};
    return Error(Code::kNotFound, "the segment being filled is missing");
}

std::uint64_t SegmentStore::syncs() const { return impl_->writer ? impl_->writer->syncs() : 0; }

}  // namespace musubi::blob
