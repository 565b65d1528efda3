#pragma once
// Where small documents lie: many in one file, because a file each costs more than the rest of a
// submission, and a database writes and reads them piece by piece. Octets come in sealed; this room
// never sees what they say. The database row that names the location is the commit point, so a
// record without a row is rubbish that reconciliation removes after a grace time.
//
// Group commit: of all who append at a time one writes for everybody and syncs once. Segments are
// filled with zeros ahead by a thread, so that a sync changes no metadata of the file. After a
// failed write the segment is given up as it is and the next append takes another: the kernel may
// have dropped what was written, so the same file is never trusted again.
//
// Thread-safe. One process at a time writes (lock file), others may read and list beside it. Units:
// octets of the sealed document. Errors: kNotFound (no such record), kStorageUnavailable (disk full
// or failing, not opened for writing), kConflict (another process writes), kBusy (too much waits),
// kTooLarge. FAULT points: segment.before_append, segment.after_append (written, not durable),
// segment.after_sync.

#include "platform/base/bytes.h"
#include "platform/base/clock.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

namespace musubi::blob {

struct Location {
    std::uint32_t segment = 0;  ///< from 1; like the others within 31 bits
    std::uint32_t offset = 0;
    std::uint32_t length = 0;  ///< octets that were appended
    auto operator<=>(Location const&) const = default;
};

struct NewRecord {
    std::int64_t id = 0;  ///< the document's storage key; reading asks for it again
    ByteView octets;
};

struct RecordInfo {
    std::int64_t id = 0;
    Location at;
    WallTime written;
    bool removed = false;
};

struct SegmentSettings {
    std::filesystem::path folder;
    std::uint64_t segment_bytes = 64U << 20;  ///< at most 1 GiB; a larger record gets its own
    std::uint64_t max_waiting_bytes = 256U << 20;
    Clock const* clock = &system_clock();
};

class SegmentStore {
public:
    /// To read and list; touches nothing.
    explicit SegmentStore(SegmentSettings settings);
    ~SegmentStore();
    SegmentStore(SegmentStore const&) = delete;
    SegmentStore& operator=(SegmentStore const&) = delete;

    /// Takes the lock, overwrites what an interrupted append left, begins to make room.
    Status start_writing();
    /// What waits is written first.
    void stop_writing();

    /// Success means that all of them are durable; in their order.
    Result<std::vector<Location>> append(std::vector<NewRecord> const& records);
    /// Not verified beyond its header: what is sealed tells its own damage when it is opened.
    Result<Bytes> read(Location const& at, std::int64_t id) const;
    /// The room of the record goes back to the file system. Absent or removed already is no error.
    Status remove(Location const& at, std::int64_t id);

    Result<std::vector<std::uint32_t>> segments() const;  ///< ascending
    /// Visits every record of a segment, oldest first; stops at the visitor's first error. A record
    /// that is being appended may be among them.
    Status list(std::uint32_t segment, std::function<Status(RecordInfo const&)> const& visit) const;
    /// Whether a record's octets are those that were appended.
    Result<bool> verify(Location const& at, std::int64_t id) const;

    /// Nothing will be appended to it any more.
    bool is_closed(std::uint32_t segment) const;
    /// Marks a closed segment of which every record has its row or was removed. Not durable: at
    /// worst it is looked at once more.
    Status mark_settled(std::uint32_t segment);
    Result<bool> is_settled(std::uint32_t segment) const;
    /// Deletes a closed segment without any record that was not removed; the newest one stays, so
    /// that no number is given twice. Tells whether it did.
    Result<bool> drop_if_empty(std::uint32_t segment);

    /// How the last write went; when badly, whether a small one works now.
    bool writable() const;
    /// Whether something could be appended now, without doing it: kNotFound when the folder or the
    /// segment being filled is missing, kStorageUnavailable when nothing can be written there.
    Status probe() const;
    std::uint64_t syncs() const;  ///< by append()

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace musubi::blob
