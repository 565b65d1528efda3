#include "atna/journal.h"

#include "platform/base/fault.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace musubi::atna {
namespace {

Error failed(char const* what) {
    return Error(Code::kStorageUnavailable,
                 std::string("audit journal: ") + what + ": " + std::strerror(errno));
}

Status sync_folder(std::filesystem::path const& folder) {
    int const fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return failed("cannot open folder");
    int const outcome = ::fsync(fd);
    ::close(fd);
    if (outcome != 0) return failed("cannot sync folder");
    return {};
}

Status write_fully(int fd, std::uint64_t offset, std::string_view octets) {
    while (!octets.empty()) {
        auto const n = ::pwrite(fd, octets.data(), octets.size(), static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failed("cannot write");
        octets.remove_prefix(static_cast<std::size_t>(n));
        offset += static_cast<std::uint64_t>(n);
    }
    return {};
}

constexpr std::size_t kRoom = 1U << 20;

/// Whether the room made ahead is all that lies behind `offset`.
Result<bool> only_zeros_behind(std::filesystem::path const& path, std::uint64_t offset) {
    int const fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return failed("cannot open segment");
    std::string block(256U << 10, '\0');
    ssize_t n = 0;
    bool zeros = true;
    while (zeros) {
        n = ::pread(fd, block.data(), block.size(), static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        std::string_view const read(block.data(), static_cast<std::size_t>(n));
        zeros = read.find_first_not_of('\0') == std::string_view::npos;
        offset += static_cast<std::uint64_t>(n);
    }
    ::close(fd);
    if (n < 0) return failed("cannot read segment");
    return zeros;
}

// std::atomic's own wait() yields several times before it sleeps: for a sync that takes longer than
// that, each time for nothing.
static_assert(sizeof(std::atomic<int>) == sizeof(int));
void sleep_while(std::atomic<int>& word, int value) {
    ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, nullptr, nullptr, 0);
}
void wake(std::atomic<int>& word, int sleepers) {
    ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, sleepers, nullptr, nullptr, 0);
}

}  // namespace

/// What is written together. Its callers wait for it alone, each on this one word: nobody is woken
/// for another batch, and who is woken does not queue for a lock that all of them want.
struct Journal::Batch {
    enum State : int { kGathers, kNeedsWriter, kDone };

    std::string octets;
    Status status;    ///< to be read when it is done
    int callers = 0;  ///< guarded by the journal's mutex while it gathers
    std::atomic<int> state{kGathers};

    /// True: the caller is the one who writes it now. False: it is done.
    bool wait() {
        int now = state.load();
        while (now != kDone) {
            if (now == kGathers) {
                sleep_while(state, kGathers);
                now = state.load();
            } else if (state.compare_exchange_strong(now, kGathers)) {
                return true;
            }
        }
        return false;
    }
    void needs_writer() {
        state.store(kNeedsWriter);
        wake(state, 1);
    }
    void done() {
        state.store(kDone);
        if (callers > 1) wake(state, INT_MAX);
    }
};

Result<std::unique_ptr<Journal>> Journal::open(JournalSettings settings) {
    std::unique_ptr<Journal> journal(new Journal(std::move(settings)));
    TRY(journal->prepare());
    return journal;
}

Journal::~Journal() {
    if (fd_ >= 0) close_segment();
    if (lock_fd_ >= 0) ::close(lock_fd_);
}

