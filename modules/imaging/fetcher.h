#pragma once
// Images of many requests from many archives: never more of one archive at a time than it wants,
// and no request keeps others of the same archive waiting until it has all of its own: what is
// fetched at a stretch (a whole series over DICOMweb, some images over DIMSE) leaves one connection
// for single images. Each archive has threads enough for its connections, so that one that hangs
// holds none that others need. A request that waits for its images holds nothing (core/errand.h).
//
// Ownership: requests own their batches; letting go of one ends what is left of it. Thread-safe.

#include "core/errand.h"
#include "imaging/dimse_fetch.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace musubi::imaging {

class ImageBatch : public core::Errand {
public:
    /// In the order of the jobs; only after it is done.
    virtual std::vector<Result<FetchedImage>>& images() = 0;
};

struct FetcherSettings {
    int threads = 8;                             ///< at least; more as make_room() says
    std::uint64_t most_of_request = 2ULL << 30;  ///< octets
    std::uint64_t most_of_all = 8ULL << 30;
};

class Fetcher {
public:
    /// `dimse` may be null where no source needs it.
    Fetcher(core::FetchPort& port, core::DimsePort* dimse, blob::PassingSpool& spool,
            FetcherSettings settings);
    ~Fetcher();  ///< as stop()
    Fetcher(Fetcher const&) = delete;
    Fetcher& operator=(Fetcher const&) = delete;

    void start();
    /// From now on there are threads for so many connections; those that are there stay. For the
    /// thread that starts and stops.
    void make_room(int connections);
    /// What is under way or waits ends as kPeerUnavailable, within a second or two.
    void stop();
    /// Done when each has come or failed, at the latest soon after `deadline`. When an archive does
    /// not answer, the batch does not ask it again.
    std::shared_ptr<ImageBatch> send(std::vector<ImageJob> jobs,
                                     std::chrono::steady_clock::time_point deadline);

private:
    struct Batch;
    class Handle;
    struct Waiting {
        std::shared_ptr<Batch> batch;
        std::deque<std::size_t> jobs;                 ///< one by one
        std::deque<std::vector<std::size_t>> series;  ///< each at a stretch
        bool empty() const { return jobs.empty() && series.empty(); }
    };
    struct Lane {
        int active = 0;
        int series = 0;  ///< of those, on whole series
        std::deque<Waiting> waiting;
    };
    struct Turn {
        std::string source;
        std::shared_ptr<Batch> batch;
        std::vector<std::size_t> jobs;  ///< several where they share an association or a series
        bool series = false;
    };

    void run();
    std::optional<Turn> next();  ///< with mutex_ held
    static std::map<std::string, Waiting> sorted(std::shared_ptr<Batch> const& batch);
    static std::optional<Turn> first_of(std::string const& source, Lane& lane);
    static Turn first_jobs(std::string const& source, Waiting& waiting);
    FetchTools tools_for(Batch& batch);
    void carry_out(Turn const& turn);
    Waiting carry_out_series(Turn const& turn);
    Result<FetchedImage> carry_out(Batch& batch, std::size_t job, std::optional<DimseFetch>& lines);

    core::FetchPort& port_;
    core::DimsePort* const dimse_;
    blob::PassingSpool& spool_;
    FetcherSettings const settings_;
    std::shared_ptr<blob::StagingBudget> const of_all_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, Lane> lanes_;  // guarded by mutex_; by source
    std::string last_;                   // guarded by mutex_; the source that had its turn last
    std::atomic<bool> stopping_{false};  // written with mutex_ held
    std::vector<std::thread> threads_;
};

}  // namespace musubi::imaging
