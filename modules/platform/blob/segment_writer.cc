#include "platform/blob/segment_writer.h"

#include "platform/base/crc32c.h"
#include "platform/base/fault.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "platform/vault/durable_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace musubi::blob {
namespace {

constexpr std::size_t kLargestRecord = 256U << 20;
constexpr std::array<std::uint8_t, kSegmentUnit> kPadding{};

iovec part(void const* octets, std::size_t length) { return {const_cast<void*>(octets), length}; }

}  // namespace

/// What is written together. Its callers wait for it alone: nobody is woken for another batch.
struct SegmentWriter::Batch {
    std::vector<Item*> items;
    std::uint64_t octets = 0;
    Status status;
    bool done = false;
    std::condition_variable changed;
};

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::open(SegmentSettings const& settings) {
    std::unique_ptr<SegmentWriter> writer(new SegmentWriter(settings));
    TRY(vault::make_folder(settings.folder));
    TRY(writer->take_lock());
    TRY(writer->recover());
    writer->maker_ = std::make_unique<SegmentMaker>(settings.folder, settings.segment_bytes);
    return writer;
}

SegmentWriter::~SegmentWriter() {
    maker_.reset();
    if (lock_fd_ >= 0) ::close(lock_fd_);
}

Status SegmentWriter::take_lock() {
    auto const path = settings_.folder / "segments.lock";
    lock_fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_fd_ < 0) return vault::system_error("open", path, errno);
    if (::flock(lock_fd_, LOCK_EX | LOCK_NB) != 0)
        return Error(Code::kConflict, path.string() + ": another process writes here");
    return {};
}

/// Goes on in the newest segment where it has room left and nothing in it is in doubt.
Status SegmentWriter::recover() {
    auto const numbers = TRY(list_segments(settings_.folder));
    if (numbers.empty()) return {};
    next_number_ = numbers.back() + 1;
    Status const reopened = reopen(numbers.back());
    if (!reopened) {
        log_error("segment.not_continued", {{"segment", std::to_string(numbers.back())},
                                            {"detail", reopened.error().detail}});
    }
    return {};
}

Status SegmentWriter::reopen(std::uint32_t number) {
    SegmentFile file = TRY(SegmentFile::open(segment_path(settings_.folder, number), true));
    TRY(check_segment_header(file, number));
    SegmentEnd const end = TRY(scan(file, [](auto const&, std::uint64_t) { return Status(); }));
    std::uint64_t const size = TRY(file.size());
    if (end.gap) {
        // Either what an interruption left of several records, or damage: both stay as they are.
        log_warning("segment.gap", {{"segment", std::to_string(number)}});
        return {};
    }
    if (end.torn) {
        // No whole header follows, so nothing in it can have been acknowledged.
        TRY(file.cut(end.at));
        log_warning("segment.torn_tail", {{"segment", std::to_string(number)},
                                          {"octets", std::to_string(size - end.at)}});
    } else if (size <= end.at) {
        return {};
    }
    TRY(file.write(0, segment_header(number, false)));
    TRY(file.sync());
    open_.emplace(Open{std::move(file), number, end.at, !end.torn});
    open_segment_ = written_segment_ = number;
    return {};
}

Result<std::vector<Location>> SegmentWriter::append(std::vector<NewRecord> const& records) {
    std::vector<Item> items(records.size());
    std::uint64_t octets = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
        Item& item = items[i];
        item.record = &records[i];
        if (records[i].octets.size() > kLargestRecord)
            return Error(Code::kTooLarge, "record beyond 256 MiB");
        item.length = static_cast<std::uint32_t>(records[i].octets.size());
        item.header = encode(
            {records[i].id, item.length, crc32c(records[i].octets), settings_.clock->now(), false});
        octets += extent_of(item.length);
    }
    std::unique_lock lock(mutex_);
    if (!waiting_) waiting_ = std::make_shared<Batch>();
    auto const batch = waiting_;
    if (batch->octets != 0 && batch->octets + octets > settings_.max_waiting_bytes)
        return Error(Code::kBusy, "too much waits to be written");
    for (Item& item : items) batch->items.push_back(&item);
    batch->octets += octets;
    batch->changed.wait(lock, [&] { return batch->done || !leading_; });
    if (!batch->done) {
        leading_ = true;
        waiting_.reset();
        lock.unlock();
        Status status = write(batch->items);
        lock.lock();
        leading_ = false;
        batch->status = std::move(status);
        batch->done = true;
        if (waiting_) waiting_->changed.notify_one();
        lock.unlock();
        batch->changed.notify_all();
    }
    if (!batch->status) return batch->status.error();
    std::vector<Location> locations;
    for (Item const& item : items) locations.push_back(item.at);
    return locations;
}

