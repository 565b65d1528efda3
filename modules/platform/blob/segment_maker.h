#pragma once
// Makes the next segment ahead: a file of zeros whose size and extents are on the disk before the
// first record comes. Internal to this room. Thread-safe.

#include "platform/blob/segment_file.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace musubi::blob {

class SegmentMaker {
public:
    SegmentMaker(std::filesystem::path folder, std::uint64_t segment_bytes);
    ~SegmentMaker();  ///< what nobody took is removed

    bool ready() const;
    /// Under its new name, durably; another one is begun. None: nothing is ready.
    Result<std::optional<SegmentFile>> take(std::filesystem::path const& name);

private:
    void run();
    Result<std::optional<SegmentFile>> make();
    bool pause(std::chrono::milliseconds time);  ///< false: stop

    std::filesystem::path const folder_;
    std::filesystem::path const path_;
    std::uint64_t const segment_bytes_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<SegmentFile> made_;  // guarded by mutex_
    bool stopping_ = false;            // guarded by mutex_
    std::thread thread_;
};

}  // namespace musubi::blob