Status Journal::prepare() {
    std::error_code error;
    std::filesystem::create_directories(settings_.folder, error);
    if (error)
        return Error(Code::kStorageUnavailable,
                     "audit journal: cannot make folder: " + error.message());
    lock_fd_ =
        ::open((settings_.folder / "journal.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_fd_ < 0) return failed("cannot open lock file");
    if (::flock(lock_fd_, LOCK_EX | LOCK_NB) != 0) {
        return Error(Code::kConflict, "audit journal: another process uses this folder");
    }
    for (auto const& path : TRY(list_segments(settings_.folder))) {
        TRY(recover(path));
        next_number_ = segment_number(path) + 1;
    }
    return {};
}

/// Finds the last good record and cuts off what follows: it was never acknowledged.
Status Journal::recover(std::filesystem::path const& path) {
    SegmentRange range;
    range.max_bytes = 4U << 20;  // a page at a time: a segment need not fit into memory
    SegmentPage page;
    do {
        page = TRY(read_segment(path, range));
        range.from = page.next;
    } while (!page.end);
    std::error_code error;
    auto const size = std::filesystem::file_size(path, error);
    if (error)
        return Error(Code::kStorageUnavailable,
                     "audit journal: cannot read size: " + error.message());
    if (size > page.next) {
        bool const torn = !TRY(only_zeros_behind(path, page.next));
        // Kept for inspection: should it be damage in the middle instead of a torn tail, nothing is
        // thrown away.
        if (torn) {
            std::filesystem::copy_file(path, path.string() + ".torn",
                                       std::filesystem::copy_options::overwrite_existing, error);
        }
        if (error || ::truncate(path.c_str(), static_cast<off_t>(page.next)) != 0) {
            return Error(Code::kStorageUnavailable, "audit journal: cannot cut a torn tail off");
        }
        int const fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        int const outcome = fd < 0 ? -1 : ::fsync(fd);
        if (fd >= 0) ::close(fd);
        if (outcome != 0) return failed("cannot sync after cutting");
        if (torn) {
            log_warning("atna.torn_tail_cut", {{"segment", path.filename().string()},
                                               {"octets", std::to_string(size - page.next)}});
        }
    }
    segments_.push_back({path, page.next, true});
    return {};
}

Status Journal::append(std::vector<SealedRecord> const& records) {
    if (records.empty()) return {};
    std::string octets;
    for (auto const& record : records) {
        if (record.sealed.size() + 16 > kMaxRecord)
            return Error(Code::kTooLarge, "audit record beyond 16 MiB");
        append_record(octets, record);
    }
    std::shared_ptr<Batch> batch;
    bool writes = false;
    {
        std::lock_guard const lock(mutex_);
        std::size_t const waiting = waiting_ ? waiting_->octets.size() : 0;
        if (waiting + octets.size() > settings_.max_waiting_bytes) {
            return Error(Code::kBusy, "audit journal: too many records wait to be written");
        }
        if (!waiting_) waiting_ = std::make_shared<Batch>();
        batch = waiting_;
        batch->octets += octets;
        ++batch->callers;
        writes = !std::exchange(leading_, true);
    }
    if (writes || batch->wait()) lead(*batch);
    return batch->status;
}

/// Writes for all who wait, and makes one of those who came meanwhile the next to write.
void Journal::lead(Batch& batch) {
    {
        std::unique_lock lock(mutex_);
        if (crowded_) {
            // Whoever can run now may have a record too: a sync costs more than to let them come.
            lock.unlock();
            ::sched_yield();
            lock.lock();
        }
        waiting_.reset();
        crowded_ = batch.callers > 1;
    }
    batch.status = write(batch.octets);
    std::shared_ptr<Batch> next;
    {
        std::lock_guard const lock(mutex_);
        next = waiting_;
        leading_ = next != nullptr;
    }
    if (next) next->needs_writer();
    batch.done();
}

Status Journal::write(std::string const& octets) {
    static auto& failures = counter("atna_journal_failures_total");
    Status status;
    try {
        status = flush(octets);
    } catch (std::exception const&) {  // out of memory, or a fault point that throws
        status = Error(Code::kInternal, "audit journal: exception while writing");
    }
    if (!status) {
        failures.add();
        log_warning("atna.journal_failed", {{"why", status.error().detail}});
        give_up_segment();
    }
    writable_ = status.ok();
    return status;
}

Status Journal::flush(std::string const& octets) {
    static auto& syncs = counter("atna_journal_syncs_total");
    TRY(FAULT("atna.before_write"));
    if (fd_ < 0) TRY(begin_segment());
    make_room(written_ + octets.size());
    TRY(write_fully(fd_, written_, octets));
    TRY(FAULT("atna.after_write"));
    if (::fdatasync(fd_) != 0) return failed("cannot sync");
    TRY(FAULT("atna.after_sync"));
    syncs.add();
    syncs_.fetch_add(1);
    written_ += octets.size();
    std::lock_guard const lock(mutex_);
    auto& segment = segments_.back();
    segment.size = written_;
    if (segment.size >= settings_.segment_bytes) {
        segment.closed = true;
        close_segment();
    }
    return {};
}

void Journal::make_room(std::uint64_t end) {
    if (end <= prepared_) return;
    static std::string const zeros(kRoom, '\0');
    auto const target =
        std::max(end, std::min<std::uint64_t>(prepared_ + kRoom, settings_.segment_bytes));
    while (prepared_ < target) {
        auto const size =
            static_cast<std::size_t>(std::min<std::uint64_t>(target - prepared_, kRoom));
        if (!write_fully(fd_, prepared_, std::string_view(zeros).substr(0, size))) break;
        prepared_ += size;
    }
    if (prepared_ == target) return;
    // There may still be room for the records themselves: the file grows with them.
    prepared_ = written_;
    if (::ftruncate(fd_, static_cast<off_t>(written_)) != 0) log_warning("atna.room_left", {});
}

/// Gives the room back that was not used; a reader would stop there anyway.
void Journal::close_segment() {
    if (::ftruncate(fd_, static_cast<off_t>(written_)) != 0)
        log_warning("atna.segment_left_long", {});
    ::close(std::exchange(fd_, -1));
}

Status Journal::begin_segment() {
    auto const path = segment_path(settings_.folder, next_number_++);
    int const fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return failed("cannot make segment");
    Status status = write_fully(fd, 0, kSegmentMagic);
    if (status && ::fsync(fd) != 0) status = failed("cannot sync segment");
    if (status) status = sync_folder(settings_.folder);
    if (!status) {
        ::close(fd);
        ::unlink(path.c_str());  // nothing is in it
        return status;
    }
    fd_ = fd;
    written_ = prepared_ = kSegmentMagic.size();
    std::lock_guard const lock(mutex_);
    segments_.push_back({path, kSegmentMagic.size(), false});
    return {};
}

void Journal::give_up_segment() {
    if (fd_ < 0) return;
    std::lock_guard const lock(mutex_);
    auto& segment = segments_.back();
    // Frees what a full disk holds of the half-written batch; if it does not work, readers stop at
    // `size` anyway.
    if (::ftruncate(fd_, static_cast<off_t>(segment.size)) != 0) {
        log_warning("atna.segment_left_torn", {{"segment", segment.path.filename().string()}});
    }
    segment.closed = true;
    ::close(std::exchange(fd_, -1));
}

std::vector<Journal::Segment> Journal::segments() const {
    std::lock_guard const lock(mutex_);
    return segments_;
}

Status Journal::remove(std::filesystem::path const& path) {
    std::lock_guard const lock(mutex_);
    auto const found = std::find_if(
        segments_.begin(), segments_.end(),
        [&](Segment const& segment) { return segment.path == path && segment.closed; });
    if (found == segments_.end())
        return Error(Code::kInternal, "audit journal: not a closed segment");
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed("cannot remove segment");
    segments_.erase(found);
    return {};
}

}  // namespace musubi::atna
