#pragma once
// The durable source of audit records that do not travel with a database transaction: append-only
// segment files.
//
// Group commit without a thread of its own: the first caller who finds nobody writing writes for
// all who wait and syncs once; who comes meanwhile waits for the next one. Under load, which is
// when batches are shared, the one who writes lets other threads run first. A record is durable
// when append() succeeds. When writing fails (disk full, I/O error) every waiting caller gets the
// error, the segment is given up as it is and the next append tries a new one: after a failed sync
// the kernel may have dropped pages, so the same file is never trusted again. Room is made ahead, a
// MiB of zeros at a time: what overwrites them changes neither size nor extents of the file, so
// that a sync need not wait for the file system's own journal.
//
// One process at a time owns a folder (lock file). Thread-safe. Errors: kStorageUnavailable,
// kConflict (folder in use), kBusy (too much is waiting), kTooLarge (a record beyond 16 MiB). FAULT
// points: atna.before_write, atna.after_write, atna.after_sync.

#include "atna/segment.h"

#include <atomic>
#include <mutex>

namespace musubi::atna {

struct JournalSettings {
    std::filesystem::path folder;
    std::uint64_t segment_bytes = 64U << 20;  ///< a new segment is begun when this is passed
    std::size_t max_waiting_bytes = 64U << 20;
};

class Journal {
public:
    /// Makes the folder if needed and cuts torn tails off; what was cut is kept beside the segment
    /// as `.torn`.
    static Result<std::unique_ptr<Journal>> open(JournalSettings settings);
    ~Journal();  ///< nobody appends any more
    Journal(Journal const&) = delete;
    Journal& operator=(Journal const&) = delete;

    Status append(std::vector<SealedRecord> const& records);

    struct Segment {
        std::filesystem::path path;
        std::uint64_t size = 0;  ///< durable octets; what follows is not to be read
        bool closed = false;     ///< nothing will be appended any more
    };
    std::vector<Segment> segments() const;  ///< oldest first
    /// Only for closed segments of which everything is stored elsewhere.
    Status remove(std::filesystem::path const& path);

    bool writable() const { return writable_.load(); }  ///< how the last write went
    std::uint64_t syncs() const { return syncs_.load(); }

private:
    struct Batch;
    explicit Journal(JournalSettings settings) : settings_(std::move(settings)) {}
    void lead(Batch& batch);
    Status prepare();
    Status recover(std::filesystem::path const& path);
    Status write(std::string const& octets);
    Status flush(std::string const& octets);
    Status begin_segment();
    void make_room(std::uint64_t end);
    void give_up_segment();
    void close_segment();

    JournalSettings const settings_;
    int lock_fd_ = -1;

    mutable std::mutex mutex_;
    std::shared_ptr<Batch> waiting_;  // guarded by mutex_; none while nobody waits
    bool leading_ = false;            // guarded by mutex_: somebody writes, or is to
    bool crowded_ = false;            // guarded by mutex_: several callers shared the last batch
    std::vector<Segment> segments_;   // guarded by mutex_

    int fd_ = -1;                    // of the one who writes
    std::uint64_t next_number_ = 1;  // of the one who writes
    std::uint64_t written_ = 0;      // of the one who writes: durable octets of the open segment
    std::uint64_t prepared_ = 0;  // of the one who writes: up to here the file has its size already
    std::atomic<bool> writable_{true};
    std::atomic<std::uint64_t> syncs_{0};
};

}  // namespace musubi::atna
