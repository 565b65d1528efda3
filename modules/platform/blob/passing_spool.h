#pragma once
// What is only on its way through this node (images from an archive or another community to whoever
// asked): small objects in memory, larger ones sealed in the staging folder, many in one file that
// has no name, so that nothing outlives the process. Octets are counted against what one request
// and all together may hold (staging_budget.h).
//
// Thread-safe; each receiver and content is one thread's at a time. Contents may outlive the spool.

#include "platform/base/content.h"
#include "platform/blob/staging_budget.h"

#include <filesystem>
#include <mutex>
#include <vector>

namespace musubi::blob {

class PassingFile;

class PassingSpool {
public:
    /// Objects of up to `in_memory` octets, 65,536 at most, stay in memory.
    explicit PassingSpool(std::filesystem::path folder, std::size_t in_memory = 32 * 1024)
        : folder_(std::move(folder)), in_memory_(in_memory) {}

private:
    friend class PassingReceiver;
    struct Extent {
        std::shared_ptr<PassingFile> file;
        std::uint64_t number = 0;
    };
    Result<Extent> extent();

    std::filesystem::path const folder_;
    std::size_t const in_memory_;
    std::mutex mutex_;
    std::shared_ptr<PassingFile> current_;  // guarded by mutex_
};

/// Takes the pieces of one object. Destroyed without finish(): nothing is left of it.
class PassingReceiver {
public:
    PassingReceiver(PassingSpool& spool, std::shared_ptr<StagingBudget> of_all,
                    std::shared_ptr<StagingBudget> of_request);
    ~PassingReceiver();
    PassingReceiver(PassingReceiver const&) = delete;
    PassingReceiver& operator=(PassingReceiver const&) = delete;

    /// kTooLarge and kBusy as StagingShare says, kStorageUnavailable when it cannot be staged;
    /// after an error there is nothing to be had.
    Status write(ByteView piece);
    /// The room is given back with the content.
    Result<std::shared_ptr<Content const>> finish();

private:
    class Stored;

    PassingSpool& spool_;
    std::unique_ptr<Stored> stored_;  ///< null once finished or failed
};

}  // namespace musubi::blob
