#include "imaging/fetcher.h"

#include "platform/base/log.h"
#include "platform/base/metrics.h"

#include <algorithm>
#include <atomic>

namespace musubi::imaging {
namespace {

/// Images that one thread fetches before others have their turn.
constexpr std::size_t kMostOfAssociation = 16;

}  // namespace

/// What the threads fill and the waiting request reads.
struct Fetcher::Batch {
    std::vector<ImageJob> jobs;
    std::string owner;
    std::string trace;
    std::chrono::steady_clock::time_point deadline;
    std::shared_ptr<StagingBudget> of_request;
    std::atomic<bool> abandoned{false};

    std::mutex mutex;
    std::vector<Result<FetchedImage>> images;  // guarded by mutex until left is 0
    std::map<std::string, Error> silent;       // guarded by mutex; sources that do not answer
    std::size_t left = 0;                      // guarded by mutex
    std::function<void()> done;                // guarded by mutex

    void put(std::size_t job, Result<FetchedImage> image) {
        std::function<void()> call;
        {
            std::lock_guard const lock(mutex);
            if (!image && image.error().code == Code::kPeerUnavailable &&
                image.error().reason != kReasonAnswered)
                silent.try_emplace(jobs[job].source->id, image.error());
            images[job] = std::move(image);
            if (--left == 0) call.swap(done);
        }
        if (call) call();
    }
    std::optional<Error> silence_of(std::string const& source) {
        std::lock_guard const lock(mutex);
        auto const found = silent.find(source);
        if (found == silent.end()) return std::nullopt;
        return found->second;
    }
};

/// The request's end of a batch.
class Fetcher::Handle final : public ImageBatch {
public:
    explicit Handle(std::shared_ptr<Batch> batch) : batch_(std::move(batch)) {}
    ~Handle() override { batch_->abandoned = true; }
    void when_done(std::function<void()> done) override {
        {
            std::lock_guard const lock(batch_->mutex);
            if (batch_->left != 0) {
                batch_->done = std::move(done);
                return;
            }
        }
        done();
    }
    std::vector<Result<FetchedImage>>& images() override { return batch_->images; }

private:
    std::shared_ptr<Batch> const batch_;
};

Fetcher::Fetcher(core::FetchPort& port, core::DimsePort* dimse, Spool& spool,
                 FetcherSettings settings)
    : port_(port),
      dimse_(dimse),
      spool_(spool),
      settings_(settings),
      of_all_(std::make_shared<StagingBudget>(settings.most_of_all)) {}

Fetcher::~Fetcher() { stop(); }

void Fetcher::start() {
    for (int i = 0; i < settings_.threads; ++i) threads_.emplace_back([this] { run(); });
}

void Fetcher::stop() {
    std::vector<Waiting> left;
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
        for (auto& [source, lane] : lanes_) {
            for (Waiting& one : lane.waiting) left.push_back(std::move(one));
            lane.waiting.clear();
        }
    }
    changed_.notify_all();
    for (Waiting const& one : left) {
        for (std::size_t const job : one.jobs)
            one.batch->put(job, Error(Code::kPeerUnavailable, "the node stops"));
    }
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
}

std::shared_ptr<ImageBatch> Fetcher::send(std::vector<ImageJob> jobs, std::string owner,
                                          std::chrono::steady_clock::time_point deadline) {
    auto batch = std::make_shared<Batch>();
    batch->jobs = std::move(jobs);
    batch->owner = std::move(owner);
    batch->trace = LogTrace::current();
    batch->deadline = deadline;
    batch->of_request = std::make_shared<StagingBudget>(settings_.most_of_request);
    batch->images.assign(batch->jobs.size(), Error(Code::kPeerUnavailable, "not fetched"));
    batch->left = batch->jobs.size();
    std::map<std::string, std::deque<std::size_t>> by_source;
    for (std::size_t i = 0; i < batch->jobs.size(); ++i)
        by_source[batch->jobs[i].source->id].push_back(i);
    auto handle = std::make_shared<Handle>(batch);
    {
        std::lock_guard const lock(mutex_);
        if (stopping_ || threads_.empty()) {
            batch->left = 0;
            return handle;
        }
        for (auto& [source, waiting] : by_source)
            lanes_[source].waiting.push_back({batch, std::move(waiting)});
    }
    changed_.notify_all();
    return handle;
}

