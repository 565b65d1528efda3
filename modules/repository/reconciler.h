#pragma once
// Keeps blobs and rows in step: what an interrupted upload staged, and files whose row was never
// committed, are removed after a grace time. A row without its file is never made: the file is
// final before the commit.

#include "platform/base/clock.h"
#include "platform/blob/local_blob_store.h"
#include "platform/pg/pool.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace musubi::repository {

class Reconciler {
public:
    Reconciler(pg::Pool& pool, blob::LocalBlobStore& blobs, Clock const& clock,
               std::chrono::milliseconds grace, std::chrono::milliseconds period);
    ~Reconciler();

    void start();
    void stop();
    /// One pass now: how many files were removed.
    Result<int> run_once();

private:
    void work();

    pg::Pool& pool_;
    blob::LocalBlobStore& blobs_;
    Clock const& clock_;
    std::chrono::milliseconds const grace_;
    std::chrono::milliseconds const period_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace musubi::repository