Status SegmentWriter::write(std::vector<Item*> const& items) {
    static Counter& failures = counter("musubi_segment_failures_total");
    Status done;
    try {
        for (std::size_t first = 0; done && first < items.size();) {
            std::size_t const count = fitting(items, first);
            // One that grows makes way for one made ahead, but not before something lies in it: an
            // empty one would stay for ever.
            bool const grows = open_ && !open_->roomy && open_->end != kSegmentUnit;
            if (count == 0 || (grows && maker_->ready())) close_segment();
            if (!open_) done = begin_segment();
            if (!done || count == 0) continue;
            done = write_some(std::span(items).subspan(first, count));
            first += count;
        }
    } catch (std::exception const&) {  // out of memory, or a fault point that throws
        done = Error(Code::kInternal, "exception while a segment was written");
    }
    failed_ = !done;
    if (!done) {
        failures.add();
        log_warning("segment.append_failed", {{"detail", done.error().detail}});
        give_up_segment();
    }
    return done;
}

/// How many of the items fit into what is open, or into an empty segment: there at least one.
std::size_t SegmentWriter::fitting(std::vector<Item*> const& items, std::size_t first) const {
    std::uint64_t end = open_ ? open_->end : kSegmentUnit;
    std::size_t count = 0;
    while (first + count < items.size()) {
        end += extent_of(items[first + count]->length);
        bool const alone = count == 0 && (!open_ || open_->end == kSegmentUnit);
        if (end > settings_.segment_bytes && !alone) break;
        ++count;
    }
    return count;
}

Status SegmentWriter::write_some(std::span<Item* const> items) {
    static Counter& syncs = counter("musubi_segment_syncs_total");
    static Counter& octets = counter("musubi_segment_bytes_total");
    TRY(FAULT("segment.before_append"));
    std::vector<iovec> parts;
    parts.reserve(items.size() * 3);
    std::uint64_t end = open_->end;
    for (Item* item : items) {
        item->at = {open_->number, static_cast<std::uint32_t>(end), item->length};
        std::uint64_t const extent = extent_of(item->length);
        parts.push_back(part(item->header.data(), item->header.size()));
        parts.push_back(part(item->record->octets.data(), item->length));
        parts.push_back(part(kPadding.data(), extent - kSegmentUnit - item->length));
        end += extent;
    }
    TRY(open_->file.write(open_->end, std::move(parts)));
    TRY(FAULT("segment.after_append"));
    TRY(open_->file.sync());
    TRY(FAULT("segment.after_sync"));
    syncs_.fetch_add(1);
    syncs.add();
    octets.add(end - open_->end);
    open_->end = end;
    written_segment_ = open_->number;
    return {};
}

Status SegmentWriter::begin_segment() {
    std::uint32_t const number = next_number_++;
    if (number > std::uint32_t{INT32_MAX})
        return Error(Code::kStorageUnavailable, "no segment numbers left");
    auto const path = segment_path(settings_.folder, number);
    open_segment_ = number;  // before its name is there: it is never taken for a closed one
    auto made = TRY(maker_->take(path));
    bool const roomy = made.has_value();
    if (!roomy) made.emplace(TRY(SegmentFile::create(path)));
    open_.emplace(Open{std::move(*made), number, kSegmentUnit, roomy});
    TRY(open_->file.write(0, segment_header(number, false)));
    if (!roomy) TRY(vault::sync_folder(settings_.folder));
    return {};
}

/// Gives the room back that was not used.
void SegmentWriter::close_segment() {
    if (!open_) return;
    if (Status const cut = open_->file.cut(open_->end); !cut)
        log_warning("segment.left_long", {{"detail", cut.error().detail}});
    open_segment_ = 0;
    open_.reset();
}

void SegmentWriter::give_up_segment() {
    if (!open_) return;
    // Nobody was told of anything in it.
    if (open_->end == kSegmentUnit) ::unlink(open_->file.path().c_str());
    close_segment();
}

bool SegmentWriter::try_small_write() {
    auto const path = settings_.folder / "probe";
    std::lock_guard const lock(mutex_);
    ::unlink(path.c_str());
    auto const file = SegmentFile::create(path);
    bool const works = file && file->write(0, Bytes(kSegmentUnit * 1024)) && file->sync();
    ::unlink(path.c_str());
    if (works && !leading_) failed_ = false;
    return works;
}

}  // namespace musubi::blob