/// One image, or over DIMSE as many of one kind as make an association worth it, so that all the
/// connections that the archive allows have something to do.
std::vector<std::size_t> Fetcher::first_of(Waiting& waiting) {
    std::vector<std::size_t> out{waiting.jobs.front()};
    waiting.jobs.pop_front();
    ImageJob const& first = waiting.batch->jobs[out.front()];
    if (!first.source->dimse) return out;
    auto const connections = static_cast<std::size_t>(first.source->connections);
    std::size_t const most = std::min(kMostOfAssociation, waiting.jobs.size() / connections + 1);
    while (out.size() < most && !waiting.jobs.empty() &&
           waiting.batch->jobs[waiting.jobs.front()].sop_class == first.sop_class) {
        out.push_back(waiting.jobs.front());
        waiting.jobs.pop_front();
    }
    return out;
}

/// Sources in turn, and in each the batches in turn.
std::optional<Fetcher::Turn> Fetcher::next() {
    auto at = lanes_.upper_bound(last_);
    for (std::size_t looked = 0; looked < lanes_.size(); ++looked, ++at) {
        if (at == lanes_.end()) at = lanes_.begin();
        Lane& lane = at->second;
        if (lane.waiting.empty()) continue;
        Waiting first = std::move(lane.waiting.front());
        if (lane.active >= first.batch->jobs[first.jobs.front()].source->connections) {
            lane.waiting.front() = std::move(first);
            continue;
        }
        lane.waiting.pop_front();
        Turn turn{at->first, first.batch, first_of(first)};
        if (!first.jobs.empty()) lane.waiting.push_back(std::move(first));
        ++lane.active;
        last_ = at->first;
        return turn;
    }
    return std::nullopt;
}

void Fetcher::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        std::optional<Turn> turn;
        changed_.wait(lock, [&] { return stopping_ || (turn = next()).has_value(); });
        if (!turn) return;
        lock.unlock();
        carry_out(*turn);
        std::string const source = turn->source;
        turn.reset();
        lock.lock();
        Lane& lane = lanes_[source];
        if (--lane.active == 0 && lane.waiting.empty()) lanes_.erase(source);
        changed_.notify_all();
    }
}

void Fetcher::carry_out(Turn const& turn) {
    Batch& batch = *turn.batch;
    LogTrace const trace(batch.trace);
    std::optional<DimseFetch> lines;  // released before the lane is another's
    for (std::size_t const job : turn.jobs) {
        if (batch.abandoned) {
            batch.put(job, Error(Code::kPeerUnavailable, "nobody waits for it"));
            continue;
        }
        if (auto silence = batch.silence_of(turn.source)) {
            batch.put(job, *std::move(silence));
            continue;
        }
        auto image = carry_out(batch, job, lines);
        std::string const outcome(image ? "delivered" : to_string(image.error().code));
        counter("musubi_imaging_fetches_total",
                "source=\"" + turn.source + "\",outcome=\"" + outcome + "\"")
            .add();
        // The last one may let the request go on, which does not wait for a release.
        batch.put(job, std::move(image));
    }
}

Result<FetchedImage> Fetcher::carry_out(Batch& batch, std::size_t index,
                                        std::optional<DimseFetch>& lines) {
    ImageJob const& job = batch.jobs[index];
    auto const cancelled = [this, &batch] {
        if (batch.abandoned) return true;
        std::lock_guard const lock(mutex_);
        return stopping_;
    };
    FetchTools const tools{port_,          spool_,   batch.owner, of_all_, batch.of_request,
                           batch.deadline, cancelled};
    try {
        if (!job.source->dimse) return fetch_image(tools, job);
        if (dimse_ == nullptr) return Error(Code::kInternal, "no way to DIMSE");
        if (!lines) lines.emplace(*dimse_);
        return lines->fetch(tools, job);
    } catch (std::exception const&) {  // out of memory
        return Error(Code::kInternal, "exception while an image was fetched");
    }
}

}  // namespace musubi::imaging
