#pragma once
// Keeps files and rows in step: what an interrupted upload staged, and files and records whose row
// was never committed, are removed after a grace time. A row without its content is never made: the
// content is durable before the commit. One that is found all the same is told (log, gauge), and
// its segment stays. The background's passes rest between segments; they end early at stop().

#include "platform/base/clock.h"
#include "platform/blob/local_blob_store.h"
#include "platform/blob/segment_store.h"
#include "platform/pg/pool.h"

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

namespace musubi::repository {

class Reconciler {
public:
    Reconciler(pg::Pool& pool, blob::LocalBlobStore& blobs, blob::SegmentStore& segments,
               Clock const& clock, std::chrono::milliseconds grace,
               std::chrono::milliseconds period);
    ~Reconciler();

    void start();
    void stop();
    /// One pass now: how many files and records were removed.
    Result<int> run_once();

private:
    void work();
    /// After a segment of a pass in the background: nine times as long as it took, so that the
    /// first pass over a large store takes a tenth of one core from those who wait for answers.
    /// False: stop() was called.
    bool rest(std::chrono::nanoseconds worked);
    Result<int> free_blobs(WallTime before);
    Result<int> free_records(WallTime before);
    Result<int> free_records(std::uint32_t segment, WallTime before);

    pg::Pool& pool_;
    blob::LocalBlobStore& blobs_;
    blob::SegmentStore& segments_;
    Clock const& clock_;
    std::chrono::milliseconds const grace_;
    std::chrono::milliseconds const period_;
    std::set<std::uint32_t> done_;  ///< segments that need no further look; of one pass at a time
    std::int64_t missing_ = 0;      ///< rows without record in this pass
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false;
    bool resting_ = false;  ///< of the background's passes
    std::thread thread_;
};

}  // namespace musubi::repository
