#pragma once
// The writing half of a SegmentStore: group commit into the newest segment. Internal to this room.
// Thread-safe.

#include "platform/blob/segment_maker.h"
#include "platform/blob/segment_store.h"

#include <atomic>

namespace musubi::blob {

class SegmentWriter {
public:
    static Result<std::unique_ptr<SegmentWriter>> open(SegmentSettings const& settings);
    ~SegmentWriter();  ///< nobody appends any more

    Result<std::vector<Location>> append(std::vector<NewRecord> const& records);
    bool is_open(std::uint32_t segment) const { return open_segment_.load() == segment; }
    std::uint32_t open_segment() const { return open_segment_.load(); }  ///< 0: none
    bool has_written_to(std::uint32_t segment) const { return written_segment_.load() == segment; }
    bool last_write_failed() const { return failed_.load(); }
    bool try_small_write();
    std::uint64_t syncs() const { return syncs_.load(); }

private:
    struct Batch;
    struct Item {
        std::uint32_t length = 0;
        SegmentHeader header{};
        NewRecord const* record = nullptr;
        Location at;
    };
    struct Open {
        SegmentFile file;
        std::uint32_t number;
        std::uint64_t end;  ///< what lies before it is durable
        bool roomy;         ///< was made ahead
    };

    explicit SegmentWriter(SegmentSettings const& settings) : settings_(settings) {}
    Status take_lock();
    Status recover();
    Status reopen(std::uint32_t number);
    Status write(std::vector<Item*> const& items);
    std::size_t fitting(std::vector<Item*> const& items, std::size_t first) const;
    Status write_some(std::span<Item* const> items);
    Status begin_segment();
    void close_segment();
    void give_up_segment();

    SegmentSettings const settings_;
    int lock_fd_ = -1;
    std::unique_ptr<SegmentMaker> maker_;

    std::mutex mutex_;
    std::shared_ptr<Batch> waiting_;  // guarded by mutex_; none while nobody waits
    bool leading_ = false;            // guarded by mutex_: somebody writes

    std::optional<Open> open_;       // of the one who writes
    std::uint32_t next_number_ = 1;  // of the one who writes
    std::atomic<std::uint32_t> open_segment_{0};
    std::atomic<std::uint32_t> written_segment_{0};  ///< the last one with an acknowledged record
    std::atomic<bool> failed_{false};
    std::atomic<std::uint64_t> syncs_{0};
};

}  // namespace musubi::blob
